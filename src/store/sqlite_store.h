// The store: experiments, runs and raw samples in one SQLite file, which several processes may use at once.
//
// What add() was given is on the disk when it returns: write-ahead log with PRAGMA synchronous = EXTRA, one transaction
// per run. Errors: ErrorKind::io (full, locked, read-only, damaged), usage (no store, or of a newer version),
// not_found.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "record/run_sink.h"

namespace wattlens::store {

class Database;

enum class Access {
  write,  // makes the file where it is missing
  read,   // brings an older store up to date where it may; works on a read-only file too
};

struct StoreOptions {
  Access access = Access::write;
  base::Seconds busy_timeout{10.0};  // how long to wait for another process's write
};

// One line of `list`. `status` is interrupted where the process that filled it has ended without a word.
struct ExperimentListing {
  std::string id;
  std::string title;
  std::string created_at;
  std::string finished_at;
  record::ExperimentStatus status = record::ExperimentStatus::done;
  std::string machine;
  std::vector<std::string> models;
  std::int64_t runs_planned = 0;
  std::int64_t runs_done = 0;
  std::int64_t runs_failed = 0;
};

// One line of `list --runs`.
struct RunListing {
  std::string experiment;
  std::int64_t order = 0;
  std::int64_t block = 0;
  record::PlanPoint point;
  record::RunStatus status = record::RunStatus::done;
  std::optional<double> images_per_s;
  record::Energy energy_per_image;  // gross; value, provenance, reason
  std::optional<record::Joules> net_energy_per_image;
  bool complete = true;
  std::int64_t warnings = 0;
};

// Empty members do not filter.
struct ListFilter {
  std::string experiment{};                          // whole id; for runs
  std::string model{};                               // exact name
  std::string since{};                               // ISO 8601 prefix, e.g. "2026-11"; created_at at or after it
  std::optional<record::ExperimentStatus> status{};  // as shown
  std::int64_t limit = 0;                            // 0: all
};

enum class WithSamples { no, yes };

// Not thread-safe; open one per thread.
class SqliteStore final : public record::RunSink {
 public:
  static Result<std::unique_ptr<SqliteStore>> open(const base::Path& path, const StoreOptions& options = {});
  ~SqliteStore() override;

  // Starts a new experiment, or goes on with one of the same id, seed and plan whose process has ended.
  Result<void> begin(const record::Experiment& experiment) override;
  Result<void> update(const record::Experiment& experiment) override;
  Result<void> add(const record::Run& run) override;
  Result<void> end(const record::Experiment& experiment) override;

  // Newest first: by id, which begins with the time.
  Result<std::vector<ExperimentListing>> list_experiments(const ListFilter& filter = {}) const;
  Result<std::vector<RunListing>> list_runs(const ListFilter& filter = {}) const;

  // The id that begins with `prefix`, or the newest one for "last". Fails with ErrorKind::not_found (the nearest ids in
  // the hint) or ErrorKind::usage (several begin so).
  Result<std::string> find_experiment(std::string_view prefix) const;
  Result<record::Experiment> load_experiment(std::string_view id) const;
  Result<std::vector<record::Run>> load_runs(std::string_view experiment, WithSamples samples) const;  // in order

 private:
  explicit SqliteStore(std::unique_ptr<Database> database);
  Result<void> insert_experiment(const record::Experiment& experiment);
  Result<void> insert_points(const record::Experiment& experiment);
  Result<void> insert_run(const record::Run& run);
  Result<void> insert_samples(std::int64_t run, const record::Samples& samples);

  std::unique_ptr<Database> database_;
};

}  // namespace wattlens::store
