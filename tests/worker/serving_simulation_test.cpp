#include "worker/serving_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "fake/fake_clock.h"
#include "serving/simulator.h"

namespace wattlens::worker {
namespace {

using testing::HasSubstr;

// Takes exactly as long as a table says.
class TableSession final : public engine::Session {
 public:
  TableSession(const serving::ServiceTable& service, fake::FakeClock& clock) : service_(service), clock_(clock) {}

  record::WorkloadInfo describe() const override { return {}; }
  std::span<const engine::Operator> operators() const override { return {}; }
  std::int64_t slots() const override { return 1; }
  Result<void> set_input(const engine::TensorView& /*images*/) override { return {}; }
  Result<void> set_slot_input(std::int64_t, const engine::TensorView&) override { return {}; }
  Result<void> enqueue(std::int64_t /*slot*/, std::int64_t images) override {
    images_ = images;
    return {};
  }
  Result<engine::Completion> next_completion() override {
    clock_.set({clock_.now().ns + std::llround(service_.time_ns(images_))});
    return engine::Completion{0, clock_.now()};
  }
  Result<engine::TensorView> output(std::int64_t /*slot*/) override { return engine::TensorView{}; }

 private:
  const serving::ServiceTable& service_;
  fake::FakeClock& clock_;
  std::int64_t images_ = 0;
};

serving::ServiceTable service() {
  const serving::ServiceModel model{
      .points = {{.batch = 1, .time = base::milliseconds(10)}, {.batch = 16, .time = base::milliseconds(40)}}};
  return serving::ServiceTable::build(model).value();
}

// On a clock that loses no time, what is served is batch by batch what is simulated.
void expect_as_simulated(std::string_view policy_text, std::string_view arrivals_text, std::int64_t requests) {
  SCOPED_TRACE(std::string(policy_text) + " " + std::string(arrivals_text));
  const serving::Policy policy = serving::parse_policy(policy_text).value();
  const serving::Arrivals arrivals = serving::parse_arrivals(arrivals_text).value();
  const serving::ServiceTable table = service();
  std::vector<std::int64_t> times;
  if (serving::is_open_loop(arrivals)) times = serving::schedule(arrivals, requests, 3).value();
  std::vector<serving::ServedBatch> simulated;
  const serving::Demand demand{.times_ns = times, .clients = arrivals.clients, .requests = requests};
  ASSERT_TRUE(serving::simulate(demand, policy, table, 1, &simulated));

  std::vector<std::int64_t> memory(static_cast<std::size_t>(requests) * kWordsPerRequest);
  std::ranges::copy(times, memory.begin());
  fake::FakeClock clock;
  TableSession session(table, clock);
  const ServeRequest request{.policy = policy, .requests = requests, .clients = arrivals.clients};
  const auto ran = serve_requests(session, request, clock, memory);
  ASSERT_TRUE(ran) << ran.error().message;
  ASSERT_EQ(ran->batches, static_cast<std::int64_t>(simulated.size()));
  const auto records = std::span(memory).subspan(static_cast<std::size_t>(requests));
  for (std::size_t i = 0; i < simulated.size(); ++i) {
    ASSERT_EQ(records[4 * i + 1], simulated[i].begin_ns) << i;
    ASSERT_EQ(records[4 * i + 2], simulated[i].end_ns) << i;
    ASSERT_EQ(records[4 * i + 3], simulated[i].count) << i;
  }
}

TEST(ServingSimulation, ServesAsTheSimulatorSays) {
  for (const std::string_view policy : {"1", "4", "16", "16@50ms", "greedy:16", "dynamic:4+8:16@20ms", "dynamic:4"}) {
    for (const std::string_view arrivals : {"poisson:50", "poisson:300", "jittered:90", "closed:16", "closed:30"}) {
      expect_as_simulated(policy, arrivals, 501);
    }
  }
}

// Fewer clients than a batch holds: a server does not know that no more will come, and waits for its time-out.
TEST(ServingSimulation, AClosedLoopThatDoesNotFillABatchWaitsForTheTimeOut) {
  expect_as_simulated("16@50ms", "closed:5", 203);
  expect_as_simulated("dynamic:8@20ms", "closed:5", 203);
  const serving::ServiceTable table = service();
  fake::FakeClock clock;
  TableSession session(table, clock);
  std::vector<std::int64_t> memory(5 * kWordsPerRequest);
  const ServeRequest timed{.policy = serving::parse_policy("16@50ms").value(), .requests = 5, .clients = 4};
  ASSERT_TRUE(serve_requests(session, timed, clock, memory));
  EXPECT_EQ(memory[5 + 1], 50'000'000);
  const ServeRequest starved{.policy = serving::parse_policy("16").value(), .requests = 5, .clients = 4};
  const auto ran = serve_requests(session, starved, clock, memory);
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.error().message, HasSubstr("a batch of 16 never fills"));
}

}  // namespace
}  // namespace wattlens::worker
