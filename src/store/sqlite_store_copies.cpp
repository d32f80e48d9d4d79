// Rows in and out of a store as they are.
#include <fmt/core.h>

#include "base/json.h"
#include "record/names.h"
#include "store/sqlite_store.h"
#include "store/sqlite_store_database.h"

namespace wattlens::store {

Result<void> SqliteStore::read_together(const Work& work) const {
  WATTLENS_CHECK(database_->execute("BEGIN"));
  Result<void> done = work();
  const Result<void> ended = database_->execute("ROLLBACK");  // nothing was written
  return done ? ended : done;
}

Result<void> SqliteStore::write_together(const Work& work) { return database_->transaction(work); }

Result<StoredExperiment> SqliteStore::stored_experiment(std::string_view id) const {
  WATTLENS_TRY(Statement row, database_->prepare("SELECT document, runs_planned FROM experiments "
                                                 "JOIN experiment_documents ON experiment = id WHERE id = ?"));
  WATTLENS_TRY(const bool exists, row.bind(1, id).step());
  if (!exists) return fail(ErrorKind::not_found, fmt::format("no experiment \"{}\" in the store", id));
  StoredExperiment stored{.document = row.text(0), .runs_planned = row.integer(1)};
  WATTLENS_TRY(const auto listings, list_experiments({.experiment = std::string(id)}));
  const auto name = fmt::format("the record of experiment {}", id);
  WATTLENS_TRY(base::Json document, base::parse_json(stored.document, name));
  WATTLENS_TRY(const std::string status, base::member<std::string>(document, "status"));
  const std::string_view now = record::to_string(listings.front().status);
  if (status == now) return stored;
  document["status"] = now;
  stored.document = base::to_text(document);
  return stored;
}

Result<void> SqliteStore::for_each_stored_run(std::string_view experiment,
                                              const std::function<Result<void>(const StoredRun&)>& take) const {
  WATTLENS_TRY(Statement row, database_->prepare(R"sql(
      SELECT number, run_order, document, sample_channels, sample_count FROM runs JOIN run_documents ON run = number
      WHERE experiment = ? ORDER BY run_order)sql"));
  row.bind(1, experiment);
  while (true) {
    WATTLENS_TRY(const bool more, row.step());
    if (!more) return {};
    StoredRun run{.order = row.integer(1),
                  .document = row.text(2),
                  .channels = row.text(3),
                  .sample_count = row.integer(4),
                  .blobs = {}};
    WATTLENS_TRY(Statement part, database_->prepare("SELECT samples FROM sample_blobs WHERE run = ? ORDER BY part"));
    part.bind(1, row.integer(0));
    while (true) {
      WATTLENS_TRY(const bool another, part.step());
      if (!another) break;
      const auto blob = part.blob(0);
      run.blobs.emplace_back(blob.begin(), blob.end());
    }
    WATTLENS_CHECK(take(run));
  }
}

Result<void> SqliteStore::add_stored(const record::Experiment& experiment, const StoredExperiment& stored) {
  WATTLENS_CHECK(insert_experiment_rows(experiment, stored));
  return insert_points(experiment);
}

Result<void> SqliteStore::add_stored(const record::Run& run, const StoredRun& stored) {
  WATTLENS_TRY(const std::int64_t number, insert_run(run));
  WATTLENS_CHECK(insert_document(number, stored));
  for (std::size_t part = 0; part < stored.blobs.size(); ++part) {
    WATTLENS_CHECK(insert_blob(number, static_cast<std::int64_t>(part), stored.blobs[part]));
  }
  return count_run(run, 0);  // as many were planned as the rows say
}

}  // namespace wattlens::store
