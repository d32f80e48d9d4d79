// Simulated comparisons whose truth is known: how often a comparison says what is not so, and what is.
//
// Each run's energy is 100 J x (1 + difference, of side B) x exp(noise x N(0, 1)) x (1 + drift x its place in the whole
// run), which goes through the same analysis as measured runs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "experiment/comparison.h"
#include "experiment/order.h"

namespace wattlens::fake {

struct Trial {
  double noise = 0.01;
  double difference = 0.0;  // of B against A, relative
  double drift = 0.0;       // over 24 blocks, relative
};

enum class Order { blocks, sequential };

inline record::Run trial_run(const std::string& side, std::int64_t block, double energy) {
  record::Run run;
  run.experiment = "trial";
  run.point = side;
  run.block = block;
  record::Window window;
  window.end = {1'000'000'000};
  window.images = 1;
  window.batches = 1;
  window.total.value = base::Joules{energy};
  window.total.provenance = record::Provenance::measured;
  run.windows.push_back(std::move(window));
  return run;
}

// `blocks` blocks of one run each. Sequential: all of A, then all of B.
inline experiment::Recorded trial_runs(const Trial& trial, std::int64_t blocks, Order order, std::uint64_t seed) {
  experiment::Recorded recorded;
  recorded.experiment.id = "trial";
  for (const char* side : {"A", "B"}) {
    recorded.experiment.points.push_back({.id = side, .model = side, .engine = std::string(record::kCommandEngine)});
  }
  base::Random random(seed);
  constexpr double kRuns = 48.0;
  double place = 0.0;
  const auto add = [&](const std::string& side, std::int64_t block) {
    const double truth = side == "B" ? 1.0 + trial.difference : 1.0;
    const double drift = 1.0 + trial.drift * (place++ / kRuns);
    recorded.runs.push_back(trial_run(side, block, 100.0 * truth * drift * std::exp(trial.noise * random.normal())));
  };
  const std::vector<std::string> sides = {"A", "B"};
  if (order == Order::blocks) {
    for (std::int64_t block = 0; block < blocks; ++block) {
      for (const std::string& side : experiment::block_order(sides, seed, block)) add(side, block);
    }
  } else {
    for (const std::string& side : sides) {
      for (std::int64_t block = 0; block < blocks; ++block) add(side, block);
    }
  }
  return recorded;
}

struct Ending {
  bool differs = false;     // less or more
  bool equivalent = false;  // within 2 %
  std::int64_t blocks = 0;
};

inline Ending ending_of(const record::ComparisonResult& result) {
  const auto& verdicts = result.pairs.front().findings.front().verdicts;
  const auto has = [&](const char* word) { return std::ranges::find(verdicts, word) != verdicts.end(); };
  return {has("less") || has("more"), has("equivalent"), result.blocks};
}

// As wattlens compares: looks after 6, 10, 16 and 24 blocks, until it is decided.
inline Ending with_planned_looks(const Trial& trial, std::uint64_t seed) {
  for (const std::int64_t blocks : {6, 10, 16, 24}) {
    const auto result =
        experiment::compare_in_blocks(trial_runs(trial, blocks, Order::blocks, seed), {.planned_looks = true});
    if (blocks == 24 || experiment::decided(result)) return ending_of(result);
  }
  return {};
}

// As people do: a look at 95 % after every block from the third, until there is a difference.
inline Ending with_constant_looks(const Trial& trial, std::uint64_t seed) {
  for (std::int64_t blocks = 3;; ++blocks) {
    const Ending ending = ending_of(experiment::compare_in_blocks(trial_runs(trial, blocks, Order::blocks, seed), {}));
    if (blocks == 24 || ending.differs) return ending;
  }
}

// 24 runs of each in one go, judged once at 95 %: side by side, or all of A and then all of B.
inline Ending with_one_look(const Trial& trial, Order order, std::uint64_t seed) {
  return ending_of(experiment::compare_in_blocks(trial_runs(trial, 24, order, seed), {}));
}

}  // namespace wattlens::fake
