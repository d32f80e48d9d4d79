// Which candidates a rung measures and which go on to the next. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "record/optimisation.h"

namespace wattlens::optimisation {

// Of the joules that are left, when a rung lies between this one and the last.
inline constexpr double kShareOfMiddle = 0.4;

// Equal but for the batch.
bool same_but_batch(const record::PlanPoint& a, const record::PlanPoint& b);

// Has an energy and right outputs.
bool usable(const record::Trial& trial);

// The first limit that the trial breaks for certain; none: null.
const record::Limit* broken_limit(std::span<const record::Limit> limits, const record::Trial& trial);

// The first limit that the trial is not shown to keep; none: null.
const record::Limit* open_limit(std::span<const record::Limit> limits, const record::Trial& trial);

// Why a candidate cannot be chosen whatever its energy; empty where it can.
std::optional<std::string> why_out(const record::Trial& trial, std::span<const record::Limit> limits);

struct Kept {
  std::vector<record::PlanPoint> points;  // cheapest first
  std::vector<record::Fallen> fallen;     // with its reason
  bool all = false;                       // none fell to save joules
};

// The cheapest that can be chosen, as many as `allowance` pays for, two at least; the cheapest that keeps all limits
// for certain is among them.
Kept keep_best(std::span<const record::Trial> trials, std::span<const record::Limit> limits, base::Joules allowance,
               const std::function<base::Joules(const record::PlanPoint&)>& cost);

// The experiments of one rung. Where latency or p99 is limited and `stepwise`, three waves at most: the smallest batch
// of each configuration, then the batches up to the first one that would break the limit if batching gained nothing,
// then the rest.
class Waves {
 public:
  Waves(std::span<const record::PlanPoint> points, std::span<const record::Limit> limits, bool stepwise);

  // Empty: the rung is complete. `trials` are those of the waves before; what is skipped is added to `fallen`.
  std::vector<record::PlanPoint> next(std::span<const record::Trial> trials, std::vector<record::Fallen>& fallen,
                                      std::int64_t rung);

 private:
  bool skipped(const record::PlanPoint& point, std::span<const record::Trial> trials,
               std::vector<record::Fallen>& fallen, std::int64_t rung) const;

  std::vector<record::PlanPoint> waiting_;
  std::vector<record::Limit> limits_;  // those of latency and p99; empty: one wave
  int wave_ = 0;
};

}  // namespace wattlens::optimisation
