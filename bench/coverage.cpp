// How often the 95 % intervals hold the truth: windows of simulated sensors whose gain, phase, unit, start and load are
// drawn over the population that is declared here, in simulated time. A Markdown table on stdout (docs/coverage.md);
// exit code 1 where an interval breaks its promise: 93 to 99 % over all, at least 93 % in each scenario.
//
// usage: bench_coverage [windows per scenario] [seed] [part of the scenarios' names]
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/text.h"
#include "meter/command_energy.h"
#include "meter/command_log.h"
#include "meter/spread.h"
#include "meter/stamp.h"
#include "meter/window_energy.h"
#include "simulation/simulated_meter.h"

namespace {

using namespace wattlens;
using base::Random;
using base::Seconds;
using base::Watts;
using simulation::Power;
using simulation::Sensor;

constexpr double kGainLow = -0.08;
constexpr double kGainHigh = 0.13;
constexpr double kPromise = 0.93;
constexpr double kMost = 0.99;

// A clock that is where it is put.
class ManualClock final : public base::Clock {
 public:
  base::MonoTime now() const override { return now_; }
  void sleep_until(base::MonoTime time) override { now_ = std::max(now_, time); }
  std::string wall_time() const override { return {}; }
  void set(base::MonoTime time) { now_ = time; }

 private:
  base::MonoTime now_{1'000'000'000};
};

double draw(Random& random, double low, double high) { return low * std::pow(high / low, random.uniform()); }

// One window as drawn: what is simulated, and where the work's pieces lie.
struct Drawn {
  Power power;
  Sensor sensor;
  Seconds first_batch;  // end of the batch after which the window begins
  Seconds batch;
  std::int64_t batches = 0;
  double poll_s = 0.01;
};

// Work in equal batches, busy and then quiet, on top of a base load; the window begins 0.3 to 0.4 s after the start.
void draw_work(Random& random, double batch_s, double window_s, Drawn& drawn) {
  const double watts = draw(random, 20.0, 400.0);
  const double share = random.uniform(0.3, 0.9);
  drawn.batch = {batch_s};
  drawn.power.constant = {0.2 * watts};
  drawn.power.square =
      simulation::Square{{0.1 * watts}, {0.8 * watts}, drawn.batch, share, Seconds{random.uniform(0.3, 0.4)}};
  drawn.first_batch = drawn.power.square->phase;
  drawn.batches = std::max<std::int64_t>(1, std::llround(window_s / batch_s));
}

// A counter of that update period, in the units that real ones have.
void draw_counter(Random& random, double period_s, bool nominal, Drawn& drawn) {
  Sensor& sensor = drawn.sensor;
  sensor.unit = draw(random, 15e-6, 1e-3);
  sensor.period = {period_s};
  if (nominal) sensor.nominal_period = sensor.period;
}

void draw_gauge(Random& random, double period_s, double window_s, Drawn& drawn) {
  Sensor& sensor = drawn.sensor;
  sensor.kind = record::ChannelKind::power;
  sensor.unit = draw(random, 1e-3, 0.1);
  sensor.period = {period_s};
  sensor.window = Seconds{window_s};
  sensor.nominal_period = sensor.period;
  // A board tells its limit, which the work reaches at most.
  Watts peak = drawn.power.constant + (drawn.power.square ? drawn.power.square->high : Watts{800.0});
  for (const simulation::Step& step : drawn.power.steps) peak = std::max(peak, peak + step.power);
  sensor.limit = random.uniform(1.0, 2.0) * peak;
}

struct Kind {
  const char* name;
  std::function<void(Random&, Drawn&)> draw;
};

std::vector<Kind> kinds() {
  return {
      {"1 ms counter, batches of 2–150 ms",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.002, 0.15), draw(r, 0.5, 5.0), d);
         draw_counter(r, 0.001, true, d);
       }},
      {"20 ms counter, load locked to it",
       [](Random& r, Drawn& d) {
         const double period = draw(r, 0.015, 0.03);
         draw_work(r, period * static_cast<double>(1 + r.below(4)), draw(r, 0.8, 5.0), d);
         draw_counter(r, period, false, d);
       }},
      {"20 ms counter, load drifting past it",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.005, 0.1), draw(r, 0.8, 5.0), d);
         draw_counter(r, draw(r, 0.015, 0.03), false, d);
       }},
      {"100 ms counter, batches of 2–400 ms",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.002, 0.4), draw(r, 2.0, 8.0), d);
         draw_counter(r, draw(r, 0.08, 0.12), false, d);
       }},
      {"100 ms counter, jitter of 20 ms",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.002, 0.05), draw(r, 2.0, 8.0), d);
         draw_counter(r, draw(r, 0.08, 0.12), false, d);
         d.sensor.jitter = {0.02};
       }},
      {"ramps over the whole window",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.005, 0.1), draw(r, 1.0, 5.0), d);
         d.power.ramp =
             simulation::Ramp{{0.0}, {r.uniform(2.0, 6.0)}, {r.uniform(0.0, 50.0)}, {r.uniform(50.0, 300.0)}};
         draw_counter(r, draw(r, 0.001, 0.03), false, d);
       }},
      {"bursts of 5–50 ms",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.005, 0.1), draw(r, 1.0, 5.0), d);
         d.power.bursts = simulation::Bursts{
             {r.uniform(50.0, 300.0)}, {draw(r, 0.005, 0.05)}, {r.uniform(0.1, 0.5)}, r.next() >> 1U};
         draw_counter(r, draw(r, 0.001, 0.03), false, d);
       }},
      {"counters that wrap in the window",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.002, 0.1), draw(r, 1.0, 5.0), d);
         draw_counter(r, 0.001, true, d);
         d.sensor.unit = 61e-6;
         d.sensor.width_bits = 32;
         d.sensor.limit = base::Watts{800.0};
         d.sensor.start = {61e-6 * 0x1p32 - r.uniform(0.0, 200.0)};
       }},
      {"sampled at 1 kHz",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.002, 0.1), draw(r, 0.5, 2.0), d);
         draw_counter(r, draw(r, 0.001, 0.02), false, d);
         d.poll_s = 0.001;
       }},
      {"gauge of 20 ms, averaging over 20 ms",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.002, 0.2), draw(r, 1.0, 5.0), d);
         draw_gauge(r, 0.02, 0.02, d);
       }},
      {"gauge of 100 ms, averaging over 1 s",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.002, 0.2), draw(r, 2.0, 8.0), d);
         draw_gauge(r, 0.1, 1.0, d);
       }},
      {"gauge of 100 ms, averaging over 1 s, a step of 20–200 W",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.002, 0.2), draw(r, 2.0, 8.0), d);
         d.power.steps = {{{0.0}, {0.0}}, {{r.uniform(0.0, 3.0)}, {r.uniform(20.0, 200.0)}}};
         draw_gauge(r, 0.1, 1.0, d);
       }},
      {"gauge of 100 ms that sees a quarter, load drifting",
       [](Random& r, Drawn& d) {
         draw_work(r, draw(r, 0.005, 0.2), draw(r, 2.0, 8.0), d);
         draw_gauge(r, 0.1, 0.025, d);
       }},
      {"gauge of 100 ms that sees a quarter, load locked to it",
       [](Random& r, Drawn& d) {
         draw_work(r, 0.1 * static_cast<double>(1 + r.below(2)), draw(r, 2.0, 8.0), d);
         draw_gauge(r, 0.1, 0.025, d);
       }},
  };
}

// What all windows of one scenario came to.
struct Tally {
  int windows = 0;
  int missing = 0;
  int absolute = 0;
  int relative = 0;
  double width = 0.0;      // sums of shares of the truth: half-width of the absolute interval, ...
  double own_width = 0.0;  // ... of the relative one, ...
  double error = 0.0;      // ... the error without the gain's part, ...
  double naive = 0.0;      // ... and that of the naive reading

  void add(const Tally& other) {
    windows += other.windows;
    missing += other.missing;
    absolute += other.absolute;
    relative += other.relative;
    width += other.width;
    own_width += other.own_width;
    error += other.error;
    naive += other.naive;
  }
};

record::Samples sample(meter::Meter& meter, ManualClock& clock, double length_s, double poll_s, Random& random) {
  record::Samples samples;
  samples.channels = {meter.channels().front().id};
  samples.values.resize(1);
  std::vector<meter::Reading> reading(1);
  const base::MonoTime begin = clock.now() + Seconds{random.uniform() * poll_s};
  for (int i = 0; i * poll_s < length_s; ++i) {
    clock.set(begin + Seconds{(i + 0.1 * random.uniform()) * poll_s});
    if (!meter.read(reading)) continue;
    const meter::Stamp stamp = meter::stamp_of(reading, clock.now());
    samples.time_us.push_back(stamp.time_us);
    samples.bracket_us.push_back(stamp.bracket_us);
    samples.values[0].push_back(reading[0].value);
  }
  return samples;
}

// The last reading at a time.
double reading_at(const record::Samples& samples, base::MonoTime time) {
  const auto after = std::ranges::upper_bound(samples.time_us, time.ns / 1000);
  const auto i = std::max<std::ptrdiff_t>(0, after - samples.time_us.begin() - 1);
  return static_cast<double>(samples.values[0][static_cast<std::size_t>(i)]) * 1e-6;
}

// A counter's reading at the end less that at the begin; the mean of a gauge's two readings times the time.
double naive_energy(const record::Channel& channel, const record::Samples& samples, const record::Window& window) {
  const double first = reading_at(samples, window.begin);
  const double last = reading_at(samples, window.end);
  if (channel.kind == record::ChannelKind::power) return 0.5 * (first + last) * window.duration().value;
  return last - first;
}

bool holds(const std::optional<record::Interval<base::Joules>>& interval, double truth) {
  return interval && interval->low.value <= truth && truth <= interval->high.value;
}

// One window that was measured, into the sums.
void count(const record::Window& window, double truth, double gain, double naive, Tally& tally) {
  ++tally.windows;
  const record::Energy& energy = window.total;
  if (!energy.value || !energy.absolute || !energy.relative) {
    ++tally.missing;
    return;
  }
  tally.absolute += holds(energy.absolute, truth) ? 1 : 0;
  tally.relative += holds(energy.relative, truth * gain) ? 1 : 0;
  tally.width += 0.5 * (energy.absolute->high - energy.absolute->low).value / truth;
  tally.own_width += 0.5 * (energy.relative->high - energy.relative->low).value / truth;
  tally.error += std::abs(energy.value->value / gain - truth) / truth;
  tally.naive += std::abs(naive / gain - truth) / truth;
}

// What is drawn for every sensor.
void draw_sensor(Random& random, Sensor& sensor) {
  sensor.id = "gpu.0";
  sensor.power = "work";
  sensor.phase = random.uniform() * sensor.period;
  sensor.gain_low = kGainLow;
  sensor.gain_high = kGainHigh;
  const double deviation = 0.5 * (kGainHigh - kGainLow) / meter::kNormal95;
  sensor.gain = 1.0 / (1.0 + 0.5 * (kGainLow + kGainHigh) + deviation * random.normal());
}

void measure(const Kind& kind, Random& random, Tally& tally) {
  Drawn drawn;
  kind.draw(random, drawn);
  draw_sensor(random, drawn.sensor);
  simulation::Scenario scenario{.seed = random.next() >> 1U};
  scenario.powers["work"] = drawn.power;
  scenario.sensors = {drawn.sensor};

  const Seconds begin = drawn.first_batch;
  const Seconds end = begin + static_cast<double>(drawn.batches) * drawn.batch;
  ManualClock clock;
  const base::MonoTime start = clock.now();
  const auto meter = simulation::make_simulated_meter(scenario, clock);
  const record::Samples samples = sample(*meter, clock, end.value + 0.5, drawn.poll_s, random);
  record::Window window;
  window.begin = start + begin;
  window.end = start + end;
  window.batches = drawn.batches;
  meter::measure_window(meter->channels(), samples, {}, window);
  count(window, (drawn.power.energy(end) - drawn.power.energy(begin)).value, drawn.sensor.gain,
        naive_energy(meter->channels().front(), samples, window), tally);
}

// What `wattlens measure` does around a command that begins when the look before it ends, and lasts so long.
record::Window run_command(const simulation::Scenario& scenario, Seconds length, base::MonoTime start,
                           record::Samples& samples) {
  ManualClock clock;
  clock.set(start);
  meter::MeterSet meters = simulation::open_simulated_meters(scenario, clock);
  meter::CommandLog log(meters, clock);
  const auto go_on = [] { return false; };
  record::Window window;
  log.look_before({}, go_on);
  window.begin = clock.now() + Seconds{0.0005};
  clock.set(window.begin);
  log.begin(window.begin);
  window.end = window.begin + length;
  while (clock.now() + meter::CommandLog::kPeriod < window.end) {
    clock.set(clock.now() + meter::CommandLog::kPeriod);
    log.sample();
  }
  clock.set(window.end + Seconds{0.0001});
  log.look_after(window.end, {}, go_on);
  samples = log.samples();
  const auto idle = meter::command_idle(meters.channels(), samples, window.begin, window.end);
  meter::measure_window(meters.channels(), samples, idle.mean, window, {.measure = meter::measure_command_channel});
  return window;
}

// A command of 10 ms to 10 s over idle power, before such a sensor.
void measure_command(const std::function<void(Random&, Drawn&)>& draw_one, Random& random, Tally& tally) {
  Drawn drawn;
  draw_one(random, drawn);
  draw_sensor(random, drawn.sensor);
  const double idle = draw(random, 10.0, 100.0);
  const double work = idle * random.uniform(1.2, 8.0);
  const Seconds length{draw(random, 0.01, 10.0)};
  simulation::Scenario scenario{.seed = random.next() >> 1U};
  scenario.sensors = {drawn.sensor};
  Power& power = scenario.powers["work"];
  power.constant = {idle};
  power.square = simulation::Square{{0.0}, {0.02 * idle}, {random.uniform(0.01, 0.05)}};
  const base::MonoTime start{1'000'000'000};
  record::Samples samples;
  // When the command begins does not depend on it: the look before it sees idle power only.
  const Seconds begin = run_command(scenario, length, start, samples).begin - start;
  power.steps = {{begin, {work - idle}}, {begin + length, {0.0}}};
  const record::Window window = run_command(scenario, length, start, samples);
  const Seconds seen = window.begin - start;
  count(window, (power.energy(seen + length) - power.energy(seen)).value, drawn.sensor.gain,
        reading_at(samples, window.end) - reading_at(samples, window.begin), tally);
}

void print(const std::string& name, const Tally& tally) {
  const double known = std::max(1, tally.windows - tally.missing);
  const auto percent = [&](double sum) { return 100.0 * sum / known; };
  fmt::print("| {} | {} | {} | {:.1f} % | {:.1f} % | {:.2f} % | {:.2f} % | {:.2f} % | {:.2f} % |\n", name,
             tally.windows, tally.missing, percent(tally.absolute), percent(tally.relative), percent(tally.width),
             percent(tally.own_width), percent(tally.error), percent(tally.naive));
}

// A row of the table.
struct Scenarios {
  const char* name;
  std::function<void(Random&, Tally&)> measure;
};

std::vector<Scenarios> all_scenarios() {
  std::vector<Scenarios> all;
  for (const Kind& kind : kinds()) {
    all.push_back({kind.name, [kind](Random& random, Tally& tally) { measure(kind, random, tally); }});
  }
  const auto commands = [&](const char* name, const std::function<void(Random&, Drawn&)>& draw_one) {
    all.push_back({name, [=](Random& random, Tally& tally) { measure_command(draw_one, random, tally); }});
  };
  const auto counter = [](double period_s, bool nominal) {
    return [=](Random& r, Drawn& d) { draw_counter(r, period_s * r.uniform(0.8, 1.2), nominal, d); };
  };
  const auto gauge = [](double window_s) { return [=](Random& r, Drawn& d) { draw_gauge(r, 0.1, window_s, d); }; };
  commands("commands of 10 ms–10 s, 1 ms counter", counter(0.001, true));
  commands("commands of 10 ms–10 s, 20 ms counter", counter(0.02, false));
  commands("commands of 10 ms–10 s, 100 ms counter", counter(0.1, false));
  commands("commands of 10 ms–10 s, gauge of 100 ms", gauge(0.1));
  commands("commands of 10 ms–10 s, gauge of 100 ms over 1 s", gauge(1.0));
  return all;
}

bool keeps_promise(const Tally& tally) {
  const double known = std::max(1, tally.windows - tally.missing);
  return tally.absolute / known >= kPromise && tally.relative / known >= kPromise;
}

}  // namespace

int main(int argc, char** argv) {
  const auto windows = argc > 1 ? base::parse_integer(argv[1]) : std::optional<std::int64_t>(1000);
  const auto seed = argc > 2 ? base::parse_integer(argv[2]) : std::optional<std::int64_t>(1);
  const std::string part = argc > 3 ? argv[3] : "";
  if (!windows || *windows < 1 || !seed) {
    fmt::print(stderr, "usage: bench_coverage [windows per scenario] [seed] [part of the scenarios' names]\n");
    return 2;
  }
  Random random(static_cast<std::uint64_t>(*seed));
  fmt::print(
      "| sensor and load | windows | without energy | absolute holds | relative holds | half-width | … relative | "
      "error | naive error |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n");
  Tally all;
  bool kept = true;
  for (const Scenarios& scenarios : all_scenarios()) {
    if (std::string(scenarios.name).find(part) == std::string::npos) continue;
    Tally tally;
    for (std::int64_t i = 0; i < *windows; ++i) scenarios.measure(random, tally);
    print(scenarios.name, tally);
    kept &= keeps_promise(tally);
    all.add(tally);
  }
  print("all", all);
  const double held = all.absolute / static_cast<double>(std::max(1, all.windows - all.missing));
  return kept && held <= kMost ? 0 : 1;
}
