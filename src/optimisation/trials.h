// What one rung says of each candidate, and what it cost. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "experiment/comparison.h"
#include "record/optimisation.h"

namespace wattlens::optimisation {

// One trial per plan point of the experiments; of a point that was measured twice at the place of the second. The
// spread of logarithms is pooled over all of them (their repetitions are few): mean -+ t(sum(n - 1)) s / sqrt(n), with
// s^2 = sum (x - mean)^2 / sum(n - 1). The time of a batch is that between completions times the batches in flight
// (Little 1961, L = lambda W): with the latency hint one is in flight, and it is what `run` shows. p99 is that of each
// repetition, by the same factor.
std::vector<record::Trial> trials_of(std::span<const experiment::Recorded> rung, std::int64_t number,
                                     double confidence);

// What the experiment used from its beginning to its end, as record::Spent says.
record::Spent spent_on(const experiment::Recorded& recorded);
void add(record::Spent& sum, const record::Spent& part);

// How carefully a rung measures.
struct RungEffort {
  base::Seconds window;
  std::int64_t repetitions = 0;
  std::int64_t batches_per_window = 0;
  base::Seconds warm_up_limit;
};

// What one candidate will cost, from what it cost in a rung before.
struct Cost {
  base::Joules preparation;
  base::Watts power;
  base::Seconds batch;
  base::Joules of(const RungEffort& effort) const;
};

// Empty where the candidate has no energy.
std::optional<Cost> cost_of(const record::PlanPoint& point, std::span<const experiment::Recorded> rung);

// Images after which `spent` is saved: spent / (energy of the default x (1 - ratio)). The interval is that of the
// ratio; its high end is infinite where the saving may be none. Empty where nothing is saved.
std::optional<record::Estimate<double>> payback(base::Joules spent, base::Joules default_energy,
                                                const record::Estimate<double>& ratio);

// So many that a model that always agrees has a lower bound (stats/proportion.h) above `share`, but 64 at least and 512
// at most.
std::int64_t images_to_show(double share);

}  // namespace wattlens::optimisation
