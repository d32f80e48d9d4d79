// Limits on response times, as people write them: "p99<50ms".
//
// Errors are of kind usage and quote the part that cannot be read. Pure and thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "serving/simulator.h"

namespace wattlens::serving {

enum class ResponseMetric { mean, p50, p95, p99, max };

struct ResponseLimit {
  ResponseMetric metric = ResponseMetric::p99;
  base::Seconds most;

  bool operator==(const ResponseLimit&) const = default;
};

// "p99<50ms" or several, "p99<50ms,mean<20ms"; mean, p50, p95, p99 or max; each at most once.
Result<std::vector<ResponseLimit>> parse_slo(std::string_view text);
std::string to_text(const ResponseLimit& limit);

std::string_view to_string(ResponseMetric metric);
base::Seconds value_of(const Times& times, ResponseMetric metric);

}  // namespace wattlens::serving
