// Whether paired differences are centred on 0, by exchanging signs: Fisher (1935), The Design of Experiments, chapter
// III; the p of drawn signs is that of Phipson and Smyth (2010), (1 + count) / (1 + draws), which is never 0.
//
// Assumes only that each difference is as likely as its negative. With n pairs no p is below 2 / 2^n, so a difference
// cannot be shown at 5 % with fewer than 6. Errors as in summary.h. Thread-safe with a Random of one's own.
#pragma once

#include <span>

#include "base/random.h"
#include "base/result.h"

namespace wattlens::stats {

// Up to so many pairs all 2^n signs are tried.
inline constexpr std::size_t kExactSignFlips = 16;
inline constexpr int kSignFlipDraws = 9'999;

struct SignFlip {
  double p_value = 1.0;  // two-sided: sums of signed differences at least as far from 0 as the one seen
  bool exact = false;
};

// Two differences or more. All 0: p = 1.
Result<SignFlip> sign_flip_test(std::span<const double> differences, base::Random& random);

// The smallest p that so many pairs can give.
double smallest_sign_flip_p(std::size_t pairs);

}  // namespace wattlens::stats
