#include "store/sqlite_store.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/json.h"
#include "fake/example_records.h"
#include "fake/temporary_folder.h"
#include "record/json.h"

namespace wattlens::store {
namespace {

using fake::example_experiment;
using fake::example_run;
using record::ExperimentStatus;

class SqliteStoreTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open(Access access = Access::write) const {
    auto store = SqliteStore::open(path_, {access, base::Seconds{5.0}});
    EXPECT_TRUE(store) << store.error().message;
    return store ? std::move(*store) : nullptr;
  }

  fake::TemporaryFolder folder_;
  base::Path path_ = folder_ / "wattlens.db";
};

TEST_F(SqliteStoreTest, AnEmptyStoreListsNothing) {
  const auto store = open();
  EXPECT_TRUE(store->list_experiments().value().empty());
  EXPECT_TRUE(store->list_runs().value().empty());
  EXPECT_EQ(store->find_experiment("last").error().kind, ErrorKind::not_found);
  EXPECT_EQ(store->find_experiment("2026").error().kind, ErrorKind::not_found);
  EXPECT_EQ(store->load_experiment("2026").error().kind, ErrorKind::not_found);
  EXPECT_TRUE(store->load_runs("2026", WithSamples::yes).value().empty());
}

TEST_F(SqliteStoreTest, WhatWasAddedIsReadBackByAnotherConnection) {
  auto experiment = example_experiment();
  const auto run = example_run(experiment, 0, 40'000);
  const auto store = open();
  ASSERT_TRUE(store->begin(experiment));
  ASSERT_TRUE(store->add(run));
  ASSERT_TRUE(store->add(example_run(experiment, 1)));

  const auto reader = open(Access::read);
  const auto runs = reader->load_runs(experiment.id, WithSamples::yes);
  ASSERT_TRUE(runs) << runs.error().message;
  ASSERT_EQ(runs->size(), 2U);
  EXPECT_EQ(base::to_text(record::to_json(runs->front())), base::to_text(record::to_json(run)));
  EXPECT_EQ(runs->front().samples.channels, run.samples.channels);
  EXPECT_EQ(runs->front().samples.time_us, run.samples.time_us);
  EXPECT_EQ(runs->front().samples.bracket_us, run.samples.bracket_us);
  EXPECT_EQ(runs->front().samples.values, run.samples.values);
  EXPECT_EQ(reader->load_runs(experiment.id, WithSamples::no)->front().samples.size(), 0U);

  experiment.status = ExperimentStatus::done;
  experiment.finished_at = "2026-11-21T10:05:00Z";
  ASSERT_TRUE(store->end(experiment));
  const auto loaded = reader->load_experiment(experiment.id);
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(base::to_text(record::to_json(*loaded)), base::to_text(record::to_json(experiment)));
}

TEST_F(SqliteStoreTest, TheListCountsRunsAndComesNewestFirst) {
  const auto store = open();
  auto older = example_experiment("20261120T100000-0001");
  older.created_at = "2026-11-20T10:00:00Z";
  older.points[1].model = "vit_b_16";
  const auto newer = example_experiment();
  ASSERT_TRUE(store->begin(newer));
  ASSERT_TRUE(store->begin(older));
  ASSERT_TRUE(store->add(example_run(older, 0)));
  auto failed = example_run(older, 1);
  failed.status = record::RunStatus::failed;
  ASSERT_TRUE(store->add(failed));
  auto skipped = example_run(older, 2);
  skipped.status = record::RunStatus::skipped;
  ASSERT_TRUE(store->add(skipped));

  const auto all = store->list_experiments().value();
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].id, newer.id);
  EXPECT_EQ(all[1].models, (std::vector<std::string>{"resnet50", "vit_b_16"}));
  EXPECT_EQ(all[1].runs_planned, 3) << "no fewer than are stored";
  EXPECT_EQ(all[1].runs_done, 1);
  EXPECT_EQ(all[1].runs_failed, 1);
  EXPECT_EQ(all[1].status, ExperimentStatus::running);

  ListFilter filter;
  filter.limit = 1;
  EXPECT_EQ(store->list_experiments(filter)->at(0).id, newer.id);
  filter = {};
  filter.model = "vit_b_16";
  ASSERT_EQ(store->list_experiments(filter)->size(), 1U);
  EXPECT_EQ(store->list_experiments(filter)->at(0).id, older.id);
  EXPECT_EQ(store->list_runs(filter)->size(), 1U);
  filter = {};
  filter.since = "2026-11-21";
  EXPECT_EQ(store->list_experiments(filter)->size(), 1U);
  filter.since = "2027";
  EXPECT_TRUE(store->list_experiments(filter)->empty());
  filter = {};
  filter.status = ExperimentStatus::done;
  EXPECT_TRUE(store->list_experiments(filter)->empty());
  EXPECT_TRUE(store->list_runs(filter)->empty());
}

TEST_F(SqliteStoreTest, RunsAreListedWithTheirFigures) {
  const auto store = open();
  const auto experiment = example_experiment();
  ASSERT_TRUE(store->begin(experiment));
  ASSERT_TRUE(store->add(example_run(experiment, 0)));
  auto without = example_run(experiment, 1);
  without.windows.clear();
  without.failure = Error{ErrorKind::run_failed, "the worker died", ""};
  ASSERT_TRUE(store->add(without));
  auto blind = example_run(experiment, 2);
  blind.windows[0].total = {.reason = "permission"};
  ASSERT_TRUE(store->add(blind));
  auto runs = store->list_runs().value();
  ASSERT_EQ(runs.size(), 3U);
  EXPECT_EQ(runs[0].energy_per_image.reason, "permission");
  EXPECT_EQ(runs[1].energy_per_image.reason, "the worker died");
  EXPECT_EQ(runs[2].energy_per_image.reason, "");
  runs.erase(runs.begin());
  EXPECT_EQ(runs[1].point.id, "resnet50/b1");
  EXPECT_EQ(runs[0].point.batch, 8);
  EXPECT_DOUBLE_EQ(runs[1].images_per_s.value(), 50.0);
  EXPECT_DOUBLE_EQ(runs[1].energy_per_image.value.value().value, 0.5);
  EXPECT_EQ(runs[1].energy_per_image.provenance, record::Provenance::modelled);
  EXPECT_FALSE(runs[0].images_per_s);
  EXPECT_FALSE(runs[0].energy_per_image.value);
  EXPECT_EQ(runs[0].energy_per_image.provenance, record::Provenance::missing);
}

TEST_F(SqliteStoreTest, WhatIsKnownMeanwhileIsKeptWhenTheProcessDies) {
  const auto store = open();
  auto experiment = example_experiment();
  EXPECT_FALSE(store->update(experiment)) << "it has not begun";
  ASSERT_TRUE(store->begin(experiment));
  experiment.idle_before = {{"cpu.package.0", {31.2}, {{25.0}, {38.0}}}};
  experiment.resumptions.push_back({.resumed_at = "2026-11-21T11:00:00Z", .first_run = 3, .channels = {}});
  ASSERT_TRUE(store->update(experiment));
  const auto again = store->load_experiment(experiment.id);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status, record::ExperimentStatus::running);
  ASSERT_EQ(again->idle_before.size(), 1U);
  ASSERT_EQ(again->resumptions.size(), 1U);
  EXPECT_EQ(again->resumptions[0].first_run, 3);
}

TEST_F(SqliteStoreTest, AnExperimentIsFoundByTheBeginningOfItsId) {
  const auto store = open();
  ASSERT_TRUE(store->begin(example_experiment("20261121T100000-4f2a")));
  ASSERT_TRUE(store->begin(example_experiment("20261121T100000-4f2b")));
  ASSERT_TRUE(store->begin(example_experiment("20261120T090000-0001")));
  EXPECT_EQ(store->find_experiment("20261120").value(), "20261120T090000-0001");
  EXPECT_EQ(store->find_experiment("20261121T100000-4f2b").value(), "20261121T100000-4f2b");
  EXPECT_EQ(store->find_experiment("last").value(), "20261121T100000-4f2b");
  const auto several = store->find_experiment("20261121");
  ASSERT_FALSE(several);
  EXPECT_NE(several.error().hint.find("20261121T100000-4f2a"), std::string::npos) << several.error().hint;
  const auto none = store->find_experiment("20261121T100000-4f2x");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, ErrorKind::not_found);
  EXPECT_NE(none.error().hint.find("20261121T100000-4f2a"), std::string::npos) << none.error().hint;
  EXPECT_FALSE(store->find_experiment(""));
  EXPECT_FALSE(store->find_experiment("\xFF"));
  EXPECT_FALSE(store->find_experiment("' OR 1=1 --"));
}

TEST_F(SqliteStoreTest, AnExperimentWhoseProcessEndedIsInterruptedAndKeepsItsRuns) {
  const pid_t child = fork();
  if (child == 0) {
    auto store = SqliteStore::open(path_, {});
    const auto experiment = example_experiment();
    const bool stored = store && (*store)->begin(experiment) && (*store)->add(example_run(experiment, 0, 5000));
    _exit(stored ? 0 : 1);  // without closing anything, as a crash would
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  const auto store = open();
  EXPECT_EQ(store->list_experiments()->at(0).status, ExperimentStatus::interrupted);
  auto experiment = store->load_experiment(example_experiment().id).value();
  EXPECT_EQ(experiment.status, ExperimentStatus::interrupted);
  ASSERT_EQ(store->load_runs(experiment.id, WithSamples::yes)->at(0).samples.size(), 5000U);

  experiment.status = ExperimentStatus::running;
  ASSERT_TRUE(store->begin(experiment)) << "it goes on where it stopped";
  ASSERT_TRUE(store->add(example_run(experiment, 1)));
  EXPECT_EQ(store->load_runs(experiment.id, WithSamples::no)->size(), 2U);
}

TEST_F(SqliteStoreTest, NothingStoredIsOverwritten) {
  const auto store = open();
  auto experiment = example_experiment();
  ASSERT_TRUE(store->begin(experiment));
  ASSERT_TRUE(store->add(example_run(experiment, 0, 100)));
  EXPECT_FALSE(store->add(example_run(experiment, 0, 100))) << "a run of the same place in the order";
  EXPECT_EQ(store->list_experiments()->at(0).runs_done, 1) << "a refused run is not counted";
  auto other = experiment;
  other.plan["models"] = {"vit_b_16"};
  EXPECT_FALSE(store->begin(other));
  EXPECT_EQ(store->load_runs(experiment.id, WithSamples::yes)->at(0).samples.size(), 100U);
}

TEST_F(SqliteStoreTest, ARunOfNoKnownPointIsRefused) {
  const auto store = open();
  const auto experiment = example_experiment();
  EXPECT_FALSE(store->add(example_run(experiment, 0))) << "never begun";
  EXPECT_FALSE(store->end(experiment)) << "never begun";
  ASSERT_TRUE(store->begin(experiment));
  auto run = example_run(experiment, 0);
  run.point = "resnet50/b64";
  EXPECT_FALSE(store->add(run));
}

TEST_F(SqliteStoreTest, AnExperimentThatAnotherLiveProcessFillsIsLeftAlone) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto store = SqliteStore::open(path_, {});
    const bool begun = store && (*store)->begin(example_experiment());
    const char answer = begun ? '1' : '0';
    if (write(ready[1], &answer, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char answer = '0';
  ASSERT_EQ(read(ready[0], &answer, 1), 1);
  ASSERT_EQ(answer, '1');
  const auto begun = open()->begin(example_experiment());
  EXPECT_FALSE(begun);
  EXPECT_EQ(open()->list_experiments()->at(0).status, ExperimentStatus::running);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_EQ(open()->list_experiments()->at(0).status, ExperimentStatus::interrupted);
  close(ready[0]);
  close(ready[1]);
}

TEST_F(SqliteStoreTest, TwoProcessesFillAndAThirdReadsAtOnce) {
  constexpr int kRuns = 40;
  std::vector<pid_t> children;
  for (int number = 0; number < 2; ++number) {
    const pid_t child = fork();
    if (child == 0) {
      auto store = SqliteStore::open(path_, {});  // both may find no file and make it
      if (!store) _exit(2);
      const auto experiment = example_experiment("20261121T10000" + std::to_string(number) + "-0000");
      if (!(*store)->begin(experiment)) _exit(3);
      for (int order = 0; order < kRuns; ++order) {
        if (!(*store)->add(example_run(experiment, order, 200))) _exit(4);
      }
      _exit((*store)->end(experiment) ? 0 : 5);
    }
    children.push_back(child);
  }
  std::size_t seen = 0;
  const auto reader = open();
  for (int look = 0; look < 20; ++look) {
    const auto runs = reader->list_runs();
    ASSERT_TRUE(runs) << runs.error().message;
    EXPECT_GE(runs->size(), seen);
    seen = runs->size();
  }
  for (const pid_t child : children) {
    int status = 1;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  EXPECT_EQ(reader->list_runs()->size(), 2U * kRuns);
  const auto listings = reader->list_experiments().value();
  EXPECT_EQ(listings.size(), 2U);
  for (const auto& listing : listings) EXPECT_EQ(listing.runs_done, kRuns);
}

TEST_F(SqliteStoreTest, TwoThreadsWithTheirOwnStoresFillAtOnce) {
  constexpr int kRuns = 20;
  std::atomic<int> stored = 0;
  std::vector<std::jthread> threads;
  for (int number = 0; number < 2; ++number) {
    threads.emplace_back([&, number] {
      auto store = SqliteStore::open(path_, {});
      const auto experiment = example_experiment("20261121T10000" + std::to_string(number) + "-0000");
      ASSERT_TRUE(store) << store.error().message;
      const auto begun = (*store)->begin(experiment);
      ASSERT_TRUE(begun) << begun.error().message;
      for (int order = 0; order < kRuns; ++order) stored += (*store)->add(example_run(experiment, order)).has_value();
    });
  }
  threads.clear();
  EXPECT_EQ(stored, 2 * kRuns);
}

TEST_F(SqliteStoreTest, RowsAreCopiedAsTheyAre) {
  const auto from = open();
  auto experiment = example_experiment();
  ASSERT_TRUE(from->begin(experiment));
  ASSERT_TRUE(from->add(example_run(experiment, 0, 20'000)));
  experiment.status = record::ExperimentStatus::done;
  ASSERT_TRUE(from->end(experiment));
  const auto to = SqliteStore::open(folder_ / "copy.db", {}).value();
  const auto copied = to->write_together([&]() -> Result<void> {
    WATTLENS_TRY(const StoredExperiment stored, from->stored_experiment(experiment.id));
    WATTLENS_CHECK(to->add_stored(experiment, stored));
    return from->for_each_stored_run(experiment.id, [&](const StoredRun& run) {
      return to->add_stored(example_run(experiment, run.order, 20'000), run);
    });
  });
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(to->stored_experiment(experiment.id)->document, from->stored_experiment(experiment.id)->document);
  EXPECT_EQ(to->list_experiments()->at(0).runs_done, 1);
  EXPECT_EQ(to->load_runs(experiment.id, WithSamples::yes)->at(0).samples.values,
            from->load_runs(experiment.id, WithSamples::yes)->at(0).samples.values);
  const auto refused = to->write_together([&]() -> Result<void> {
    WATTLENS_CHECK(to->add_stored(example_experiment("20261122T100000-0000"), StoredExperiment{.document = "{}"}));
    return fail(ErrorKind::usage, "no");
  });
  EXPECT_FALSE(refused);
  EXPECT_EQ(to->list_experiments()->size(), 1U);
}

TEST_F(SqliteStoreTest, OddTextSurvives) {
  const auto store = open();
  auto experiment = example_experiment();
  experiment.title = "ünïcode \"quoted\" 'single' ; DROP TABLE runs; \n line";
  experiment.points[0].model = "/models/o'brien's net.onnx";
  ASSERT_TRUE(store->begin(experiment));
  EXPECT_EQ(store->list_experiments()->at(0).title, experiment.title);
  EXPECT_EQ(store->list_experiments()->at(0).models.at(0), experiment.points[0].model);
}

}  // namespace
}  // namespace wattlens::store
