#include "serving/slo.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/duration.h"
#include "base/text.h"

namespace wattlens::serving {
namespace {

struct MetricEntry {
  ResponseMetric metric;
  std::string_view name;
  base::Seconds Times::* value;
};
constexpr std::array<MetricEntry, 5> kMetrics = {{{ResponseMetric::mean, "mean", &Times::mean},
                                                  {ResponseMetric::p50, "p50", &Times::p50},
                                                  {ResponseMetric::p95, "p95", &Times::p95},
                                                  {ResponseMetric::p99, "p99", &Times::p99},
                                                  {ResponseMetric::max, "max", &Times::max}}};

const MetricEntry& entry_of(ResponseMetric metric) {
  return *std::ranges::find(kMetrics, metric, &MetricEntry::metric);
}

}  // namespace

Result<std::vector<ResponseLimit>> parse_slo(std::string_view text) {
  std::vector<ResponseLimit> limits;
  for (const std::string_view part : base::split(text, ',')) {
    const std::size_t mark = part.find('<');
    const auto* const entry = std::ranges::find(kMetrics, base::trim(part.substr(0, mark)), &MetricEntry::name);
    if (mark == std::string_view::npos || entry == kMetrics.end()) {
      return fail(ErrorKind::usage, fmt::format("'{}' is no limit on the response time", part),
                  "write p99<50ms; also mean, p50, p95 and max, several with commas between");
    }
    if (std::ranges::find(limits, entry->metric, &ResponseLimit::metric) != limits.end()) {
      return fail(ErrorKind::usage, fmt::format("'{}' limits {} twice", text, entry->name), "give each limit once");
    }
    std::string_view bound = part.substr(mark + 1);
    if (bound.starts_with('=')) bound.remove_prefix(1);
    WATTLENS_TRY(const base::Seconds most, base::parse_duration(bound, fmt::format("'{}'", part)));
    limits.push_back({entry->metric, most});
  }
  return limits;
}

std::string to_text(const ResponseLimit& limit) {
  return fmt::format("{}<{}", to_string(limit.metric), base::duration_text(limit.most));
}

std::string_view to_string(ResponseMetric metric) { return entry_of(metric).name; }

base::Seconds value_of(const Times& times, ResponseMetric metric) { return times.*entry_of(metric).value; }

}  // namespace wattlens::serving
