#include "study/policy_verdict.h"

#include <utility>

namespace wattlens::study {
namespace {

const record::Estimate<base::Seconds>& estimate_of(const record::ServingSummary& serving,
                                                   serving::ResponseMetric metric) {
  switch (metric) {
    case serving::ResponseMetric::mean: return serving.response;
    case serving::ResponseMetric::p50: return serving.response_p50;
    case serving::ResponseMetric::p95: return serving.response_p95;
    case serving::ResponseMetric::p99: return serving.response_p99;
    case serving::ResponseMetric::max: return serving.response_max;
  }
  return serving.response;
}

}  // namespace

record::MeasuredPolicy held_against(record::PointSummary point, std::span<const serving::ResponseLimit> limits) {
  record::MeasuredPolicy verdict{.point = std::move(point)};
  if (!verdict.point.serving) return verdict;
  const record::ServingSummary& serving = *verdict.point.serving;
  verdict.certain = !serving.saturated;
  for (const serving::ResponseLimit& limit : limits) {
    const auto& time = estimate_of(serving, limit.metric);
    const double use = time.value / limit.most;
    if (!(time.high <= limit.most)) verdict.certain = false;
    if (!verdict.binding.empty() && use <= verdict.use_of_limit) continue;
    verdict.use_of_limit = use;
    verdict.binding = to_text(limit);
  }
  verdict.meets = !serving.saturated && verdict.use_of_limit <= 1.0;
  return verdict;
}

}  // namespace wattlens::study
