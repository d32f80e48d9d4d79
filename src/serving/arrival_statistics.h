// What arrivals are like: how many, how fast, and how far from a Poisson process, whose requests know nothing of each
// other.
//
// Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/units.h"

namespace wattlens::serving {

// Index of dispersion for counts (Cox and Lewis 1966, chapter 4): the variance of the number of requests in windows of
// this length over its mean. 1 for a Poisson process, 0 for even arrivals, above 1 where requests come in crowds.
struct Dispersion {
  base::Seconds window;
  double index = 0.0;
  double peak = 0.0;  // the most requests in a window, over the mean number
};

// By the dispersion in windows of ten mean gaps: below 0.5, up to 2, above 2.
enum class Regularity { even, poisson_like, bursty };

struct ArrivalStatistics {
  std::int64_t requests = 0;
  base::Seconds span;                    // from the first request to the last
  base::Hertz rate;                      // gaps over the span
  double gap_variation = 0.0;            // deviation of the gaps over their mean: 1 for a Poisson process
  std::optional<Dispersion> short_term;  // in windows of ten mean gaps; absent with fewer than ten such windows
  std::optional<Dispersion> long_term;   // of a hundred: shows a rate that drifts
  std::optional<Regularity> regularity;  // absent without short_term
};

// `times_ns` ascend. Errors (usage): fewer than two requests, or all at one moment.
Result<ArrivalStatistics> describe_arrivals(std::span<const std::int64_t> times_ns);

std::string_view to_string(Regularity regularity);  // "even", "nearly Poisson", "bursty"

// One line: "8819 requests in 3436 s (2.57/s), bursty: ...".
std::string to_sentence(const ArrivalStatistics& statistics);

}  // namespace wattlens::serving
