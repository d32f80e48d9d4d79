#include <fmt/core.h>

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "record/json.h"
#include "record/names.h"
#include "store/sample_codec.h"
#include "store/sqlite_store.h"
#include "store/sqlite_store_database.h"
#include "store/writer.h"

namespace wattlens::store {
namespace {

using record::ExperimentStatus;

// A crash leaves "running" behind.
ExperimentStatus status_now(ExperimentStatus stored, std::string_view writer) {
  if (stored == ExperimentStatus::running && !may_be_alive(writer)) return ExperimentStatus::interrupted;
  return stored;
}

Result<std::vector<std::string>> strings_from(std::string_view text, std::string_view what) {
  WATTLENS_TRY(const base::Json json, base::parse_json(text, what));
  std::vector<std::string> strings;
  for (const auto& item : json) {
    if (!item.is_string()) return fail(ErrorKind::usage, fmt::format("{} holds something that is no text", what));
    strings.push_back(item.get<std::string>());
  }
  return strings;
}

template <class Enum>
Result<Enum> word(std::string_view text) {
  if (const auto value = record::from_string<Enum>(text)) return *value;
  return fail(ErrorKind::usage, fmt::format("the store holds the unknown word \"{}\"", text),
              "use the version of wattlens that wrote it");
}

// "abc" < every text that begins with "abc" < "abd": the bounds of a search in the index.
std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xFF) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
  return prefix;
}

Result<ExperimentListing> listing_from(const Statement& row) {
  ExperimentListing listing;
  listing.id = row.text(0);
  listing.title = row.text(1);
  listing.created_at = row.text(2);
  listing.finished_at = row.text(3);
  WATTLENS_TRY(const auto stored, word<ExperimentStatus>(row.text(4)));
  listing.status = status_now(stored, row.text(5));
  listing.machine = row.text(6);
  WATTLENS_TRY(listing.models, strings_from(row.text(7), "the list of models of experiment " + listing.id));
  listing.runs_planned = row.integer(8);
  listing.runs_done = row.integer(9);
  listing.runs_failed = row.integer(10);
  return listing;
}

Result<RunListing> run_listing_from(const Statement& row) {
  RunListing listing;
  listing.experiment = row.text(0);
  listing.order = row.integer(1);
  listing.block = row.integer(2);
  listing.point = {row.text(3), row.text(4),    row.text(5),     row.text(6),    row.text(7),
                   row.text(8), row.integer(9), row.integer(10), row.integer(11)};
  WATTLENS_TRY(listing.status, word<record::RunStatus>(row.text(12)));
  listing.images_per_s = row.number(13);
  if (const auto energy = row.number(14)) listing.energy_per_image.value = record::Joules{*energy};
  if (const auto energy = row.number(15)) listing.net_energy_per_image = record::Joules{*energy};
  WATTLENS_TRY(listing.energy_per_image.provenance, word<record::Provenance>(row.text(16)));
  listing.energy_per_image.reason = row.text(21);
  listing.complete = row.integer(17) != 0;
  listing.warnings = row.integer(18);
  return listing;
}

Result<record::Samples> load_samples(const Database& database, SampleCodec& codec, std::int64_t run,
                                     std::string_view channels, std::int64_t count) {
  record::Samples samples;
  WATTLENS_TRY(samples.channels, strings_from(channels, "the list of sampled channels"));
  samples.values.resize(samples.channels.size());
  WATTLENS_TRY(Statement row, database.prepare("SELECT part, samples FROM sample_blobs WHERE run = ? ORDER BY part"));
  row.bind(1, run);
  for (std::int64_t part = 0;; ++part) {
    WATTLENS_TRY(const bool more, row.step());
    if (!more) break;
    if (row.integer(0) != part) return fail(ErrorKind::usage, fmt::format("part {} of the samples is missing", part));
    WATTLENS_CHECK(codec.decode(row.blob(1), samples));
  }
  if (static_cast<std::int64_t>(samples.size()) != count) {
    return fail(ErrorKind::usage, fmt::format("{} samples were stored, {} are there", count, samples.size()));
  }
  return samples;
}

}  // namespace

Result<std::vector<ExperimentListing>> SqliteStore::list_experiments(const ListFilter& filter) const {
  WATTLENS_TRY(Statement row, database_->prepare(R"sql(
      SELECT id, title, created_at, finished_at, status, writer, machine, models, runs_planned, runs_done, runs_failed
      FROM experiments
      WHERE (?1 = '' OR id = ?1) AND created_at >= ?2
        AND (?3 = '' OR EXISTS (SELECT 1 FROM json_each(models) WHERE value = ?3))
      ORDER BY id DESC)sql"));
  row.bind(1, filter.experiment).bind(2, filter.since).bind(3, filter.model);
  std::vector<ExperimentListing> listings;
  while (filter.limit <= 0 || static_cast<std::int64_t>(listings.size()) < filter.limit) {
    WATTLENS_TRY(const bool more, row.step());
    if (!more) break;
    WATTLENS_TRY(ExperimentListing listing, listing_from(row));
    if (!filter.status || listing.status == *filter.status) listings.push_back(std::move(listing));
  }
  return listings;
}

Result<std::vector<RunListing>> SqliteStore::list_runs(const ListFilter& filter) const {
  // CROSS keeps SQLite to this order, in which the indexes give the rows already sorted.
  WATTLENS_TRY(Statement row, database_->prepare(R"sql(
      SELECT runs.experiment, run_order, block, points.id, model, engine, device, precision, hint, batch, image_size,
        threads, runs.status, images_per_s, energy_j_per_image, net_energy_j_per_image, provenance, complete, warnings,
        experiments.status, writer,
        CASE WHEN energy_j_per_image IS NULL THEN (
          SELECT coalesce(json_extract(document, '$.windows[#-1].total.reason'),
                          json_extract(document, '$.failure.message'))
          FROM run_documents WHERE run = runs.number) END
      FROM experiments CROSS JOIN runs ON runs.experiment = experiments.id JOIN points ON points.number = runs.point
      WHERE (?1 = '' OR experiments.id = ?1) AND created_at >= ?2 AND (?3 = '' OR model = ?3)
      ORDER BY experiments.id DESC, run_order DESC)sql"));
  row.bind(1, filter.experiment).bind(2, filter.since).bind(3, filter.model);
  std::vector<RunListing> listings;
  while (filter.limit <= 0 || static_cast<std::int64_t>(listings.size()) < filter.limit) {
    WATTLENS_TRY(const bool more, row.step());
    if (!more) break;
    if (filter.status) {
      WATTLENS_TRY(const auto stored, word<ExperimentStatus>(row.text(19)));
      if (status_now(stored, row.text(20)) != *filter.status) continue;
    }
    WATTLENS_TRY(RunListing listing, run_listing_from(row));
    listings.push_back(std::move(listing));
  }
  return listings;
}

Result<std::string> SqliteStore::find_experiment(std::string_view prefix) const {
  if (prefix == "last") {
    WATTLENS_TRY(const auto newest, list_experiments({.limit = 1}));
    if (!newest.empty()) return newest.front().id;
    return fail(ErrorKind::not_found, fmt::format("{} holds no experiment yet", database_->path().string()),
                "`wattlens run` makes one");
  }
  WATTLENS_TRY(Statement row, database_->prepare("SELECT id FROM experiments WHERE id >= ?1 AND id < ?2 ORDER BY id"));
  row.bind(1, prefix).bind(2, after_prefix(std::string(prefix)));
  std::vector<std::string> found;
  while (!prefix.empty()) {
    WATTLENS_TRY(const bool more, row.step());
    if (!more) break;
    found.push_back(row.text(0));
    if (found.back() == prefix) return found.back();
  }
  if (found.size() == 1) return found.front();
  if (!found.empty()) {
    const std::size_t shown = std::min<std::size_t>(found.size(), 5);
    return fail(ErrorKind::usage, fmt::format("{} experiments begin with \"{}\"", found.size(), prefix),
                fmt::format("give more of the id: {}{}", base::join(std::span(found).first(shown), ", "),
                            shown < found.size() ? ", ..." : ""));
  }
  WATTLENS_TRY(const auto all, list_experiments());
  for (const auto& listing : all) found.push_back(listing.id);
  const auto nearest = base::nearest_names(prefix, found);
  return fail(ErrorKind::not_found, fmt::format("no experiment \"{}\" in {}", prefix, database_->path().string()),
              nearest.empty() ? "`wattlens run` makes one"
                              : fmt::format("did you mean {}? `wattlens list` shows all", base::join(nearest, ", ")));
}

Result<record::Experiment> SqliteStore::load_experiment(std::string_view id) const {
  WATTLENS_TRY(Statement row, database_->prepare("SELECT document, writer FROM experiments JOIN experiment_documents "
                                                 "ON experiment = id WHERE id = ?"));
  WATTLENS_TRY(const bool exists, row.bind(1, id).step());
  if (!exists) {
    return fail(ErrorKind::not_found, fmt::format("no experiment \"{}\" in {}", id, database_->path().string()),
                "`wattlens list` shows all");
  }
  WATTLENS_TRY(const base::Json json, base::parse_json(row.text(0), fmt::format("the record of experiment {}", id)));
  WATTLENS_TRY(record::Experiment experiment, record::experiment_from_json(json));
  experiment.status = status_now(experiment.status, row.text(1));
  return experiment;
}

Result<std::vector<record::Run>> SqliteStore::load_runs(std::string_view experiment, WithSamples samples) const {
  WATTLENS_TRY(Statement row, database_->prepare(R"sql(
      SELECT number, document, sample_channels, sample_count FROM runs JOIN run_documents ON run = number
      WHERE experiment = ? ORDER BY run_order)sql"));
  row.bind(1, experiment);
  SampleCodec codec;
  std::vector<record::Run> runs;
  while (true) {
    WATTLENS_TRY(const bool more, row.step());
    if (!more) break;
    WATTLENS_TRY(const base::Json json,
                 base::parse_json(row.text(1), fmt::format("a run of experiment {}", experiment)));
    WATTLENS_TRY(record::Run run, record::run_from_json(json));
    if (samples == WithSamples::yes) {
      auto loaded = load_samples(*database_, codec, row.integer(0), row.text(2), row.integer(3));
      if (!loaded) {
        return fail(loaded.error().kind, fmt::format("run {}: {}", run.id, loaded.error().message),
                    "its results can still be read without the samples");
      }
      run.samples = std::move(*loaded);
    }
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace wattlens::store
