// A small store and the output of a command as text, for the tests of the commands.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "cli/output.h"
#include "fake/example_records.h"
#include "fake/temporary_folder.h"
#include "store/sqlite_store.h"

namespace wattlens::cli {

class PreparedStore : public testing::Test {
 protected:
  PreparedStore() {
    auto opened = store::SqliteStore::open(store_);
    EXPECT_TRUE(opened);
    auto older = fake::example_experiment("20261120T090000-0001");
    older.created_at = "2026-11-20T09:00:00Z";
    older.title = "an older one, with a comma";
    older.points[0].model = "vit_b_16";
    older.points[1].model = "vit_b_16";
    newer_ = fake::example_experiment();
    for (auto* experiment : {&older, &newer_}) {
      EXPECT_TRUE((*opened)->begin(*experiment));
      EXPECT_TRUE((*opened)->add(fake::example_run(*experiment, 0, 3)));
      EXPECT_TRUE((*opened)->add(fake::example_run(*experiment, 1, 2)));
      experiment->status = record::ExperimentStatus::done;
      experiment->finished_at = "2026-11-21T10:05:00Z";
      EXPECT_TRUE((*opened)->end(*experiment));
    }
  }

  // What a command writes: run(output) returns Result<void>.
  template <class Run>
  Result<std::string> text_of(report::Format format, Run run) const {
    const base::Path file = folder_ / "out";
    WATTLENS_TRY(Output output, Output::open({.format = format, .file = file}));
    WATTLENS_CHECK(run(output));
    WATTLENS_CHECK(output.finish());
    return base::read_text(file);
  }

  fake::TemporaryFolder folder_;
  base::Path store_ = folder_ / "wattlens.db";
  record::Experiment newer_;
};

}  // namespace wattlens::cli
