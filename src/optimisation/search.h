// Successive halving (Jamieson and Talwalkar 2016): all candidates are measured shortly, the best of them longer, and
// the last few as long as a plain run would; so that few joules are spent on what is not chosen.
//
// How many go on is decided by the joules: the whole search may spend a share of what measuring every candidate as the
// last rung does would need, estimated from what the first rung cost. Two go on at least. What breaks a limit for
// certain falls at once; where a latency is limited the smallest batches come first, and a larger batch than one that
// breaks the limit is not measured: of equal configurations the larger batch is taken to be no faster. Pure apart from
// `measure`; docs/optimise.md.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "base/result.h"
#include "experiment/comparison.h"
#include "optimisation/space.h"
#include "optimisation/trials.h"
#include "record/optimisation.h"

namespace wattlens::optimisation {

// Judgements on many candidates at once are stricter than those on the last few.
inline constexpr double kRungConfidence = 0.99;
inline constexpr double kLastConfidence = 0.95;

struct SearchRules {
  std::vector<record::Limit> limits;
  double joule_share = 0.21;        // of what measuring everything would need, by an estimate; 0.25 is promised
  std::vector<RungEffort> efforts;  // ascending; the last is what everything is compared with
};

// Rungs for windows that the sensors can use (`shortest`). quick: two rungs, the last with 5 windows of 1 s. `window`:
// that of the last rung; those before are a half and a quarter of it.
std::vector<RungEffort> usual_efforts(base::Seconds shortest, bool quick,
                                      std::optional<base::Seconds> window = std::nullopt);

// One experiment to be made: `wave` counts those of one rung.
struct RungRequest {
  std::int64_t rung = 0;
  std::int64_t wave = 0;
  bool last = false;
  RungEffort effort;
  std::vector<record::PlanPoint> points;
};

// How well a model answers: on labelled images, or, where there are none, against the model in f32.
struct Answers {
  std::optional<record::Agreement> agreement{};
  std::optional<record::Accuracy> accuracy{};
};

struct SearchTools {
  std::function<Result<experiment::Recorded>(const RungRequest&)> measure;
  // Asked once per model, engine, device and precision. Empty: nobody asks.
  std::function<Result<Answers>(const record::PlanPoint&)> answers{};
};

// Fills everything but the verification. An experiment that was interrupted ends the search with what is known.
// Fails with the error of `measure`; with not_measurable where no candidate has an energy.
Result<record::Optimisation> search(const Space& space, const SearchRules& rules, const SearchTools& tools);

}  // namespace wattlens::optimisation
