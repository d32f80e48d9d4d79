// How often a comparison is right, on simulated runs of known truth: prints the table of docs/statistics.md.
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/text.h"
#include "fake/comparison_trials.h"

namespace {

using namespace wattlens::fake;

using Method = std::function<Ending(const Trial&, std::uint64_t)>;

void row(std::string_view what, const Trial& trial, std::string_view how, const Method& method, int trials) {
  int differs = 0;
  int equivalent = 0;
  double blocks = 0.0;
  for (int i = 0; i < trials; ++i) {
    const Ending ending = method(trial, static_cast<std::uint64_t>(i) + 1);
    differs += ending.differs ? 1 : 0;
    equivalent += ending.equivalent ? 1 : 0;
    blocks += static_cast<double>(ending.blocks);
  }
  const double share = 1.0 / trials;
  fmt::print("| {} | {:.0f} % | {} | {:.1f} % | {:.1f} % | {:.1f} |\n", what, 100.0 * trial.noise, how,
             100.0 * share * differs, 100.0 * share * equivalent, share * blocks);
}

}  // namespace

int main(int argc, char** argv) {
  const auto asked = wattlens::base::parse_integer(argc > 1 ? argv[1] : "1000");
  const int trials = asked && *asked <= 1'000'000 ? static_cast<int>(*asked) : 0;
  if (trials < 1) {
    fmt::print(stderr, "usage: bench_comparison_trials [TRIALS]\n");
    return 2;
  }
  const Method one_look = [](const Trial& trial, std::uint64_t seed) {
    return with_one_look(trial, Order::blocks, seed);
  };
  const Method sequential = [](const Trial& trial, std::uint64_t seed) {
    return with_one_look(trial, Order::sequential, seed);
  };
  fmt::print("{} comparisons each, seeded.\n\n", trials);
  fmt::print("| truth | noise of one run | looked at | less or more | equivalent | blocks, mean |\n");
  fmt::print("|---|---|---|---|---|---|\n");
  for (const double noise : {0.01, 0.05}) {
    const Trial same{.noise = noise};
    row("equal", same, "planned looks", with_planned_looks, trials);
    row("equal", same, "after every block, at 95 %", with_constant_looks, trials);
  }
  row("3 % more", {.noise = 0.01, .difference = 0.03}, "planned looks", with_planned_looks, trials);
  row("3 % more", {.noise = 0.05, .difference = 0.03}, "planned looks", with_planned_looks, trials);
  const Trial drifting{.noise = 0.01, .drift = 0.05};
  row("equal, drift of 5 %", drifting, "planned looks", with_planned_looks, trials);
  row("equal, drift of 5 %", drifting, "once, in blocks", one_look, trials);
  row("equal, drift of 5 %", drifting, "once, all of A and then all of B", sequential, trials);
  return 0;
}
