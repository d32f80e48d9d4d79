#include "cli/export_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/json.h"
#include "cli/listing_tables.h"
#include "cli/store_path.h"
#include "record/json.h"
#include "report/experiment_report.h"
#include "report/machine_formats.h"

namespace wattlens::cli {
namespace {

using base::Json;
using record::Experiment;
using record::Run;
using record::Samples;
using report::Format;

constexpr std::string_view kExportSchema = "wattlens.export/1";

Json samples_json(const Run& run) {
  Json values = Json::object();
  for (std::size_t i = 0; i < run.samples.channels.size(); ++i) {
    Json column = Json::array();
    for (const std::int64_t value : run.samples.values[i]) {
      column.push_back(value == Samples::kNoReading ? Json() : Json(value));
    }
    values[run.samples.channels[i]] = std::move(column);
  }
  return {{"run", run.id},
          {"time_us", run.samples.time_us},
          {"bracket_us", run.samples.bracket_us},
          {"values", std::move(values)}};
}

// "cpu.package.0_uj"; a power channel ends in _uw.
std::string column_name(const Experiment& experiment, const std::string& channel) {
  const auto found = std::ranges::find(experiment.channels, channel, &record::Channel::id);
  const bool power = found != experiment.channels.end() && found->kind == record::ChannelKind::power;
  return channel + (power ? "_uw" : "_uj");
}

// One row per sample; one column per channel that any run has.
Result<void> write_samples_csv(const Experiment& experiment, std::span<const Run> runs, Output& output) {
  std::vector<std::string> channels;
  for (const Run& run : runs) {
    for (const std::string& channel : run.samples.channels) {
      if (std::ranges::find(channels, channel) == channels.end()) channels.push_back(channel);
    }
  }
  std::string text = "run,order,time_us,bracket_us";
  for (const std::string& channel : channels) text += ',' + report::csv_field(column_name(experiment, channel));
  WATTLENS_CHECK(output.write(text + "\r\n"));
  for (const Run& run : runs) {
    text.clear();
    std::vector<const std::vector<std::int64_t>*> columns;
    for (const std::string& channel : channels) {
      const auto found = std::ranges::find(run.samples.channels, channel);
      const auto place = static_cast<std::size_t>(found - run.samples.channels.begin());
      columns.push_back(found == run.samples.channels.end() ? nullptr : &run.samples.values[place]);
    }
    const std::string run_field = report::csv_field(run.id);
    for (std::size_t i = 0; i < run.samples.size(); ++i) {
      fmt::format_to(std::back_inserter(text), "{},{},{},{}", run_field, run.order, run.samples.time_us[i],
                     run.samples.bracket_us[i]);
      for (const auto* column : columns) {
        text += ',';
        if (column != nullptr && (*column)[i] != Samples::kNoReading) {
          fmt::format_to(std::back_inserter(text), "{}", (*column)[i]);
        }
      }
      text += "\r\n";
    }
    WATTLENS_CHECK(output.write(text));
  }
  return {};
}

// One JSON value per run, as lines or within one document together with the experiment.
Result<void> write_json(const Experiment& experiment, std::span<const Run> runs, Json (*to_json)(const Run&),
                        std::string_view name, Output& output) {
  if (output.format() == Format::jsonl) {
    for (const Run& run : runs) WATTLENS_CHECK(output.write(base::to_text(to_json(run)) + '\n'));
    return {};
  }
  WATTLENS_CHECK(output.write(fmt::format("{{\"schema\":\"{}\",\n\"experiment\":{},\n\"{}\":[", kExportSchema,
                                          base::to_text(record::to_json(experiment)), name)));
  for (const Run& run : runs) {
    WATTLENS_CHECK(output.write(&run == runs.data() ? "\n" : ",\n"));
    WATTLENS_CHECK(output.write(base::to_text(to_json(run))));
  }
  return output.write("\n]}\n");
}

Json run_json(const Run& run) { return record::to_json(run); }

Result<void> write_runs(const store::SqliteStore& store, const Experiment& experiment, Output& output) {
  if (output.format() == Format::json || output.format() == Format::jsonl) {
    WATTLENS_TRY(const auto runs, store.load_runs(experiment.id, store::WithSamples::no));
    return write_json(experiment, runs, run_json, "runs", output);
  }
  WATTLENS_TRY(auto runs, store.list_runs({.experiment = experiment.id}));
  std::ranges::reverse(runs);  // as they were made
  return output.write(report::in_format(runs_table(runs), output.format(), output.text(), kExportSchema, "runs"));
}

Result<void> write_samples(const store::SqliteStore& store, const Experiment& experiment, Output& output) {
  if (output.format() == Format::table || output.format() == Format::markdown) {
    return fail(ErrorKind::usage, fmt::format("samples are not given out as {}", report::to_string(output.format())),
                "give --format csv, json or jsonl");
  }
  WATTLENS_TRY(const auto runs, store.load_runs(experiment.id, store::WithSamples::yes));
  if (output.format() == Format::csv) return write_samples_csv(experiment, runs, output);
  return write_json(experiment, runs, samples_json, "samples", output);
}

}  // namespace

Result<void> export_experiment(const ExportOptions& options, const Summarise& summarise, Output& output) {
  WATTLENS_TRY(const auto store, open_store(options.store, store::Access::read));
  WATTLENS_TRY(const std::string id, store->find_experiment(options.experiment));
  WATTLENS_TRY(const Experiment experiment, store->load_experiment(id));
  switch (options.part) {
    case ExportPart::points: {
      WATTLENS_TRY(const auto runs, store->load_runs(id, store::WithSamples::no));
      return output.write(report::experiment_results(summarise(experiment, runs), output.format(), output.text()));
    }
    case ExportPart::runs: return write_runs(*store, experiment, output);
    case ExportPart::samples: return write_samples(*store, experiment, output);
  }
  return {};
}

}  // namespace wattlens::cli
