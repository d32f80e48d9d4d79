#include "experiment/preparation.h"

#include <algorithm>

#include "meter/window_energy.h"

namespace wattlens::experiment {

void measure_preparation(std::span<const record::Channel> channels, std::span<const record::IdleBaseline> idle,
                         std::span<const std::string> used, meter::Sampler& sampler,
                         std::vector<record::Phase>& phases) {
  if (phases.empty()) return;
  const base::MonoTime begin = std::ranges::min(phases, {}, &record::Phase::begin).begin;
  const base::MonoTime end = std::ranges::max(phases, {}, &record::Phase::end).end;
  const record::Samples samples = sampler.take(begin, end);
  for (record::Phase& phase : phases) {
    record::Window window;
    window.begin = phase.begin;
    window.end = phase.end;
    // What it warns of is in the energies themselves: their intervals, or why they are missing.
    meter::measure_window(channels, samples, idle, window, {.used = used});
    phase.gross = window.total;
    phase.net = window.net_total;
    phase.complete = window.complete;
  }
}

}  // namespace wattlens::experiment
