// What must not go well: each case gives one clear error and leaves what is stored whole.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

#include "fake/example_records.h"
#include "fake/temporary_folder.h"
#include "store/sqlite_store.h"
#include "store/sqlite_store_database.h"

namespace wattlens::store {
namespace {

using fake::example_experiment;
using fake::example_run;

constexpr StoreOptions kRead = {Access::read, base::Seconds{0.05}};
constexpr StoreOptions kWrite = {Access::write, base::Seconds{0.05}};

class SqliteStoreFailures : public testing::Test {
 protected:
  void fill(std::size_t samples = 100) const {
    const auto store = SqliteStore::open(path_, kWrite);
    ASSERT_TRUE(store) << store.error().message;
    const auto experiment = example_experiment();
    ASSERT_TRUE((*store)->begin(experiment));
    ASSERT_TRUE((*store)->add(example_run(experiment, 0, samples)));
  }
  std::unique_ptr<Database> database() const {
    return Database::open(path_, Database::Mode::existing, base::Seconds{1.0}).value();
  }

  fake::TemporaryFolder folder_;
  base::Path path_ = folder_ / "wattlens.db";
};

void expect_error(const Error& error, ErrorKind kind, std::string_view part) {
  EXPECT_EQ(error.kind, kind) << error.message;
  EXPECT_NE(error.message.find(part), std::string::npos) << error.message;
  EXPECT_FALSE(error.hint.empty()) << error.message;
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
}

// Runs `work` in a child whom permissions bind, also where the tests run as root; true where it returned true.
bool as_ordinary_user(const std::function<bool()>& work) {
  const pid_t child = fork();
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setresuid(kNobody, kNobody, kNobody) != 0) _exit(2);
    _exit(work() ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(SqliteStoreFailures, AMissingFolderIsNamed) {
  const auto store = SqliteStore::open(folder_ / "no/such/wattlens.db", kWrite);
  ASSERT_FALSE(store);
  expect_error(store.error(), ErrorKind::usage, "no/such");
}

TEST_F(SqliteStoreFailures, AMissingStoreIsNotMadeByReading) {
  const auto store = SqliteStore::open(path_, kRead);
  ASSERT_FALSE(store);
  expect_error(store.error(), ErrorKind::not_found, "wattlens.db");
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(SqliteStoreFailures, AFolderIsNoStore) {
  const auto store = SqliteStore::open(folder_.path(), kWrite);
  ASSERT_FALSE(store);
  expect_error(store.error(), ErrorKind::usage, "folder");
}

TEST_F(SqliteStoreFailures, AnyOtherFileIsNoStore) {
  const std::string text(5000, 'x');
  ASSERT_TRUE(base::write_text(path_, text));
  for (const auto& options : {kRead, kWrite}) {
    const auto store = SqliteStore::open(path_, options);
    ASSERT_FALSE(store);
    expect_error(store.error(), ErrorKind::usage, "not a wattlens store");
  }
  EXPECT_EQ(base::read_text(path_).value(), text);
}

TEST_F(SqliteStoreFailures, AnOddPathIsTakenAsItIs) {
  const auto odd = folder_ / "100%20?mode=memory#x.db";
  ASSERT_TRUE(SqliteStore::open(odd, kWrite));
  EXPECT_TRUE(std::filesystem::exists(odd));
}

TEST_F(SqliteStoreFailures, ALockedStoreSaysSoAndCanBeReadMeanwhile) {
  fill();
  const auto store = SqliteStore::open(path_, kWrite);
  ASSERT_TRUE(store);
  const auto other = database();
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  const auto added = (*store)->add(example_run(example_experiment(), 1));
  ASSERT_FALSE(added);
  expect_error(added.error(), ErrorKind::io, "locked");
  EXPECT_EQ((*store)->list_runs()->size(), 1U);
  ASSERT_TRUE(other->execute("ROLLBACK"));
  EXPECT_TRUE((*store)->add(example_run(example_experiment(), 1))) << "the store is as usable as before";
}

TEST_F(SqliteStoreFailures, AFullDiskIsNamed) {
  fill();
  const auto full = database();
  ASSERT_TRUE(full->execute("PRAGMA max_page_count = 1"));
  const auto done = full->transaction(
      [&] { return full->execute("CREATE TABLE big (x); INSERT INTO big VALUES (zeroblob(10000000))"); });
  ASSERT_FALSE(done);
  expect_error(done.error(), ErrorKind::io, "disk is full");
  EXPECT_EQ(full->integer("SELECT count(*) FROM runs").value(), 1);
}

TEST_F(SqliteStoreFailures, ARunThatNoLongerFitsLeavesTheOthersWhole) {
  fill();
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    auto store = SqliteStore::open(path_, kWrite);
    if (!store) _exit(2);
    constexpr rlim_t kLimit = 200'000;
    const rlimit limit{kLimit, kLimit};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto big = (*store)->add(example_run(example_experiment(), 1, 400'000));
    if (big || big.error().kind != ErrorKind::io || big.error().hint.empty()) _exit(3);
    if (!(*store)->add(example_run(example_experiment(), 2, 10))) _exit(4);  // a small one fits again
    _exit(0);
  }
  int status = 1;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const auto store = SqliteStore::open(path_, kRead);
  ASSERT_TRUE(store);
  const auto runs = (*store)->load_runs(example_experiment().id, WithSamples::yes);
  ASSERT_TRUE(runs) << runs.error().message;
  ASSERT_EQ(runs->size(), 2U);
  EXPECT_EQ(runs->back().order, 2);
}

TEST_F(SqliteStoreFailures, AReadOnlyStoreIsReadAndNotWritten) {
  fill();
  std::filesystem::permissions(path_, std::filesystem::perms(0444));
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0555));
  EXPECT_TRUE(as_ordinary_user([&] {
    const auto store = SqliteStore::open(path_, kRead);
    return store && (*store)->list_runs() && (*store)->list_runs()->size() == 1;
  }));
  EXPECT_TRUE(as_ordinary_user([&] {
    const auto store = SqliteStore::open(path_, kWrite);
    return !store && store.error().kind == ErrorKind::io &&
           store.error().message.find("read-only") != std::string::npos && !store.error().hint.empty();
  }));
  EXPECT_TRUE(as_ordinary_user([&] {
    const auto store = SqliteStore::open(folder_ / "new.db", kWrite);
    return !store && store.error().kind == ErrorKind::io && !store.error().hint.empty();
  }));
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
}

TEST_F(SqliteStoreFailures, AFileThatMayNotBeOpenedIsNamed) {
  fill();
  std::filesystem::permissions(folder_.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(path_, std::filesystem::perms(0));
  EXPECT_TRUE(as_ordinary_user([&] {
    const auto store = SqliteStore::open(path_, kRead);
    return !store && store.error().kind == ErrorKind::io && !store.error().hint.empty();
  }));
}

TEST_F(SqliteStoreFailures, DamagedSamplesAreNamedAndTheResultsStayReadable) {
  fill(40'000);
  for (const char* damage : {"UPDATE sample_blobs SET samples = substr(samples, 1, length(samples) - 3) WHERE part = 1",
                             "UPDATE sample_blobs SET samples = x'00' WHERE part = 0",
                             "DELETE FROM sample_blobs WHERE part = 1", "DELETE FROM sample_blobs WHERE part = 0"}) {
    ASSERT_TRUE(database()->execute(damage));
    const auto store = SqliteStore::open(path_, kRead);
    ASSERT_TRUE(store);
    const auto runs = (*store)->load_runs(example_experiment().id, WithSamples::yes);
    ASSERT_FALSE(runs) << damage;
    expect_error(runs.error(), ErrorKind::usage, example_experiment().id);
    EXPECT_EQ((*store)->load_runs(example_experiment().id, WithSamples::no)->size(), 1U);
  }
}

TEST_F(SqliteStoreFailures, ADamagedRecordIsNamed) {
  fill();
  ASSERT_TRUE(database()->execute("UPDATE run_documents SET document = '{\"schema\":'"));
  ASSERT_TRUE(database()->execute("UPDATE experiment_documents SET document = 'x'"));
  const auto store = SqliteStore::open(path_, kRead);
  ASSERT_TRUE(store);
  EXPECT_FALSE((*store)->load_runs(example_experiment().id, WithSamples::no));
  EXPECT_FALSE((*store)->load_experiment(example_experiment().id));
  ASSERT_TRUE(database()->execute("UPDATE experiments SET models = '{'"));
  EXPECT_FALSE((*store)->list_experiments());
}

TEST_F(SqliteStoreFailures, ADamagedFileIsAnErrorAndNeverACrash) {
  fill(20'000);
  database().reset();
  std::string whole = base::read_text(path_).value();
  int unreadable = 0;
  for (std::size_t page = 0; page * 4096 < whole.size(); ++page) {
    std::string bad = whole;
    for (std::size_t i = page * 4096 + 100; i < page * 4096 + 300; ++i) bad[i] = static_cast<char>(0xA5);
    const auto copy = folder_ / "bad.db";
    ASSERT_TRUE(base::write_text(copy, bad));
    const auto store = SqliteStore::open(copy, kRead);
    const bool readable = store && (*store)->list_runs() && (*store)->list_experiments() &&
                          (*store)->load_runs(example_experiment().id, WithSamples::yes);
    unreadable += readable ? 0 : 1;
  }
  EXPECT_GT(unreadable, 3);
}

}  // namespace
}  // namespace wattlens::store
