// The interval of a share: k of n.
#pragma once

#include <cstdint>

#include "stats/interval.h"

namespace wattlens::stats {

// Wilson's score interval. Source: E. B. Wilson (1927), JASA 22, 209-212, without correction for continuity. It stays
// inside 0 ... 1 and has width also for 0 of n and n of n. Errors of kind usage: no trial, more successes than trials,
// a confidence outside (0, 1). Pure and thread-safe.
Result<Estimate> wilson_interval(std::int64_t successes, std::int64_t trials, double confidence = kConfidence);

}  // namespace wattlens::stats
