// The store: experiments, runs and raw samples in one SQLite file, which several processes may use at once.
//
// What add() was given is on the disk when it returns: write-ahead log with PRAGMA synchronous = EXTRA, one transaction
// per run. Errors: ErrorKind::io (full, locked, read-only, damaged), usage (no store, or of a newer version),
// not_found.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
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

// Rows of an experiment as the store holds them, for a copy that is the same in every byte. Documents are JSON of one
// line, schemas wattlens.stored_experiment/1 and wattlens.run/1; `channels` is a JSON array of their ids.
struct StoredExperiment {
  std::string document;  // its status is interrupted where the process that filled it has ended without a word
  std::int64_t runs_planned = 0;
};
struct StoredRun {
  std::int64_t order = 0;
  std::string document;
  std::string channels;
  std::int64_t sample_count = 0;
  std::vector<std::vector<std::byte>> blobs;  // SampleCodec reads them
};

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

  // Rows as they are. All that `work` reads is of one moment; all that it adds is stored together, or nothing of it.
  using Work = std::function<Result<void>()>;
  Result<void> read_together(const Work& work) const;
  Result<void> write_together(const Work& work);
  Result<StoredExperiment> stored_experiment(std::string_view id) const;
  Result<void> for_each_stored_run(std::string_view experiment,
                                   const std::function<Result<void>(const StoredRun&)>& take) const;  // in order
  // Within write_together(): rows of an experiment that is not in the store, with what their documents say, which the
  // caller has read and checked. No process is filling it.
  Result<void> add_stored(const record::Experiment& experiment, const StoredExperiment& stored);
  Result<void> add_stored(const record::Run& run, const StoredRun& stored);

 private:
  explicit SqliteStore(std::unique_ptr<Database> database);
  Result<void> insert_experiment(const record::Experiment& experiment);
  Result<void> insert_experiment_rows(const record::Experiment& experiment, const StoredExperiment& stored);
  Result<void> insert_points(const record::Experiment& experiment);
  Result<std::int64_t> insert_run(const record::Run& run);  // its figures; the number of its row
  Result<void> insert_document(std::int64_t run, const StoredRun& stored);
  Result<void> insert_blob(std::int64_t run, std::int64_t part, std::span<const std::byte> blob);
  Result<void> count_run(const record::Run& run, std::int64_t planned);  // at least so many were planned

  std::unique_ptr<Database> database_;
};

}  // namespace wattlens::store
