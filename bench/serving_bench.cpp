// How many requests a second the simulator serves on one core: at least 5 million. Beside it a plain event-driven
// simulation of the same server with a heap of events, one for each request, as textbooks write it; both must give the
// same mean response time. Argument: the policy's place in kPolicies.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <queue>
#include <string>
#include <vector>

#include "serving/simulator.h"

namespace wattlens::serving {
namespace {

constexpr std::int64_t kRequests = 1'000'000;
constexpr std::array<const char*, 4> kPolicies = {"1", "greedy", "16@50ms", "dynamic:4+8:32@5ms"};

std::vector<std::int64_t> arrivals() {
  return schedule({.kind = ArrivalKind::poisson, .rate = {60.0}}, kRequests, 1).value();
}

// One by one: 100/s.
ServiceTable service() {
  const ServiceModel model{.points = {{.batch = 1, .time = base::milliseconds(10), .energy = {1.0}},
                                      {.batch = 128, .time = base::milliseconds(264), .energy = {30.0}}},
                           .idle = {10.0}};
  return ServiceTable::build(model).value();
}

struct Event {
  std::int64_t time_ns = 0;
  enum class Kind { completion, arrival, alarm } kind = Kind::arrival;
  bool operator>(const Event& other) const {
    return time_ns != other.time_ns ? time_ns > other.time_ns : kind > other.kind;
  }
};

// Mean and 99th percentile of the response time, ns.
std::pair<double, double> simulate_with_a_heap(const std::vector<std::int64_t>& times, const Policy& policy,
                                               const ServiceTable& table) {
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events;
  for (const std::int64_t time : times) events.push({time, Event::Kind::arrival});
  std::deque<std::int64_t> waiting;
  std::vector<std::int64_t> batch;
  std::vector<double> responses;
  std::size_t arrived = 0;
  bool busy = false;
  while (!events.empty()) {
    const Event event = events.top();
    events.pop();
    if (event.kind == Event::Kind::arrival) {
      waiting.push_back(event.time_ns);
      ++arrived;
    } else if (event.kind == Event::Kind::completion) {
      for (const std::int64_t time : batch) responses.push_back(static_cast<double>(event.time_ns - time));
      batch.clear();
      busy = false;
    }
    const bool more_at_once = !events.empty() && events.top().time_ns == event.time_ns;
    if (busy || more_at_once) continue;
    const Queue queue{.waiting = static_cast<std::int64_t>(waiting.size()),
                      .oldest_ns = waiting.empty() ? 0 : waiting.front(),
                      .ended = arrived == times.size()};
    const Decision decision = decide(policy, queue, event.time_ns);
    if (decision.take > 0) {
      batch.assign(waiting.begin(), waiting.begin() + decision.take);
      waiting.erase(waiting.begin(), waiting.begin() + decision.take);
      busy = true;
      events.push({event.time_ns + std::llround(table.time_ns(decision.take)), Event::Kind::completion});
    } else if (decision.until_ns) {
      events.push({*decision.until_ns, Event::Kind::alarm});
    }
  }
  double sum = 0.0;
  for (const double response : responses) sum += response;
  std::ranges::sort(responses);
  return {sum / static_cast<double>(responses.size()), responses[responses.size() * 99 / 100]};
}

void simulator(benchmark::State& state) {
  const auto times = arrivals();
  const ServiceTable table = service();
  const Policy policy = parse_policy(kPolicies.at(static_cast<std::size_t>(state.range(0)))).value();
  double mean = 0.0;
  for (auto _ : state) {
    const auto outcome = simulate({.times_ns = times}, policy, table, 1);
    mean = outcome ? outcome->response.mean.value : 0.0;
  }
  state.SetItemsProcessed(state.iterations() * kRequests);
  state.counters["mean_ms"] = mean * 1e3;
  state.SetLabel(kPolicies.at(static_cast<std::size_t>(state.range(0))));
}

void heap_of_events(benchmark::State& state) {
  const auto times = arrivals();
  const ServiceTable table = service();
  const Policy policy = parse_policy(kPolicies.at(static_cast<std::size_t>(state.range(0)))).value();
  const auto ours = simulate({.times_ns = times}, policy, table, 1);
  double mean = 0.0;
  for (auto _ : state) mean = simulate_with_a_heap(times, policy, table).first * 1e-9;
  if (!ours || std::abs(mean / ours->response.mean.value - 1.0) > 1e-9) state.SkipWithError("the means differ");
  state.SetItemsProcessed(state.iterations() * kRequests);
  state.counters["mean_ms"] = mean * 1e3;
  state.SetLabel(kPolicies.at(static_cast<std::size_t>(state.range(0))));
}

BENCHMARK(simulator)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);
BENCHMARK(heap_of_events)->DenseRange(0, 3)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace wattlens::serving
