#include "experiment/command_measurement.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "experiment/command_regions.h"
#include "experiment/idle_drift.h"
#include "experiment/repetition.h"
#include "machine/neighbours.h"
#include "meter/command_energy.h"
#include "meter/command_log.h"
#include "meter/window_energy.h"
#include "stats/interval.h"

namespace wattlens::experiment {
namespace {

using base::Joules;
using base::MonoTime;
using base::Seconds;
using meter::CommandLog;
using record::Measurement;

// The look after a command may take this share of its length, up to a limit: it sharpens the idle power.
constexpr double kLookAfter = 0.05;
constexpr Seconds kLongestLookAfter{1.0};
constexpr Seconds kTold{1.0};  // between two reports of progress
// Between samples for marks: as fast as counters move, and at most a twentieth of the time.
constexpr Seconds kBetweenMarks{0.001};
constexpr double kReadingShare = 20.0;

// Tells how it goes about once a second.
class Teller {
 public:
  Teller(const CommandRequest& request, const CommandInstruments& instruments, const CommandLog& log, MonoTime begin)
      : tell_(instruments.progress),
        log_(log),
        ids_(meter::terms_of_total(request.channels).sums),
        begin_(begin),
        last_(begin) {}

  void look(MonoTime now) {
    if (!tell_ || now - last_ < kTold) return;
    const base::Watts power = log_.power_since(last_, ids_);
    energy_ += power * (now - last_);
    tell_({now - begin_, power, energy_});
    last_ = now;
  }

 private:
  const std::function<void(const CommandProgress&)>& tell_;
  const CommandLog& log_;
  std::vector<std::string> ids_;
  MonoTime begin_;
  MonoTime last_;
  Joules energy_;
};

// Samples until the command has ended, and just after marks; those may come faster than sensors can be read.
void accompany(workload::CommandProcess& process, const base::Clock& clock, CommandLog& log, CommandRegions* regions,
               Teller& teller) {
  MonoTime tick = process.began() + CommandLog::kPeriod;
  MonoTime listen = process.began();
  while (true) {
    const bool listens = regions && clock.now() >= listen;
    const MonoTime until = regions && !listens ? std::min(tick, listen) : tick;
    if (process.wait_until(until, listens ? regions->descriptor() : -1)) return;
    const bool marked = regions && regions->read();
    const MonoTime before = clock.now();
    if (before < tick && !marked) continue;
    log.sample();
    const MonoTime now = clock.now();
    if (regions) regions->look(log.samples(), now);
    if (marked) listen = now + std::max(kBetweenMarks, kReadingShare * (now - before));
    teller.look(now);
    // What was missed, perhaps because wattlens was stopped, is not made up.
    if (before >= tick) tick = std::max(tick + CommandLog::kPeriod, now);
  }
}

void warn_of_others(const record::Neighbours& neighbours, std::vector<record::Warning>& warnings) {
  if (neighbours.other_cores.value_or(0.0) > kNeighbourLimit) {
    warnings.push_back({"neighbour", "",
                        fmt::format("other processes used {:.2f} of a core meanwhile: their energy is in the figures",
                                    *neighbours.other_cores),
                        "close other programs, or see --attribute cpu-time"});
  }
  if (neighbours.steal_cores.value_or(0.0) > kStealLimit) {
    warnings.push_back({"steal", "",
                        fmt::format("the hypervisor took {:.2f} of a core meanwhile", *neighbours.steal_cores),
                        "measure at a quieter time or on a dedicated machine"});
  }
}

void warn_of_command(const workload::CommandProcess& process, std::vector<record::Warning>& warnings) {
  if (process.stopped() > Seconds{}) {
    warnings.push_back(
        {"stopped", "",
         fmt::format("the command was stopped for {:.1f} s, which are part of the window", process.stopped().value),
         ""});
  }
  if (process.left_processes()) {
    warnings.push_back({"left_processes", "",
                        "the command left processes behind; what they use after its end is not in the figures",
                        "measure a command that waits for them"});
  }
}

// The processors' share only: nothing tells whose work a GPU or a board does.
record::Attribution attribute(const Measurement& measurement) {
  record::Attribution result;
  const record::Window& window = measurement.window;
  if (!window.neighbours.other_cores) {
    result.reason = "the processor time of other processes is not known; run 2 s or more";
    return result;
  }
  const double own = measurement.command_cpu.value;
  const double all = own + *window.neighbours.other_cores * window.duration().value;
  if (!(all > 0.0)) {
    result.reason = "no processor time was used";
    return result;
  }
  result.share = own / all;
  Joules above_idle;
  for (const record::ChannelEnergy& channel : window.channels) {
    const bool counts = std::ranges::find(window.sums, channel.channel) != window.sums.end();
    if (!counts || !channel.channel.starts_with("cpu.")) continue;
    if (!channel.net.value) {
      result.reason = channel.channel + ": " + channel.net.reason;
      return result;
    }
    above_idle += *channel.net.value;
  }
  if (window.sums.empty()) {
    result.reason = "no energy was measured";
  } else {
    result.energy = *result.share * above_idle;
  }
  return result;
}

// From samples to energies; returns idle power.
std::vector<record::IdleBaseline> evaluate(const CommandRequest& request, const CommandLog& log,
                                           Measurement& measurement) {
  record::Window& window = measurement.window;
  meter::CommandIdle idle = meter::command_idle(request.channels, log.samples(), window.begin, window.end);
  auto warnings = meter::measure_window(
      request.channels, log.samples(), idle.mean, window,
      {.measure = meter::measure_command_channel, .most_uncertain = request.most_uncertain, .used = request.used});
  std::ranges::move(warnings, std::back_inserter(measurement.warnings));
  const meter::Resolution resolution = meter::judge_command(request.channels, window, request.most_uncertain);
  measurement.resolvable = resolution.resolvable;
  measurement.run_at_least = resolution.run_at_least;
  for (record::Warning& warning : idle_drift(idle.before, idle.after, "after", "the command")) {
    measurement.warnings.push_back(std::move(warning));
  }
  measurement.idle_before = std::move(idle.before);
  measurement.idle_after = std::move(idle.after);
  return std::move(idle.mean);
}

// Half of the width of an interval.
double half_width(const std::optional<record::Interval<Joules>>& interval) {
  return interval ? 0.5 * (interval->high - interval->low).value : 0.0;
}

// docs/measurement.md, "Mean of n repetitions": runs of a command share the sensor's gain only.
record::Energy mean_energy(std::span<const record::Energy> energies) {
  std::vector<double> values;
  double random = 0.0;  // sum of half-widths of single runs
  double low = 0.0;
  double high = 0.0;
  bool absolute = true;
  record::Energy mean;
  for (const record::Energy& energy : energies) {
    if (!energy.value) {
      mean.reason = energy.reason;
      continue;
    }
    values.push_back(energy.value->value);
    const double half = half_width(energy.relative);
    random += half;
    absolute = absolute && energy.absolute.has_value();
    if (energy.absolute) {
      const auto rest = [&](double whole) { return std::sqrt(std::max(0.0, whole * whole - half * half)); };
      const double middle = 0.5 * (energy.absolute->low + energy.absolute->high).value;
      const double gain = rest(half_width(energy.absolute));
      low += middle - gain - energy.value->value;
      high += middle + gain - energy.value->value;
    }
    if (mean.provenance != record::Provenance::modelled) mean.provenance = energy.provenance;
    mean.method = energy.method;
  }
  const auto estimate = stats::mean_interval(values);
  if (!estimate) return mean;
  mean.reason.clear();
  const auto n = static_cast<double>(values.size());
  const double spread = 0.5 * (estimate->interval.high - estimate->interval.low);
  const double half = std::max(spread, random / n / std::sqrt(n));
  mean.value = Joules{estimate->value};
  mean.relative = {Joules{estimate->value - half}, Joules{estimate->value + half}};
  if (absolute) {
    // Both sides of the gain, each joined with what is random.
    const double middle = estimate->value + 0.5 * (low + high) / n;
    const double wide = std::hypot(0.5 * (high - low) / n, half);
    mean.absolute = {Joules{middle - wide}, Joules{middle + wide}};
  }
  return mean;
}

}  // namespace

Result<Measurement> measure_command(const CommandRequest& request, const CommandInstruments& instruments) {
  base::Clock& clock = instruments.clock;
  CommandLog log(instruments.meters, clock);
  log.look_before(request.idle, [&] { return instruments.cancel.requested(); });
  if (instruments.cancel.requested()) {
    return fail(ErrorKind::cancelled, "interrupted before the command was started");
  }
  Measurement measurement;
  measurement.started_at = clock.wall_time();
  workload::CommandOptions command = request.command;
  std::optional<CommandRegions> regions;
  if (request.regions) {
    auto opened = CommandRegions::open(*request.regions, request.channels, clock);
    if (opened) {
      regions.emplace(*std::move(opened));
      command.environment.push_back(regions->variable());
    } else {
      measurement.warnings.push_back({"regions_unavailable", "", opened.error().message, opened.error().hint});
    }
  }
  machine::NeighbourWatch neighbours(clock);
  neighbours.begin();
  log.sample();
  const Seconds own_before = base::thread_cpu_time();
  WATTLENS_TRY(workload::CommandProcess process, workload::CommandProcess::start(command, clock));
  log.begin(process.began());
  if (regions) regions->start(log.samples(), process.began());
  Teller teller(request, instruments, log, process.began());
  accompany(process, clock, log, regions ? &*regions : nullptr, teller);

  record::Window& window = measurement.window;
  window.begin = process.began();
  window.end = process.ended();
  measurement.own_cost = {base::thread_cpu_time() - own_before, log.wake_ups(), 0};
  const Seconds after = std::min(kLookAfter * window.duration(), kLongestLookAfter);
  log.sample();
  if (regions) regions->read();
  window.neighbours = neighbours.end();
  log.look_after(process.ended(), std::max(request.idle, after), [&] { return process.stop_requested(); });

  measurement.exit_status = process.status();
  measurement.signal = process.signal();
  measurement.command_cpu = process.cpu();
  const auto idle = evaluate(request, log, measurement);
  if (regions) regions->finish(request, log.samples(), idle, process.pid(), measurement);
  for (const record::Warning& change : instruments.meters.changes()) {
    const auto found = std::ranges::find(request.channels, change.channel, &record::Channel::id);
    if (found != request.channels.end()) measurement.warnings.push_back(change);
  }
  warn_of_command(process, measurement.warnings);
  warn_of_others(window.neighbours, measurement.warnings);
  if (request.attribute) measurement.attribution = attribute(measurement);
  return measurement;
}

void add_means(record::MeasurementSeries& series) {
  if (series.runs.size() < 2) return;
  std::vector<record::Energy> gross;
  std::vector<record::Energy> net;
  std::vector<double> durations;
  for (const Measurement& run : series.runs) {
    gross.push_back(run.window.total);
    net.push_back(run.window.net_total);
    durations.push_back(run.window.duration().value);
  }
  series.mean = mean_energy(gross);
  series.net_mean = mean_energy(net);
  if (const auto mean = stats::mean_interval(durations)) {
    series.mean_duration = {Seconds{mean->value}, Seconds{mean->interval.low}, Seconds{mean->interval.high}};
  }
}

}  // namespace wattlens::experiment
