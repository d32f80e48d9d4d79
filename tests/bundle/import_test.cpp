#include "bundle/import.h"

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/file.h"
#include "bundle/prepared_stores.h"

namespace wattlens::bundle {
namespace {

using BundleImport = PreparedStores;
using testing::ElementsAre;

TEST_F(BundleImport, GivesTheSameRowsAndTheSameBundleAgain) {
  const std::string text = bundle_of(*from_, {kOlder, kNewer}).value();
  const auto to = open("to.db");
  ASSERT_THAT(imported(text, *to).value(), ElementsAre(Fate::new_here, Fate::new_here));
  EXPECT_EQ(rows(*to), rows(*from_));
  EXPECT_EQ(bundle_of(*to, {kOlder, kNewer}).value(), text);
  const auto runs = to->load_runs(kOlder, store::WithSamples::yes).value();
  EXPECT_EQ(runs[1].samples.values, from_->load_runs(kOlder, store::WithSamples::yes).value()[1].samples.values);
}

TEST_F(BundleImport, LeavesWhatIsThereAsItIs) {
  const auto to = open("to.db");
  ASSERT_TRUE(imported(bundle_of(*from_, {kOlder}).value(), *to));
  const auto both = imported(bundle_of(*from_, {kOlder, kNewer}).value(), *to);
  EXPECT_THAT(both.value(), ElementsAre(Fate::already_there, Fate::new_here));
  EXPECT_EQ(rows(*to), rows(*from_));
}

TEST_F(BundleImport, RefusesAnotherExperimentOfTheSameId) {
  const auto to = open("to.db");
  auto other = fake::example_experiment(kNewer);
  other.seed = 43;
  other.status = record::ExperimentStatus::done;
  ASSERT_TRUE(to->begin(other));
  const std::string before = rows(*to);
  const auto refused = imported(bundle_of(*from_, {kOlder, kNewer}).value(), *to);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_NE(refused.error().message.find(kNewer), std::string::npos);
  EXPECT_NE(refused.error().hint.find("--store"), std::string::npos);
  EXPECT_EQ(rows(*to), before) << "nor is the other one imported";
}

TEST_F(BundleImport, IsAllOrNothingWhereverTheFileCannotBeRead) {
  const std::string text = bundle_of(*from_, {kOlder, kNewer}).value();
  const Contents contents = checked(text).value();
  const auto to = open("to.db");
  const std::vector<Fate> new_here(2, Fate::new_here);
  constexpr std::size_t kPiece = 1000;
  for (std::size_t good = 0; good * kPiece < text.size(); ++good) {
    const auto open_broken = [&]() -> Result<Source> {
      return [source = source_of(text, kPiece), left = good](std::span<char> out) mutable -> Result<std::size_t> {
        if (left-- == 0) return fail(ErrorKind::io, "the disk says no");
        return source(out);
      };
    };
    const auto refused = import_bundle(contents, new_here, *to, open_broken, "a.tar.zst", no_step);
    ASSERT_FALSE(refused) << good;
    EXPECT_EQ(refused.error().message, "the disk says no");
    EXPECT_EQ(rows(*to), "");
  }
}

TEST_F(BundleImport, NoticesAFileThatWasReplacedMeanwhile) {
  const Contents contents = checked(bundle_of(*from_, {kOlder, kNewer}).value()).value();
  const std::string other = bundle_of(*from_, {kOlder}).value();
  const auto to = open("to.db");
  const std::vector<Fate> new_here(2, Fate::new_here);
  const auto refused = import_bundle(
      contents, new_here, *to, [&]() -> Result<Source> { return source_of(other); }, "a.tar.zst", no_step);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(rows(*to), "");
}

TEST_F(BundleImport, NoticesAnExperimentThatCameMeanwhile) {
  const std::string text = bundle_of(*from_, {kOlder}).value();
  const Contents contents = checked(text).value();
  const auto to = open("to.db");
  ASSERT_TRUE(imported(text, *to));
  const std::string before = rows(*to);
  const auto refused = import_bundle(
      contents, {Fate::new_here}, *to, [&]() -> Result<Source> { return source_of(text); }, "a.tar.zst", no_step);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(rows(*to), before);
}

TEST_F(BundleImport, ALockedStoreIsLeftAsItIs) {
  const std::string text = bundle_of(*from_, {kOlder}).value();
  const auto to = open("to.db");
  const auto other =
      store::Database::open(folder_ / "to.db", store::Database::Mode::existing, base::Seconds{0.05}).value();
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
  const auto refused = imported(text, *to);
  EXPECT_EQ(refused.error().kind, ErrorKind::io);
  EXPECT_NE(refused.error().message.find("locked"), std::string::npos);
  ASSERT_TRUE(other->execute("ROLLBACK"));
  EXPECT_EQ(rows(*to), "");
  EXPECT_TRUE(imported(text, *to));
}

TEST_F(BundleImport, AFullDiskLeavesTheStoreAsItWas) {
  const std::string text = bundle_of(*from_, {kOlder, kNewer}).value();
  ASSERT_GT(text.size(), 70'000U) << "its samples alone are more than fits below the limit";
  const std::string before = rows(*open("to.db"));
  const pid_t child = fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const auto to = open("to.db");
    constexpr rlim_t kLimit = 70'000;
    const rlimit limit{kLimit, kLimit};
    setrlimit(RLIMIT_FSIZE, &limit);
    const auto refused = imported(text, *to);
    _exit(!refused && refused.error().kind == ErrorKind::io && !refused.error().hint.empty() ? 0 : 1);
  }
  int status = 1;
  waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  const auto to = open("to.db");
  EXPECT_EQ(rows(*to), before);
  EXPECT_TRUE(imported(text, *to));
}

}  // namespace
}  // namespace wattlens::bundle
