// What the serving loop itself costs: how late a batch begins at 20,000 arrivals a second (p99 of at most 200 us is
// wanted on an idle core, without busy-waiting), and how long it takes beside the engine for each batch (at most 20
// us). The engine here takes no time. Beside it, interleaved, a loop that only sleeps until each arrival: what the
// kernel can do.
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <vector>

#include "serving/arrivals.h"
#include "stats/summary.h"
#include "worker/serving_loop.h"

namespace wattlens::worker {
namespace {

constexpr double kRate = 20'000.0;
constexpr std::int64_t kRequests = 40'000;  // two seconds
constexpr int kRounds = 9;

class InstantSession final : public engine::Session {
 public:
  record::WorkloadInfo describe() const override { return {}; }
  std::span<const engine::Operator> operators() const override { return {}; }
  std::int64_t slots() const override { return 1; }
  Result<void> set_input(const engine::TensorView&) override { return {}; }
  Result<void> set_slot_input(std::int64_t, const engine::TensorView&) override { return {}; }
  Result<void> enqueue(std::int64_t, std::int64_t) override { return {}; }
  Result<engine::Completion> next_completion() override { return engine::Completion{0, clock_.now()}; }
  Result<engine::TensorView> output(std::int64_t) override { return engine::TensorView{}; }

 private:
  base::SystemClock clock_;
};

double processor_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_THREAD, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// p99 of how late batches began, us; share of a core; us for each batch.
struct Round {
  double lateness = 0.0;
  double core = 0.0;
  double batch = 0.0;
};

Round serve(const std::vector<std::int64_t>& arrivals, const char* policy) {
  InstantSession session;
  base::SystemClock clock;
  std::vector<std::int64_t> memory(kWordsPerRequest * arrivals.size());
  std::ranges::copy(arrivals, memory.begin());
  const ServeRequest request{serving::parse_policy(policy).value(), std::ssize(arrivals), 0};
  const double before = processor_seconds();
  const Ran ran = serve_requests(session, request, clock, memory).value();
  const double used = processor_seconds() - before;
  std::vector<double> lateness;
  for (std::int64_t i = 0; i < ran.batches; ++i) {
    const std::size_t at = arrivals.size() + 4 * static_cast<std::size_t>(i);
    lateness.push_back(1e-3 * static_cast<double>(memory[at + 1] - memory[at]));
  }
  const double duration = (ran.end - ran.begin).value;
  return {stats::quantile(lateness, 0.99).value(), used / duration, 1e6 * duration / static_cast<double>(ran.batches)};
}

Round sleep_only(const std::vector<std::int64_t>& arrivals) {
  base::SystemClock clock;
  ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  const base::MonoTime begin = clock.now();
  const double before = processor_seconds();
  std::vector<double> lateness;
  lateness.reserve(arrivals.size());
  for (std::size_t i = 0; i < arrivals.size();) {
    clock.sleep_until({begin.ns + arrivals[i]});
    const std::int64_t now = clock.now().ns - begin.ns;
    lateness.push_back(1e-3 * static_cast<double>(now - arrivals[i]));
    while (i < arrivals.size() && arrivals[i] <= now) ++i;  // those that came meanwhile wait for nobody
  }
  const double duration = (clock.now() - begin).value;
  return {stats::quantile(lateness, 0.99).value(), (processor_seconds() - before) / duration, 0.0};
}

void tell(const char* name, std::vector<double> values, const char* unit) {
  std::ranges::sort(values);
  fmt::print("{:<58} {:8.2f} ({:.2f}-{:.2f}) {}\n", name, values[values.size() / 2], values.front(), values.back(),
             unit);
}

void measure() {
  std::array<std::vector<double>, 5> found;
  const std::vector<std::int64_t> at_once(200'000, 0);
  for (int round = 0; round < kRounds; ++round) {
    const auto arrivals = serving::schedule({.kind = serving::ArrivalKind::poisson, .rate = {kRate}}, kRequests,
                                            static_cast<std::uint64_t>(round))
                              .value();
    const Round served = serve(arrivals, "greedy");
    const Round slept = sleep_only(arrivals);
    found[0].push_back(served.lateness);
    found[1].push_back(slept.lateness);
    found[2].push_back(100.0 * served.core);
    found[3].push_back(100.0 * slept.core);
    found[4].push_back(serve(at_once, "1").batch);
  }
  fmt::print("median (range) of {} rounds\n", kRounds);
  tell("p99 of lateness at 20,000 arrivals/s, greedy", found[0], "us");
  tell("the same of a loop that only sleeps", found[1], "us");
  tell("processor time of it", found[2], "% of a core");
  tell("the same of a loop that only sleeps", found[3], "% of a core");
  tell("of a batch beside the engine, all requests waiting", found[4], "us");
}

}  // namespace
}  // namespace wattlens::worker

int main() { wattlens::worker::measure(); }
