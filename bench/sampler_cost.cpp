// What the sampler costs: processor time as a share of one core at 100 Hz and 1 kHz over eight RAPL channels, and the
// ticks that it missed. The counters are files on a tmpfs, so that the kernel's own read of a register is not in it.
//
// usage: bench_sampler_cost [seconds per run] [repetitions]
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/text.h"
#include "meter/meter_set.h"
#include "meter/sampler.h"
#include "rapl_tree.h"

namespace {

using namespace wattlens;

struct Figures {
  std::vector<double> share;  // per cent of a core
  std::vector<double> us_per_tick;
  std::int64_t missed = 0;
  std::int64_t ticks = 0;
};

bool run_once(meter::MeterSet& meters, base::SystemClock& clock, double rate, double duration, Figures& figures) {
  meter::Sampler sampler(meters, clock, {.rate = {rate}});
  if (const auto started = sampler.start(); !started) {
    fmt::print(stderr, "{}\n", started.error().message);
    return false;
  }
  const base::MonoTime begin = clock.now();
  clock.sleep_until(begin + base::seconds(duration));
  sampler.stop();
  const auto cost = sampler.cost();
  const double seconds = (clock.now() - begin).value;
  figures.share.push_back(100.0 * cost.cpu.value / seconds);
  figures.us_per_tick.push_back(1e6 * cost.cpu.value / static_cast<double>(cost.wake_ups));
  figures.missed += cost.missed_ticks;
  figures.ticks += cost.wake_ups + cost.missed_ticks;
  return true;
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
  const double duration = argc > 1 ? base::parse_number(argv[1]).value_or(0.0) : 3.0;
  const std::int64_t repetitions = argc > 2 ? base::parse_integer(argv[2]).value_or(0) : 7;
  if (!(duration > 0.0) || repetitions < 1) {
    fmt::print(stderr, "usage: bench_sampler_cost [seconds per run] [repetitions]\n");
    return 2;
  }
  base::SystemClock clock;
  const bench::RaplTree tree;
  auto rapl = tree.open(clock);
  if (!rapl) return 1;
  std::vector<std::unique_ptr<meter::Meter>> list;
  list.push_back(std::move(rapl));
  meter::MeterSet meters(std::move(list));

  meter::MeterSet nothing(std::vector<std::unique_ptr<meter::Meter>>{});

  struct Run {
    meter::MeterSet& meters;
    double rate;
    Figures figures = {};
  };
  // Without channels only waking up is left: what any sampler costs here.
  std::vector<Run> runs = {{meters, 100.0}, {meters, 1000.0}, {nothing, 100.0}, {nothing, 1000.0}};
  for (std::int64_t i = 0; i < repetitions; ++i) {
    for (Run& run : runs) {
      if (!run_once(run.meters, clock, run.rate, duration, run.figures)) return 1;
    }
  }
  fmt::print("{} runs of {} s each, in turn\n", repetitions, duration);
  fmt::print("{:>8} {:>8} {:>12} {:>20} {:>12} {:>16}\n", "channels", "rate", "% of a core", "least ... most",
             "us per tick", "missed ticks");
  for (const Run& run : runs) {
    const auto [low, high] = std::ranges::minmax(run.figures.share);
    fmt::print("{:>8} {:>5} Hz {:>12.3f} {:>8.3f} ... {:>7.3f} {:>12.1f} {:>6} of {}\n", run.meters.channels().size(),
               run.rate, median(run.figures.share), low, high, median(run.figures.us_per_tick), run.figures.missed,
               run.figures.ticks);
  }
  return 0;
}
