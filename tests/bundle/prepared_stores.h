// A store with two experiments, an empty one, and bundles in memory.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "bundle/archives.h"
#include "bundle/contents.h"
#include "bundle/import.h"
#include "fake/example_records.h"
#include "fake/temporary_folder.h"
#include "store/sqlite_store.h"
#include "store/sqlite_store_database.h"

namespace wattlens::bundle {

inline const std::string kOlder = "20261120T090000-0001";
inline const std::string kNewer = "20261121T100000-4f2a";

class PreparedStores : public testing::Test {
 protected:
  PreparedStores() {
    for (const std::string& id : {kOlder, kNewer}) {
      auto experiment = fake::example_experiment(id);
      experiment.order.pop_back();                 // fewer planned than made: what is listed is not what the order says
      experiment.points.back().precision.clear();  // as of a command
      experiment.points.back().hint.clear();
      EXPECT_TRUE(from_->begin(experiment));
      for (std::int64_t order = 0; order < 3; ++order) {
        const std::size_t samples = order == 1 ? 40'000 : order == 2 ? 5 : 0;
        EXPECT_TRUE(from_->add(fake::example_run(experiment, order, samples)));
      }
      if (id == kNewer) break;  // its process ends without a word
      experiment.status = record::ExperimentStatus::done;
      EXPECT_TRUE(from_->end(experiment));
    }
    const auto database = store::Database::open(folder_ / "from.db", store::Database::Mode::existing, base::Seconds{1});
    EXPECT_TRUE((*database)->execute("UPDATE experiments SET writer = 'another boot/a/1/2' WHERE writer <> ''"));
  }

  std::unique_ptr<store::SqliteStore> open(const std::string& name) const {
    return store::SqliteStore::open(folder_ / name, {.busy_timeout = base::Seconds{0.05}}).value();
  }

  static Result<std::string> bundle_of(const store::SqliteStore& store, const std::vector<std::string>& ids) {
    std::string text;
    auto written = write_bundle(store, ids, sink_to(text), no_step);
    if (!written) return std::unexpected(written.error());
    return text;
  }

  static Result<Contents> checked(const std::string& text) {
    return read_bundle(source_of(text), "a.tar.zst", text.size(), SampleCheck::yes, {}, no_step);
  }

  static Result<std::vector<Fate>> imported(const std::string& text, store::SqliteStore& store) {
    WATTLENS_TRY(const Contents contents, checked(text));
    WATTLENS_TRY(std::vector<Fate> found, fates(contents, store, "a.tar.zst"));
    WATTLENS_CHECK(import_bundle(
        contents, found, store, [&]() -> Result<Source> { return source_of(text); }, "a.tar.zst", no_step));
    return found;
  }

  // All rows of a store, with which its numbers are not compared.
  static std::string rows(const store::SqliteStore& store) {
    std::string text;
    const auto listings = store.list_experiments().value();
    for (const auto& listing : listings) {
      text += listing.id + " " + std::to_string(listing.runs_planned) + " " + std::to_string(listing.runs_done) + "\n" +
              store.stored_experiment(listing.id)->document + "\n";
      EXPECT_TRUE(store.for_each_stored_run(listing.id, [&](const store::StoredRun& run) {
        text += run.document + run.channels + std::to_string(run.sample_count) + "\n";
        for (const auto& blob : run.blobs) text.append(reinterpret_cast<const char*>(blob.data()), blob.size());
        return Result<void>();
      }));
    }
    const auto runs = store.list_runs().value();
    for (const auto& run : runs) {
      const record::PlanPoint& point = run.point;
      text += fmt::format("{} {} {} \"{}\" \"{}\" {} {}\n", run.experiment, run.order, point.model, point.precision,
                          point.hint, run.images_per_s.value_or(0.0), run.warnings);
    }
    return text;
  }

  static Result<void> no_step(double) { return {}; }

  fake::TemporaryFolder folder_;
  std::unique_ptr<store::SqliteStore> from_ = open("from.db");
};

}  // namespace wattlens::bundle
