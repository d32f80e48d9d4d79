#include "experiment/serving.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "base/random.h"
#include "serving/arrivals.h"
#include "serving/policy.h"
#include "stats/interval.h"
#include "stats/summary.h"

namespace wattlens::experiment {
namespace {

using base::Seconds;
using record::Served;

constexpr double kMicrosecond = 1e-6;

// What one repetition says; times in seconds.
struct Repetition {
  std::vector<double> responses;  // ascending
  double response = 0.0;
  double waiting = 0.0;
  double batch = 0.0;
  double offered = 0.0;  // requests per second
  double capacity = 0.0;
  double busy = 0.0;
  std::vector<double> lateness;
};

// Requests per second that the largest batches which were seen would serve, one after the other.
double capacity_of(const Served& served) {
  const std::int64_t largest = std::ranges::max(served.sizes);
  double images = 0.0;
  double time = 0.0;
  for (std::size_t i = 0; i < served.sizes.size(); ++i) {
    if (served.sizes[i] != largest) continue;
    images += static_cast<double>(largest);
    time += static_cast<double>(served.end_us[i] - served.begin_us[i]) * kMicrosecond;
  }
  return time > 0.0 ? images / time : std::numeric_limits<double>::infinity();
}

Repetition repetition_of(const record::Window& window) {
  const Served& served = *window.served;
  Repetition one;
  one.responses.reserve(served.arrival_us.size());
  std::size_t request = 0;
  double waiting = 0.0;
  double busy = 0.0;
  for (std::size_t i = 0; i < served.sizes.size(); ++i) {
    busy += static_cast<double>(served.end_us[i] - served.begin_us[i]) * kMicrosecond;
    one.lateness.push_back(static_cast<double>(served.begin_us[i] - served.due_us[i]) * kMicrosecond);
    for (std::int64_t k = 0; k < served.sizes[i]; ++k, ++request) {
      const std::int64_t arrival = served.arrival_us[request];
      one.responses.push_back(static_cast<double>(served.end_us[i] - arrival) * kMicrosecond);
      waiting += static_cast<double>(served.begin_us[i] - arrival) * kMicrosecond;
    }
  }
  const auto requests = static_cast<double>(one.responses.size());
  one.response = std::reduce(one.responses.begin(), one.responses.end()) / requests;
  one.waiting = waiting / requests;
  one.batch = requests / static_cast<double>(served.sizes.size());
  one.busy = busy / window.duration().value;
  one.capacity = capacity_of(served);
  const double came = static_cast<double>(served.arrival_us.back() - served.arrival_us.front()) * kMicrosecond;
  one.offered = came > 0.0 ? (requests - 1.0) / came : 0.0;
  std::ranges::sort(one.responses);
  return one;
}

// The mean over the repetitions; one alone has no interval but NaN, which readers show as unknown.
template <class T>
record::Estimate<T> over_repetitions(std::span<const Repetition> repetitions,
                                     const std::function<double(const Repetition&)>& value) {
  std::vector<double> values;
  for (const Repetition& one : repetitions) values.push_back(value(one));
  constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  const auto mean = stats::mean_interval(values);
  if (!mean) return {T{stats::mean(values).value_or(kUnknown)}, T{kUnknown}, T{kUnknown}};
  return {T{mean->value}, T{std::max(0.0, mean->interval.low)}, T{mean->interval.high}};
}

record::Estimate<Seconds> quantile(std::span<const Repetition> repetitions, double probability) {
  return over_repetitions<Seconds>(
      repetitions, [&](const Repetition& one) { return stats::quantile_of_sorted(one.responses, probability); });
}

}  // namespace

bool serves_requests(const record::PlanPoint& point) { return !point.policy.empty(); }

Result<void> check_serving(const Axes& axes) {
  if (axes.arrivals.empty() && axes.policies.empty()) return {};
  if (axes.arrivals.empty() || axes.policies.empty() || axes.requests < 1) {
    return fail(ErrorKind::usage, "requests are served with arrivals, policies and a number of requests",
                "name all three, for example --arrivals poisson:16 --policy 16,greedy --requests 256");
  }
  for (const std::string& arrivals_text : axes.arrivals) {
    WATTLENS_TRY(const auto arrivals, serving::parse_arrivals(arrivals_text));
    for (const std::string& policy_text : axes.policies) {
      WATTLENS_TRY(const auto policy, serving::parse_policy(policy_text));
      WATTLENS_CHECK(serving::check_served(policy, arrivals));
    }
    // A trace is read before anything is measured.
    if (serving::is_open_loop(arrivals)) WATTLENS_CHECK(serving::schedule(arrivals, axes.requests, 0));
  }
  return {};
}

std::int64_t largest_batch(const Axes& axes) {
  std::int64_t largest = 1;
  for (const std::string& text : axes.policies) {
    if (const auto policy = serving::parse_policy(text)) largest = std::max(largest, policy->most);
  }
  return largest;
}

std::string compiled_id(const record::PlanPoint& point) {
  record::PlanPoint compiled = point;
  compiled.arrivals.clear();
  compiled.policy.clear();
  compiled.preprocess.clear();
  compiled.settings.clear();
  // Whether it takes any batch is a property of what was compiled.
  return serves_requests(point) ? point_id(compiled) + "/any" : point_id(compiled);
}

std::optional<workload::ServingRequest> serving_request(const record::PlanPoint& point, std::uint64_t seed,
                                                        std::int64_t block) {
  if (!serves_requests(point)) return std::nullopt;
  const auto arrivals = serving::parse_arrivals(point.arrivals);
  const auto policy = serving::parse_policy(point.policy);
  if (!arrivals || !policy || !point.requests) return std::nullopt;
  return workload::ServingRequest{.arrivals = *arrivals,
                                  .policy = *policy,
                                  .requests = *point.requests,
                                  .seed = base::derive_seed(seed, fmt::format("arrivals {}", block))};
}

WindowPlan planned_for_requests(WindowPlan plan, const record::PlanPoint& point) {
  const auto request = serving_request(point, 0, 0);
  if (!request) return plan;
  const Seconds image = plan.batch / static_cast<double>(point.batch);
  const auto time_of = [&](std::int64_t requests) { return static_cast<double>(requests) * image; };
  plan.batches = 1;
  plan.batch = image;
  plan.duration = time_of(request->requests);
  if (!serving::is_open_loop(request->arrivals)) return plan;
  if (const auto arrivals = serving::schedule(request->arrivals, request->requests, request->seed)) {
    const Seconds last{static_cast<double>(arrivals->back()) * 1e-9};
    plan.duration = std::max(plan.duration, last + time_of(std::min(request->policy.most, request->requests)));
  }
  return plan;
}

std::optional<record::ServingSummary> summarise_serving(const record::PlanPoint& point,
                                                        std::span<const record::Run* const> runs) {
  std::vector<Repetition> repetitions;
  record::ServingSummary summary;
  std::vector<double> lateness;
  for (const record::Run* run : runs) {
    if (run->windows.empty()) continue;
    const record::Window& window = run->windows.back();
    if (!window.served || window.served->sizes.empty() || window.duration() <= Seconds{}) continue;
    const Repetition& one = repetitions.emplace_back(repetition_of(window));
    summary.response_s.push_back(one.response);
    summary.blocks.push_back(run->block);
    lateness.insert(lateness.end(), one.lateness.begin(), one.lateness.end());
    summary.responses_s.insert(summary.responses_s.end(), one.responses.begin(), one.responses.end());
  }
  if (repetitions.empty()) return std::nullopt;
  std::ranges::sort(summary.responses_s);
  summary.response = over_repetitions<Seconds>(repetitions, [](const Repetition& one) { return one.response; });
  summary.response_p50 = quantile(repetitions, 0.50);
  summary.response_p95 = quantile(repetitions, 0.95);
  summary.response_p99 = quantile(repetitions, 0.99);
  summary.response_max = quantile(repetitions, 1.0);
  summary.waiting = over_repetitions<Seconds>(repetitions, [](const Repetition& one) { return one.waiting; });
  summary.batch = over_repetitions<double>(repetitions, [](const Repetition& one) { return one.batch; });
  summary.offered_per_s = over_repetitions<double>(repetitions, [](const Repetition& one) { return one.offered; });
  summary.capacity_per_s = over_repetitions<double>(repetitions, [](const Repetition& one) { return one.capacity; });
  summary.busy = over_repetitions<double>(repetitions, [](const Repetition& one) { return one.busy; });
  const auto arrivals = serving::parse_arrivals(point.arrivals);
  const bool open = arrivals && serving::is_open_loop(*arrivals);
  summary.saturated = open && summary.offered_per_s.value >= summary.capacity_per_s.value;
  summary.lateness_p99 = {stats::quantile(lateness, 0.99).value_or(0.0)};
  return summary;
}

}  // namespace wattlens::experiment
