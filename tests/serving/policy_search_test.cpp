#include "serving/policy_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace wattlens::serving {
namespace {

using ::testing::HasSubstr;

// 10 ms and 2 ms for each further request; 1.2 J and 0.2 J; idle 20 W: a large batch is cheap, and slow to come.
ServiceModel service_model() {
  return {.points = {{.batch = 1, .time = base::milliseconds(10), .energy = {1.4}},
                     {.batch = 32, .time = base::milliseconds(72), .energy = {7.6}}},
          .idle = {20.0},
          .noise = {0.9, 0.95, 1.0, 1.05, 1.1}};
}

Arrivals arrivals_of(std::string_view text) { return parse_arrivals(text).value(); }

PolicySearch searched(std::string_view arrivals, std::string_view slo, const SearchOptions& options = {}) {
  const auto limits = parse_slo(slo).value();
  auto search = search_policies(arrivals_of(arrivals), service_model(), limits, options);
  EXPECT_TRUE(search) << search.error().message;
  return *std::move(search);
}

TEST(Slo, ItsTextIsReadBackAsTheSame) {
  const auto limits = parse_slo("p99<50ms, mean<=0.02s,max<1s").value();
  ASSERT_EQ(limits.size(), 3U);
  EXPECT_EQ(to_text(limits[0]), "p99<50ms");
  EXPECT_EQ(to_text(limits[1]), "mean<20ms");
  EXPECT_EQ(to_text(limits[2]), "max<1s");
  for (const std::string_view text :
       {"", "p99", "p99<", "p99<0ms", "p90<5ms", "p99>5ms", "p99<5ms,", "p99<5ms,p99<6ms", "p99<fast"}) {
    const auto wrong = parse_slo(text);
    ASSERT_FALSE(wrong) << text;
    EXPECT_EQ(wrong.error().kind, ErrorKind::usage);
    EXPECT_FALSE(wrong.error().hint.empty());
  }
}

TEST(PolicySearch, TheBestMeetsTheLimitWithTheLeastEnergy) {
  const PolicySearch search = searched("poisson:100", "p99<200ms");
  ASSERT_TRUE(search.met());
  const PolicyPrediction& best = search.ranked.front();
  EXPECT_LE(best.p99.high.value, 0.2);
  EXPECT_EQ(best.binding->metric, ResponseMetric::p99);
  EXPECT_DOUBLE_EQ(best.use_of_limit, best.p99.high.value / 0.2);
  for (const PolicyPrediction& other : search.ranked) {
    EXPECT_EQ(other.meets, !other.saturated && other.p99.high.value <= 0.2) << to_text(other.policy);
    EXPECT_TRUE(!other.meets || other.per_request.value >= best.per_request.value);
    EXPECT_LE(other.per_request.low, other.per_request.value);
    EXPECT_LE(other.p99.low, other.p99.value);
  }
}

TEST(PolicySearch, MoreTimeIsWorthLessEnergy) {
  const auto best = [](std::string_view slo) { return searched("poisson:100", slo).ranked.front(); };
  const PolicyPrediction tight = best("p99<60ms");
  const PolicyPrediction loose = best("p99<500ms");
  EXPECT_TRUE(tight.meets);
  EXPECT_LT(tight.mean_batch, loose.mean_batch);
  EXPECT_GT(tight.per_request.value, loose.per_request.value * 1.1);
}

TEST(PolicySearch, WhereNothingMeetsTheLimitsTheClosestComesFirstWithTheLimitThatBinds) {
  const PolicySearch search = searched("poisson:20", "p99<5ms,mean<1s");  // a batch alone takes 10 ms
  EXPECT_FALSE(search.met());
  const PolicyPrediction& closest = search.ranked.front();
  EXPECT_EQ(closest.binding->metric, ResponseMetric::p99);
  EXPECT_GT(closest.use_of_limit, 1.0);
  for (const PolicyPrediction& other : search.ranked) {
    EXPECT_TRUE(other.saturated || other.use_of_limit >= closest.use_of_limit) << to_text(other.policy);
  }
}

TEST(PolicySearch, APolicyThatIsOverloadedMeetsNothing) {
  const PolicySearch search = searched("poisson:300", "p99<10s");  // one by one: 100/s; 32 at once: 444/s
  EXPECT_TRUE(search.met());
  const auto one = std::ranges::find(search.ranked, parse_policy("1").value(), &PolicyPrediction::policy);
  ASSERT_NE(one, search.ranked.end());
  EXPECT_TRUE(one->saturated);
  EXPECT_FALSE(one->meets);
  EXPECT_NEAR(one->load, 3.0, 0.1);
}

// Fresh windows of other seeds lie within the intervals about as often as these say.
TEST(PolicySearch, TheNextWindowLiesWithinTheInterval) {
  const Policy policy = parse_policy("greedy:32").value();
  const PolicySearch search =
      searched("poisson:100", "p99<200ms", {.requests = 500, .windows = 200, .candidates = {policy}});
  const PolicyPrediction& prediction = search.ranked.front();
  const ServiceTable service = ServiceTable::build(service_model()).value();
  int energy = 0;
  int p99 = 0;
  constexpr int kWindows = 400;
  for (int i = 0; i < kWindows; ++i) {
    const std::uint64_t seed = 1000 + static_cast<std::uint64_t>(i);
    const auto times = schedule(arrivals_of("poisson:100"), 500, seed).value();
    const Outcome outcome = simulate({.times_ns = times}, policy, service, seed).value();
    const auto within = [](auto value, const auto& interval) {
      return interval.low <= value && value <= interval.high;
    };
    energy += within(outcome.per_request, prediction.per_request) ? 1 : 0;
    p99 += within(outcome.response.p99, prediction.p99) ? 1 : 0;
  }
  EXPECT_NEAR(energy, 0.95 * kWindows, 0.03 * kWindows);
  EXPECT_NEAR(p99, 0.95 * kWindows, 0.03 * kWindows);
}

TEST(PolicySearch, TheErrorOfTheMeasurementWidensTheInterval) {
  ServiceModel uncertain = service_model();
  for (ServicePoint& point : uncertain.points) point.energy_uncertainty = 0.05;
  const SearchOptions options{.requests = 500, .candidates = {parse_policy("8").value()}};
  const auto width = [&](const ServiceModel& model) {
    const auto interval = search_policies(arrivals_of("jittered:50"), model, {}, options)->ranked[0].per_request;
    return interval.high - interval.low;
  };
  EXPECT_GT(width(uncertain), 2.0 * width(service_model()));
}

TEST(PolicySearch, AClosedLoopIsNotOfferedABatchThatItNeverFills) {
  const PolicySearch search = searched("closed:8", "p99<200ms", {.requests = 400});
  for (const PolicyPrediction& prediction : search.ranked) {
    EXPECT_TRUE(prediction.policy.kind != PolicyKind::fixed || prediction.policy.most <= 8);
    EXPECT_EQ(prediction.load, 0.0);
  }
  const auto limits = parse_slo("p99<1s").value();
  const auto none =
      search_policies(arrivals_of("closed:8"), service_model(), limits, {.candidates = {parse_policy("16").value()}});
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("no policy can serve closed:8"));
}

TEST(PolicySearch, CandidatesAreEachThereOnceAndWithinWhatWasMeasured) {
  const ServiceTable service = ServiceTable::build(service_model()).value();
  const auto limits = parse_slo("mean<1s,p99<33ms").value();
  const std::vector<Policy> candidates = candidate_policies(arrivals_of("poisson:1"), service, limits);
  std::vector<std::string> texts;
  for (const Policy& policy : candidates) {
    EXPECT_LE(policy.most, 32);
    EXPECT_LE(policy.max_delay.value, 0.0265);
    texts.push_back(to_text(policy));
    EXPECT_EQ(parse_policy(texts.back()).value(), policy);
  }
  std::ranges::sort(texts);
  EXPECT_EQ(std::ranges::adjacent_find(texts), texts.end());
  EXPECT_TRUE(std::ranges::binary_search(texts, "32@3300us"));
  EXPECT_TRUE(std::ranges::binary_search(texts, "dynamic:8+16@8300us"));
}

}  // namespace
}  // namespace wattlens::serving
