#include "store/sqlite_store.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/json.h"
#include "record/json.h"
#include "record/names.h"
#include "store/run_figures.h"
#include "store/sample_codec.h"
#include "store/sqlite_store_database.h"
#include "store/sqlite_store_schema.h"
#include "store/writer.h"

namespace wattlens::store {
namespace {

std::string models_of(const record::Experiment& experiment) {
  base::Json models = base::Json::array();
  std::set<std::string_view> seen;
  for (const auto& point : experiment.points) {
    if (seen.insert(point.model).second) models.push_back(point.model);
  }
  return base::to_text(models);
}

// Rows of one experiment are found again only if its documents agree on what is measured.
bool continues(const record::Experiment& stored, const record::Experiment& experiment) {
  return stored.seed == experiment.seed && stored.plan == experiment.plan;
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const base::Path& path, const StoreOptions& options) {
  const bool write = options.access == Access::write;
  auto database = Database::open(path, write ? Database::Mode::create : Database::Mode::existing, options.busy_timeout);
  if (!write && (!database || (*database)->read_only()) && std::filesystem::exists(path)) {
    auto readable = Database::open(path, Database::Mode::read_only, options.busy_timeout);
    if (readable || database) database = std::move(readable);
  }
  if (!database) return std::unexpected(std::move(database).error());
  if (write && (*database)->read_only()) {
    return fail(ErrorKind::io, fmt::format("{} cannot be written: it is read-only", path.string()),
                "check the permissions of the file and its folder, or give another file with --store");
  }
  // First, so that a file of another program is left as it is.
  WATTLENS_CHECK(bring_up_to_date(**database));
  if (write) WATTLENS_CHECK((*database)->use_write_ahead_log());
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(*database)));
}

Result<void> SqliteStore::begin(const record::Experiment& experiment) {
  return database_->transaction([&]() -> Result<void> {
    WATTLENS_TRY(Statement find, database_->prepare("SELECT writer FROM experiments WHERE id = ?"));
    WATTLENS_TRY(const bool exists, find.bind(1, experiment.id).step());
    if (exists) {
      if (const std::string writer = find.text(0); writer != this_process() && may_be_alive(writer)) {
        return fail(ErrorKind::usage, fmt::format("another process is filling experiment {}", experiment.id),
                    "wait until it is done");
      }
      WATTLENS_TRY(const record::Experiment stored, load_experiment(experiment.id));
      if (!continues(stored, experiment)) {
        return fail(ErrorKind::usage,
                    fmt::format("the store already has an experiment {} with another plan", experiment.id),
                    "start it again: it gets a new id");
      }
    }
    WATTLENS_CHECK(insert_experiment(experiment));
    return insert_points(experiment);
  });
}

Result<void> SqliteStore::insert_experiment(const record::Experiment& experiment) {
  return insert_experiment_rows(experiment, {.document = base::to_text(record::to_json(experiment)),
                                             .runs_planned = static_cast<std::int64_t>(experiment.order.size())});
}

Result<void> SqliteStore::insert_experiment_rows(const record::Experiment& experiment, const StoredExperiment& stored) {
  const bool running = experiment.status == record::ExperimentStatus::running;
  WATTLENS_TRY(Statement row, database_->prepare(R"sql(
      INSERT INTO experiments (id, title, created_at, finished_at, status, writer, machine, models, runs_planned)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      ON CONFLICT (id) DO UPDATE SET title = ?2, created_at = ?3, finished_at = ?4, status = ?5, writer = ?6,
        machine = ?7, models = ?8, runs_planned = ?9)sql"));
  row.bind(1, experiment.id).bind(2, experiment.title).bind(3, experiment.created_at).bind(4, experiment.finished_at);
  row.bind(5, record::to_string(experiment.status)).bind(6, running ? this_process() : std::string());
  row.bind(7, experiment.machine.cpu.model_name).bind(8, models_of(experiment));
  WATTLENS_CHECK(row.bind(9, stored.runs_planned).run());
  WATTLENS_TRY(Statement document, database_->prepare(R"sql(
      INSERT INTO experiment_documents (experiment, document) VALUES (?1, ?2)
      ON CONFLICT (experiment) DO UPDATE SET document = ?2)sql"));
  return document.bind(1, experiment.id).bind(2, stored.document).run();
}

Result<void> SqliteStore::insert_points(const record::Experiment& experiment) {
  WATTLENS_TRY(Statement row, database_->prepare(R"sql(
      INSERT INTO points (experiment, id, model, engine, device, precision, hint, batch, image_size, threads)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (experiment, id) DO NOTHING)sql"));
  for (const auto& point : experiment.points) {
    row.bind(1, experiment.id).bind(2, point.id).bind(3, point.model).bind(4, point.engine).bind(5, point.device);
    row.bind(6, point.precision).bind(7, point.hint).bind(8, point.batch);
    WATTLENS_CHECK(row.bind(9, point.image_size).bind(10, point.threads).run());
  }
  return {};
}

Result<void> SqliteStore::add(const record::Run& run) {
  return database_->transaction([&]() -> Result<void> {
    WATTLENS_TRY(const std::int64_t number, insert_run(run));
    WATTLENS_CHECK(insert_document(number, {.order = run.order,
                                            .document = base::to_text(record::to_json(run)),
                                            .channels = base::to_text(base::Json(run.samples.channels)),
                                            .sample_count = static_cast<std::int64_t>(run.samples.size()),
                                            .blobs = {}}));
    SampleCodec codec;
    for (std::size_t first = 0; first < run.samples.size(); first += kSamplesPerBlob) {
      const std::size_t count = std::min(kSamplesPerBlob, run.samples.size() - first);
      WATTLENS_TRY(const auto blob, codec.encode(run.samples, first, count));
      WATTLENS_CHECK(insert_blob(number, static_cast<std::int64_t>(first / kSamplesPerBlob), blob));
    }
    return count_run(run, run.order + 1);
  });
}

Result<std::int64_t> SqliteStore::insert_run(const record::Run& run) {
  WATTLENS_TRY(Statement find, database_->prepare("SELECT number FROM points WHERE experiment = ? AND id = ?"));
  WATTLENS_TRY(const bool known, find.bind(1, run.experiment).bind(2, run.point).step());
  if (!known) {
    return fail(ErrorKind::internal, fmt::format("run {} belongs to no point of an experiment in the store", run.id));
  }
  WATTLENS_TRY(Statement twice, database_->prepare("SELECT 1 FROM runs WHERE experiment = ? AND run_order = ?"));
  WATTLENS_TRY(const bool stored, twice.bind(1, run.experiment).bind(2, run.order).step());
  if (stored) return fail(ErrorKind::internal, fmt::format("run {} is in the store already", run.id));

  const RunFigures figures = figures_of(run);
  const auto joules = [](std::optional<record::Joules> energy) {
    return energy ? std::optional<double>(energy->value) : std::nullopt;
  };
  WATTLENS_TRY(Statement row, database_->prepare(R"sql(
      INSERT INTO runs (experiment, run_order, block, point, status, images_per_s, energy_j_per_image,
        net_energy_j_per_image, provenance, complete, warnings) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql"));
  row.bind(1, run.experiment).bind(2, run.order).bind(3, run.block).bind(4, find.integer(0));
  row.bind(5, record::to_string(run.status)).bind(6, figures.images_per_s).bind(7, joules(figures.energy_per_image));
  row.bind(8, joules(figures.net_energy_per_image)).bind(9, record::to_string(figures.provenance));
  row.bind(10, std::int64_t{figures.complete});
  WATTLENS_CHECK(row.bind(11, static_cast<std::int64_t>(run.warnings.size())).run());
  return database_->last_row();
}

Result<void> SqliteStore::insert_document(std::int64_t run, const StoredRun& stored) {
  WATTLENS_TRY(Statement row, database_->prepare("INSERT INTO run_documents VALUES (?, ?, ?, ?)"));
  return row.bind(1, run).bind(2, stored.document).bind(3, stored.channels).bind(4, stored.sample_count).run();
}

Result<void> SqliteStore::insert_blob(std::int64_t run, std::int64_t part, std::span<const std::byte> blob) {
  WATTLENS_TRY(Statement row, database_->prepare("INSERT INTO sample_blobs (run, part, samples) VALUES (?, ?, ?)"));
  return row.bind(1, run).bind(2, part).bind(3, blob).run();
}

Result<void> SqliteStore::count_run(const record::Run& run, std::int64_t planned) {
  const bool done = run.status == record::RunStatus::done;
  const bool failed = run.status == record::RunStatus::failed;
  WATTLENS_TRY(Statement count, database_->prepare(R"sql(
      UPDATE experiments SET runs_done = runs_done + ?, runs_failed = runs_failed + ?,
        runs_planned = max(runs_planned, ?) WHERE id = ?)sql"));
  count.bind(1, std::int64_t{done}).bind(2, std::int64_t{failed}).bind(3, planned);
  return count.bind(4, run.experiment).run();
}

Result<void> SqliteStore::end(const record::Experiment& experiment) { return update(experiment); }

Result<void> SqliteStore::update(const record::Experiment& experiment) {
  return database_->transaction([&]() -> Result<void> {
    WATTLENS_TRY(Statement find, database_->prepare("SELECT 1 FROM experiments WHERE id = ?"));
    WATTLENS_TRY(const bool exists, find.bind(1, experiment.id).step());
    if (!exists) {
      return fail(ErrorKind::internal, fmt::format("experiment {} was never begun in this store", experiment.id));
    }
    return insert_experiment(experiment);
  });
}

}  // namespace wattlens::store
