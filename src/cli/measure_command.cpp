#include "cli/measure_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "base/clock.h"
#include "base/text.h"
#include "cli/gpu_choice.h"
#include "cli/grid_factor.h"
#include "cli/machine_lock.h"
#include "cli/sensors.h"
#include "experiment/axis.h"
#include "experiment/command_measurement.h"
#include "machine/machine.h"
#include "machine/measuring_lock.h"
#include "report/measurement_report.h"

namespace wattlens::cli {
namespace {

using record::Measurement;
using record::MeasurementSeries;

constexpr auto kNotFound = static_cast<ExitCode>(127);
constexpr auto kNotExecutable = static_cast<ExitCode>(126);
constexpr auto kInterrupted = static_cast<ExitCode>(130);
constexpr base::Seconds kLongestIdle{600.0};

// What the flags mean.
struct Settings {
  double most_uncertain = 0.05;
  base::Seconds idle;
  std::optional<record::GridFactor> grid;
};

Result<Settings> settings_of(const MeasureOptions& options) {
  Settings settings;
  WATTLENS_TRY(settings.most_uncertain, experiment::parse_share(options.max_uncertainty, "--max-uncertainty"));
  if (options.idle != "0s") {
    WATTLENS_TRY(settings.idle, experiment::parse_duration(options.idle, "--idle"));
  }
  if (settings.idle > kLongestIdle) {
    return fail(ErrorKind::usage, fmt::format("--idle {} is too long", options.idle), "give at most 10m");
  }
  if (options.carbon) {
    WATTLENS_TRY(settings.grid, grid_factor(*options.carbon));
  }
  if (options.pue && (!(*options.pue >= 1.0) || *options.pue > 10.0)) {
    return fail(ErrorKind::usage, fmt::format("--pue {} is impossible", *options.pue),
                "it is the energy of the site over that of its machines: 1 to 10");
  }
  if (options.pue && !options.carbon) {
    return fail(ErrorKind::usage, "--pue changes emissions only", "give --carbon ZONE too");
  }
  return settings;
}

bool readable(const record::Channel& channel) { return channel.provenance != record::Provenance::missing; }

void say(const Error& error) {
  fmt::print(stderr, "wattlens: {}\n", error.message);
  if (!error.hint.empty()) fmt::print(stderr, "  {}\n", error.hint);
}

void say_progress(const experiment::CommandProgress& progress) {
  fmt::print(stderr, "wattlens: {:5.0f} s  {:8.1f} W  {:10.1f} J\n", progress.elapsed.value, progress.power.value,
             progress.energy.value);
}

// Why the command did not run.
Result<ExitCode> not_run(const Error& error) {
  switch (error.kind) {
    case ErrorKind::not_found: say(error); return kNotFound;
    case ErrorKind::run_failed: say(error); return kNotExecutable;
    case ErrorKind::cancelled: say(error); return kInterrupted;
    default: return std::unexpected(error);
  }
}

ExitCode exit_code_of(const MeasurementSeries& series, bool require_energy) {
  const Measurement& run = series.runs.back();
  if (run.exit_status == 0 && require_energy && !run.window.total.value) return ExitCode::nothing_measurable;
  return static_cast<ExitCode>(run.exit_status);
}

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  return value ? std::optional<std::string>(value) : std::nullopt;
}

// Of this user alone where there is one: $XDG_RUNTIME_DIR.
base::Path pipe_folder() {
  for (const char* name : {"XDG_RUNTIME_DIR", "TMPDIR"}) {
    const auto folder = environment(name);
    if (folder && ::access(folder->c_str(), W_OK | X_OK) == 0) return *folder;
  }
  return "/tmp";
}

// A model stands in for what may not be read: that must stay visible.
void warn_of_permissions(std::span<const meter::AbsentMeter> absent, std::vector<record::Warning>& warnings) {
  constexpr std::string_view kReason = ": permission";
  for (const meter::AbsentMeter& meter : absent) {
    if (!meter.reason.ends_with(kReason)) continue;
    std::string channel = meter.reason.substr(0, meter.reason.size() - kReason.size());
    std::string message = fmt::format("{} is there, but this user may not read it: modelled instead", channel);
    warnings.push_back({"permission", std::move(channel), std::move(message), meter.hint});
  }
}

// Runs it as often as asked for, or until it fails.
Result<void> run_all(const MeasureOptions& options, const experiment::CommandRequest& request,
                     const experiment::CommandInstruments& instruments, std::span<const record::Warning> warnings,
                     MeasurementSeries& series) {
  while (static_cast<std::int64_t>(series.runs.size()) < options.repeat) {
    auto run = experiment::measure_command(request, instruments);
    if (!run) {
      // What was measured until then is kept.
      if (run.error().kind == ErrorKind::cancelled && !series.runs.empty()) return {};
      return std::unexpected(std::move(run).error());
    }
    run->warnings.insert(run->warnings.begin(), warnings.begin(), warnings.end());
    const bool failed = run->exit_status != 0;
    series.runs.push_back(*std::move(run));
    const auto left = options.repeat - static_cast<std::int64_t>(series.runs.size());
    if (!failed || left == 0) continue;
    series.runs.back().warnings.push_back(
        {"not_repeated", "", fmt::format("the command failed, so it was not repeated {} more times", left), ""});
    return {};
  }
  return {};
}

}  // namespace

Result<ExitCode> measure_with(const MeasureOptions& options, meter::MeterSet& meters,
                              const std::optional<std::string>& busy, std::vector<record::Warning> warnings,
                              MachineSettings& machine_settings, base::Clock& clock, const base::Cancellation& cancel) {
  WATTLENS_TRY(const Settings settings, settings_of(options));
  WATTLENS_TRY(ChosenChannels chosen,
               choose_gpus(meters.channels(), options.gpus, environment("CUDA_VISIBLE_DEVICES")));
  warnings.insert(warnings.end(), chosen.warnings.begin(), chosen.warnings.end());
  if (!busy) warn_of_permissions(meters.absent(), warnings);
  if (busy) {
    for (record::Channel& channel : chosen.channels) {
      channel.provenance = record::Provenance::missing;
      channel.reason = *busy;
      channel.hint = "one process measures a machine; this one ran its command only";
    }
  }
  if (options.require_energy && std::ranges::none_of(chosen.channels, readable)) {
    return fail(ErrorKind::not_measurable, "no energy can be measured, so the command was not run",
                busy ? *busy : "wattlens doctor tells what is missing; leave --require-energy out to run it anyway");
  }
  std::optional<base::OutputFile> json;
  if (options.json) {
    WATTLENS_TRY(base::OutputFile file, base::OutputFile::create(*options.json));
    json.emplace(std::move(file));
  }

  MeasurementSeries series{.command = options.command,
                           .channels = chosen.channels,
                           .runs = {},
                           .most_uncertain = settings.most_uncertain,
                           .mean = {},
                           .net_mean = {},
                           .mean_duration = {},
                           .grid = settings.grid,
                           .settings = machine_settings.recorded(),
                           .pue = options.pue};
  meter::MeterSet nothing{std::vector<std::unique_ptr<meter::Meter>>()};
  const experiment::CommandRequest request{
      .command = {.words = options.command, .ignored_signals = options.ignored_signals},
      .channels = chosen.channels,
      .used = chosen.used,
      .idle = settings.idle,
      .most_uncertain = settings.most_uncertain,
      .attribute = options.attribute,
      // Where another process measures, its pipe takes what this command names.
      .regions = busy ? std::nullopt : std::optional(pipe_folder())};
  const experiment::CommandInstruments instruments{
      .clock = clock,
      .meters = busy ? nothing : meters,
      .cancel = cancel,
      .progress = options.interval ? say_progress : std::function<void(const experiment::CommandProgress&)>()};
  if (const auto done = run_all(options, request, instruments, warnings, series); !done) return not_run(done.error());
  for (record::Warning& warning : machine_settings.end()) series.runs.back().warnings.push_back(std::move(warning));

  experiment::add_means(series);
  fmt::print(stderr, "{}", report::to_terminal(report::measurement_page(series), options.text));
  const ExitCode code = exit_code_of(series, options.require_energy);
  if (json) {
    auto written = json->write(base::to_pretty_text(report::measurement_json(series)) + "\n");
    if (written) written = json->commit();
    // The command's own failure is what the caller must hear of first.
    if (!written && code == ExitCode::done) return std::unexpected(written.error());
    if (!written) say(written.error());
  }
  return code;
}

Result<ExitCode> measure(const MeasureOptions& options, const base::Cancellation& cancel) {
  WATTLENS_TRY(auto scenario, read_simulated(options.simulate));
  base::SystemClock clock;
  const base::Path lock_file = measuring_lock_file();
  auto lock = machine::MeasuringLock::take(lock_file, "measure " + options.command.front());
  std::optional<std::string> busy;
  std::vector<record::Warning> warnings;
  if (!lock && lock.error().kind == ErrorKind::not_measurable) {
    const auto holder = machine::MeasuringLock::holder(lock_file);
    busy = holder ? fmt::format("measured by PID {}", *holder) : "measured by another process";
  } else if (!lock) {
    warnings.push_back({"machine_not_locked", "", lock.error().message, lock.error().hint});
  }
  WATTLENS_TRY(MachineSettings settings,
               MachineSettings::begin(options.settings, lock.has_value(), "measure " + options.command.front(), clock));
  warnings.insert(warnings.end(), settings.warnings().begin(), settings.warnings().end());
  Sensors sensors = open_sensors(std::move(scenario), clock, machine::read_machine());
  warnings.insert(warnings.end(), sensors.warnings.begin(), sensors.warnings.end());
  return measure_with(options, sensors.meters, busy, std::move(warnings), settings, clock, cancel);
}

}  // namespace wattlens::cli
