#include "cli/calibrate_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "base/text.h"
#include "base/version.h"
#include "calibration/kept.h"
#include "calibration/procedure.h"
#include "calibration/processor_load.h"
#include "cli/calibration_page.h"
#include "cli/calibrations.h"
#include "cli/command_load.h"
#include "cli/machine_lock.h"
#include "cli/progress_line.h"
#include "experiment/axis.h"
#include "machine/machine.h"
#include "simulation/scenario_file.h"
#include "simulation/simulated_clock.h"
#include "simulation/simulated_meter.h"

namespace wattlens::cli {
namespace {

using base::Seconds;
using calibration::KeptCalibration;
using calibration::Load;

// The load of a scenario.
class ScenarioLoad final : public Load {
 public:
  explicit ScenarioLoad(std::function<void(bool)> switch_load) : switch_load_(std::move(switch_load)) {}
  std::string describe() const override { return "the scenario's load_w"; }
  Result<void> set(bool on) override {
    switch_load_(on);
    return {};
  }

 private:
  std::function<void(bool)> switch_load_;
};

// What is calibrated, and by what.
struct Stage {
  std::unique_ptr<base::Clock> clock;
  meter::MeterSet meters{std::vector<std::unique_ptr<meter::Meter>>()};
  std::unique_ptr<Load> load;
  std::optional<machine::MeasuringLock> lock;
  record::MachineState machine;
};

Result<Stage> simulated_stage(const base::Path& file) {
  WATTLENS_TRY(simulation::Scenario scenario, simulation::read_scenario(file));
  const auto has_load = [](const auto& power) { return power.second.load > base::Watts{}; };
  if (std::ranges::none_of(scenario.powers, has_load)) {
    return fail(ErrorKind::usage, fmt::format("{}: no power answers to a load", file.string()),
                "add load_w = 200 to a [power.NAME]");
  }
  Stage stage;
  stage.clock = std::make_unique<simulation::SimulatedClock>();
  simulation::LoadableMeter loadable = simulation::make_loadable_meter(std::move(scenario), *stage.clock);
  std::vector<std::unique_ptr<meter::Meter>> meters;
  meters.push_back(std::move(loadable.meter));
  stage.meters = meter::MeterSet(std::move(meters));
  stage.load = std::make_unique<ScenarioLoad>(std::move(loadable.switch_load));
  return stage;
}

// Without its load, which is not started before it is known that there is something to calibrate.
Result<Stage> real_stage() {
  Stage stage;
  // Two calibrations, or a measurement beside one, would disturb each other.
  WATTLENS_TRY(stage.lock, machine::MeasuringLock::take(measuring_lock_file(), "meters calibrate"));
  stage.clock = std::make_unique<base::SystemClock>();
  stage.machine = machine::read_machine();
  stage.meters = meter::MeterSet::open({.clock = stage.clock.get(), .machine = stage.machine});
  return stage;
}

Result<std::unique_ptr<Load>> make_load(const CalibrateOptions& options, const Stage& stage, Seconds ready,
                                        const base::Cancellation& cancel) {
  if (!options.load.empty()) return make_command_load(options.load, ready, *stage.clock, cancel);
  const auto threads = static_cast<int>(std::max<std::int64_t>(1, stage.machine.cpu.usable_threads));
  return calibration::make_processor_load(threads);
}

// Why a channel cannot be calibrated; empty where it can.
std::string refusal(const record::Channel& channel, const CalibrateOptions& options) {
  if (channel.provenance == record::Provenance::missing) return fmt::format("cannot be read: {}", channel.reason);
  if (channel.kind == record::ChannelKind::model && options.channels.empty()) return "is modelled: there is no sensor";
  const bool own_load = !options.load.empty() || !options.simulate.empty();
  if (channel.id.starts_with("gpu.") && !own_load) {
    return "needs a load on the board: give a command with --load, as in --load './gpu-burn 3600'";
  }
  return {};
}

// The places of the channels to calibrate; those that were not named and cannot be are told.
Result<std::vector<std::size_t>> choose(const CalibrateOptions& options, std::span<const record::Channel> channels,
                                        std::vector<std::string>& skipped) {
  std::vector<std::string> ids;
  for (const record::Channel& channel : channels) ids.push_back(channel.id);
  std::vector<std::size_t> chosen;
  for (const std::string& id : options.channels) {
    const auto found = std::ranges::find(ids, id);
    if (found == ids.end()) {
      const auto nearest = base::nearest_names(id, ids, 1);
      return fail(ErrorKind::usage, fmt::format("there is no channel '{}'", id),
                  nearest.empty() ? "wattlens meters list tells them" : fmt::format("did you mean '{}'?", nearest[0]));
    }
    const auto place = static_cast<std::size_t>(found - ids.begin());
    const std::string why = refusal(channels[place], options);
    if (!why.empty()) return fail(ErrorKind::not_measurable, fmt::format("{} {}", id, why), channels[place].hint);
    if (std::ranges::find(chosen, place) == chosen.end()) chosen.push_back(place);
  }
  if (!options.channels.empty()) return chosen;
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const std::string why = refusal(channels[i], options);
    if (why.empty()) chosen.push_back(i);
    if (!why.empty()) skipped.push_back(fmt::format("{} {}", channels[i].id, why));
  }
  if (chosen.empty()) {
    return fail(ErrorKind::not_measurable, "no sensor can be calibrated here",
                skipped.empty() ? "wattlens doctor tells why" : base::join(skipped, "; "));
  }
  return chosen;
}

std::string time_text(Seconds time) {
  const auto whole = static_cast<std::int64_t>(std::ceil(std::max(0.0, time.value)));
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

// Whether there is anything to put in the place of what is known.
bool resolves(const calibration::Figures& figures) {
  return figures.update_period.value || figures.averaging_window.value || figures.lag.value || figures.duty.value;
}

// One channel after the other.
Result<void> calibrate_all(const CalibrateOptions& options, Stage& stage, std::span<const std::size_t> chosen,
                           const base::Cancellation& cancel, Calibrated& calibrated) {
  ProgressLine line(stderr);
  std::size_t done = 0;
  const auto progress = [&](const calibration::Progress& now) {
    const auto waiting = static_cast<double>(chosen.size() - done - 1);
    line.show_text(fmt::format("[{}/{} channels]  {} left  {}: {}", done, chosen.size(),
                               time_text(now.left + waiting * calibration::kUsualLength), now.channel, now.stage));
  };
  const std::string date = stage.clock->wall_time().substr(0, std::string_view("2026-11-21").size());
  for (const std::size_t place : chosen) {
    WATTLENS_TRY(calibration::Figures figures,
                 calibration::calibrate({stage.meters, *stage.load, *stage.clock, cancel, progress}, place,
                                        static_cast<std::uint64_t>(options.seed)));
    const record::Channel& channel = stage.meters.channels()[place];
    std::string why_not;
    if (calibrated.simulated) {
      why_not = "it is simulated";
    } else if (channel.kind == record::ChannelKind::model) {
      why_not = "it is modelled, there is no sensor";
    } else if (!resolves(figures)) {
      why_not = "nothing was resolved";
    }
    calibrated.why_not_kept.push_back(std::move(why_not));
    calibrated.sensors.push_back({.sensor = calibration::identity_of(channel, stage.machine),
                                  .date = date,
                                  .load = calibrated.load,
                                  .wattlens_version = std::string(base::version().semantic),
                                  .figures = std::move(figures)});
    ++done;
  }
  return {};
}

// Puts what is worth it beside what is kept already.
Result<void> keep_all(const Calibrated& calibrated, std::vector<KeptCalibration> kept) {
  bool any = false;
  for (std::size_t i = 0; i < calibrated.sensors.size(); ++i) {
    if (!calibrated.why_not_kept[i].empty()) continue;
    calibration::keep(calibrated.sensors[i], kept);
    any = true;
  }
  return any ? calibration::write_kept(calibrations_file(), kept) : Result<void>();
}

Result<ExitCode> forget(const CalibrateOptions& options) {
  const base::Path file = calibrations_file();
  auto kept = calibration::read_kept(file);
  // A file that cannot be read can be removed all the same, but not a part of it.
  if (!kept && !options.channels.empty()) return std::unexpected(kept.error());
  std::vector<KeptCalibration> rest;
  if (kept) rest = std::move(*kept);
  const std::size_t before = rest.size();
  std::erase_if(rest, [&](const KeptCalibration& one) {
    return options.channels.empty() ||
           std::ranges::find(options.channels, one.sensor.channel) != options.channels.end();
  });
  if (before == rest.size() && kept) {
    return fail(ErrorKind::not_found, "there is no such calibration to forget", "wattlens meters list tells them");
  }
  WATTLENS_CHECK(calibration::write_kept(file, rest));
  fmt::print(stderr, "wattlens: forgot {} calibration{}\n", before - rest.size(), before - rest.size() == 1 ? "" : "s");
  return ExitCode::done;
}

}  // namespace

Result<ExitCode> meters_calibrate(const CalibrateOptions& options, const base::Cancellation& cancel) {
  if (options.forget) return forget(options);
  WATTLENS_TRY(Output output, Output::open(options.output));
  // A file that cannot be read must be known of before a minute is spent.
  const bool keeps = options.simulate.empty();
  std::vector<KeptCalibration> kept;
  if (keeps) {
    WATTLENS_TRY(kept, calibration::read_kept(calibrations_file()));
  }
  WATTLENS_TRY(const Seconds ready, experiment::parse_duration(options.load_ready, "--load-ready"));
  WATTLENS_TRY(Stage stage, keeps ? real_stage() : simulated_stage(options.simulate));
  Calibrated calibrated{.load = {}, .simulated = !keeps, .sensors = {}, .why_not_kept = {}, .skipped = {}};
  WATTLENS_TRY(const auto chosen, choose(options, stage.meters.channels(), calibrated.skipped));
  if (keeps) {
    WATTLENS_TRY(stage.load, make_load(options, stage, ready, cancel));
  }
  calibrated.load = stage.load->describe();
  WATTLENS_CHECK(calibrate_all(options, stage, chosen, cancel, calibrated));
  WATTLENS_CHECK(keep_all(calibrated, std::move(kept)));
  const bool json = output.format() == report::Format::json;
  WATTLENS_CHECK(output.write(json ? calibration_json(calibrated) : calibration_text(calibrated, output.text())));
  WATTLENS_CHECK(output.finish());
  const bool any = std::ranges::any_of(calibrated.sensors, [](const auto& one) { return resolves(one.figures); });
  return any ? ExitCode::done : ExitCode::nothing_measurable;
}

}  // namespace wattlens::cli
