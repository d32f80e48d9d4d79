#include "serving/policy_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "base/duration.h"
#include "stats/distributions.h"

namespace wattlens::serving {
namespace {

using base::Joules;
using base::Seconds;

constexpr std::int64_t kMostCandidateBatch = 128;

// To two significant digits.
Seconds rounded(Seconds delay) {
  const double step = std::pow(10.0, std::floor(std::log10(delay.value)) - 1.0);
  const double ns = std::max(1.0, std::round(std::round(delay.value / step) * step * 1e9));
  return {ns * 1e-9};
}

std::vector<Seconds> candidate_delays(const ServiceTable& service, std::int64_t most,
                                      std::span<const ResponseLimit> limits) {
  Seconds scale{service.time_ns(most) * 1e-9};
  if (!limits.empty()) scale = std::ranges::min(limits, {}, &ResponseLimit::most).most;
  return {rounded(scale * 0.1), rounded(scale * 0.25), rounded(scale * 0.5), rounded(scale * 0.8)};
}

struct Spread {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

// The prediction interval of the next value; two values or more.
Spread predict(const std::vector<double>& values, double confidence) {
  const auto count = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / count;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double t = stats::student_t_quantile(0.5 + confidence / 2.0, count - 1.0).value_or(0.0);
  const double half = t * std::sqrt(squares / (count - 1.0) * (1.0 + 1.0 / count));
  return {mean, mean - half, mean + half};
}

// The windows that were simulated of one candidate.
class Windows {
 public:
  Windows(const std::vector<Outcome>& outcomes, double confidence) : outcomes_(outcomes), confidence_(confidence) {}

  template <class Field>
  Predicted<Joules> energy(Field field) const {
    const Spread spread = of([&](const Outcome& outcome) { return (outcome.*field).value; });
    return {{spread.value}, {spread.low}, {spread.high}};
  }

  template <class Quantity, class Value>
  Predicted<Quantity> positive(Value value) const {
    const Spread spread = of([&](const Outcome& outcome) { return std::log(value(outcome).value); });
    return {{std::exp(spread.value)}, {std::exp(spread.low)}, {std::exp(spread.high)}};
  }

  Predicted<Seconds> time(Seconds Times::* field) const {
    return positive<Seconds>([field](const Outcome& outcome) { return outcome.response.*field; });
  }

  template <class Value>
  double mean(Value value) const {
    double sum = 0.0;
    for (const Outcome& outcome : outcomes_) sum += value(outcome);
    return sum / static_cast<double>(outcomes_.size());
  }

 private:
  template <class Value>
  Spread of(Value value) const {
    std::vector<double> values;
    values.reserve(outcomes_.size());
    for (const Outcome& outcome : outcomes_) values.push_back(value(outcome));
    return predict(values, confidence_);
  }

  const std::vector<Outcome>& outcomes_;
  double confidence_;
};

PolicyPrediction summarise(Policy policy, const std::vector<Outcome>& outcomes, double confidence,
                           std::span<const ResponseLimit> limits) {
  const Windows windows(outcomes, confidence);
  PolicyPrediction prediction{
      .policy = std::move(policy),
      .per_request = windows.energy(&Outcome::per_request),
      .net_per_request = windows.energy(&Outcome::net_per_request),
      .mean = windows.time(&Times::mean),
      .p50 = windows.time(&Times::p50),
      .p95 = windows.time(&Times::p95),
      .p99 = windows.time(&Times::p99),
      .max = windows.time(&Times::max),
      .throughput = windows.positive<base::Hertz>([](const Outcome& outcome) { return outcome.throughput; }),
      .mean_batch = windows.mean([](const Outcome& outcome) { return outcome.mean_batch; }),
      .utilisation = windows.mean([](const Outcome& outcome) { return outcome.utilisation; }),
      .load = windows.mean([](const Outcome& outcome) { return outcome.saturation.load; }),
      .saturated = std::ranges::any_of(outcomes, [](const Outcome& outcome) { return outcome.saturation.saturated; }),
  };
  for (const ResponseLimit& limit : limits) {
    const double use = predicted(prediction, limit.metric).high / limit.most;
    if (prediction.binding && use <= prediction.use_of_limit) continue;
    prediction.binding = limit;
    prediction.use_of_limit = use;
  }
  prediction.meets = !prediction.saturated && prediction.use_of_limit <= 1.0;
  return prediction;
}

// Arrivals and a possible truth of the service, of one window; the same for every candidate, so that they are compared
// under equal luck.
struct Conditions {
  std::vector<std::int64_t> times_ns;  // empty in a closed loop
  ServiceTable service;
  std::uint64_t seed = 0;
};

Result<std::vector<Conditions>> draw_conditions(const Arrivals& arrivals, const ServiceModel& model,
                                                const SearchOptions& options) {
  std::vector<Conditions> drawn;
  base::Random truth(base::derive_seed(options.seed, "service table"));
  for (std::int64_t i = 0; i < options.windows; ++i) {
    const std::uint64_t seed = base::derive_seed(options.seed, fmt::format("window {}", i));
    std::vector<std::int64_t> times;
    if (arrivals.kind == ArrivalKind::trace && i > 0) {
      times = drawn.front().times_ns;  // every window is the trace
    } else if (is_open_loop(arrivals)) {
      WATTLENS_TRY(times, schedule(arrivals, options.requests, seed));
    }
    WATTLENS_TRY(ServiceTable service, ServiceTable::draw(model, truth));
    drawn.push_back({std::move(times), std::move(service), seed});
  }
  return drawn;
}

}  // namespace

const Predicted<Seconds>& predicted(const PolicyPrediction& prediction, ResponseMetric metric) {
  switch (metric) {
    case ResponseMetric::mean: return prediction.mean;
    case ResponseMetric::p50: return prediction.p50;
    case ResponseMetric::p95: return prediction.p95;
    case ResponseMetric::p99: return prediction.p99;
    case ResponseMetric::max: break;
  }
  return prediction.max;
}

std::vector<Policy> candidate_policies(const Arrivals& arrivals, const ServiceTable& service,
                                       std::span<const ResponseLimit> limits) {
  const std::int64_t most = std::min(kMostCandidateBatch, service.most());
  const std::vector<Seconds> delays = candidate_delays(service, most, limits);
  std::vector<Policy> candidates;
  for (std::int64_t size = 1; size <= most; size *= 2) {
    candidates.push_back({.kind = PolicyKind::fixed, .most = size});
    if (size == 1) continue;
    candidates.push_back({.kind = PolicyKind::greedy, .most = size});
    for (const Seconds delay : delays) {
      candidates.push_back({.kind = PolicyKind::timeout, .most = size, .max_delay = delay});
      if (size < 4) continue;
      candidates.push_back(
          {.kind = PolicyKind::dynamic, .most = size, .preferred = {size / 2, size}, .max_delay = delay});
    }
  }
  std::erase_if(candidates, [&](const Policy& policy) { return !check_served(policy, arrivals); });
  return candidates;
}

Result<PolicySearch> search_policies(const Arrivals& arrivals, const ServiceModel& model,
                                     std::span<const ResponseLimit> limits, const SearchOptions& options) {
  if (options.windows < 2 || !(options.confidence > 0.0 && options.confidence < 1.0)) {
    return fail(ErrorKind::usage, "a prediction needs two windows and a confidence between 0 and 1",
                "ask for 20 windows at 0.95");
  }
  WATTLENS_TRY(const ServiceTable service, ServiceTable::build(model));
  std::vector<Policy> candidates = options.candidates;
  if (candidates.empty()) candidates = candidate_policies(arrivals, service, limits);
  std::erase_if(candidates, [&](const Policy& policy) { return !check_served(policy, arrivals); });
  if (candidates.empty()) {
    return fail(ErrorKind::usage, fmt::format("no policy can serve {}", to_text(arrivals)),
                "allow a policy that does not wait for more requests than there are clients");
  }
  WATTLENS_TRY(const std::vector<Conditions> windows, draw_conditions(arrivals, model, options));
  PolicySearch search;
  for (Policy& policy : candidates) {
    std::vector<Outcome> outcomes;
    for (const Conditions& window : windows) {
      const Demand demand{.times_ns = window.times_ns, .clients = arrivals.clients, .requests = options.requests};
      WATTLENS_TRY(Outcome outcome, simulate(demand, policy, window.service, window.seed));
      outcomes.push_back(std::move(outcome));
    }
    search.ranked.push_back(summarise(std::move(policy), outcomes, options.confidence, limits));
  }
  std::ranges::stable_sort(search.ranked, {}, [](const PolicyPrediction& prediction) {
    const double distance = prediction.saturated ? prediction.load : prediction.use_of_limit;
    return std::tuple(!prediction.meets, prediction.saturated,
                      prediction.meets ? prediction.per_request.value.value : distance);
  });
  return search;
}

}  // namespace wattlens::serving
