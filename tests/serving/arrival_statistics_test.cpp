#include "serving/arrival_statistics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "serving/arrivals.h"

namespace wattlens::serving {
namespace {

using ::testing::HasSubstr;

ArrivalStatistics described(std::string_view arrivals, std::int64_t requests) {
  return describe_arrivals(schedule(parse_arrivals(arrivals).value(), requests, 3).value()).value();
}

TEST(ArrivalStatistics, TooLittleIsAnErrorOrLeftOut) {
  EXPECT_FALSE(describe_arrivals({}));
  const std::vector<std::int64_t> same = {5, 5, 5};
  EXPECT_FALSE(describe_arrivals(same));
  const std::vector<std::int64_t> two = {0, 500'000'000};
  const ArrivalStatistics statistics = describe_arrivals(two).value();
  EXPECT_DOUBLE_EQ(statistics.rate.value, 2.0);
  EXPECT_EQ(statistics.gap_variation, 0.0);
  EXPECT_FALSE(statistics.regularity);
  EXPECT_EQ(to_sentence(statistics),
            "2 requests in 0.5 s (2/s), too few to tell more: the gaps vary by 0 of their mean.");
}

TEST(ArrivalStatistics, EvenArrivalsAndPoissonArrivalsAreToldApart) {
  const ArrivalStatistics even = described("jittered:50", 20'000);
  EXPECT_EQ(even.regularity, Regularity::even);
  EXPECT_NEAR(even.gap_variation, 0.2 / std::sqrt(3.0), 0.002);
  const ArrivalStatistics poisson = described("poisson:50", 20'000);
  EXPECT_EQ(poisson.regularity, Regularity::poisson_like);
  EXPECT_NEAR(poisson.rate.value, 50.0, 1.0);
  EXPECT_NEAR(poisson.gap_variation, 1.0, 0.03);
  EXPECT_NEAR(poisson.short_term->index, 1.0, 0.1);
  EXPECT_NEAR(poisson.long_term->index, 1.0, 0.3);
  EXPECT_NEAR(poisson.short_term->window.value, 0.2, 0.005);
}

// Crowds of 20 at Poisson times: the counts vary about 20 times as much.
TEST(ArrivalStatistics, CrowdsAreBursty) {
  std::vector<std::int64_t> times;
  const std::vector<std::int64_t> begins = schedule(parse_arrivals("poisson:2").value(), 2000, 3).value();
  for (const std::int64_t time : begins) {
    for (std::int64_t i = 0; i < 20; ++i) times.push_back(time + i);
  }
  const ArrivalStatistics crowds = describe_arrivals(times).value();
  EXPECT_EQ(crowds.regularity, Regularity::bursty);
  EXPECT_NEAR(crowds.long_term->index, 20.0, 4.0);
  EXPECT_GT(crowds.gap_variation, 4.0);
  EXPECT_THAT(to_sentence(crowds), HasSubstr("bursty"));
}

// Counts 3, 1 (eight times) and 89 in windows of two seconds; the last request begins a window of its own.
TEST(ArrivalStatistics, TheDispersionIsThatOfWholeWindows) {
  std::vector<std::int64_t> times = {0, 1, 2};
  for (std::int64_t i = 1; i < 9; ++i) times.push_back(i * 2'000'000'000);
  for (std::int64_t i = 0; i < 89; ++i) times.push_back(18'000'000'000 + i);
  times.push_back(20'000'000'000);
  const ArrivalStatistics statistics = describe_arrivals(times).value();
  ASSERT_EQ(times.size(), 101U);
  ASSERT_TRUE(statistics.short_term);
  EXPECT_DOUBLE_EQ(statistics.short_term->window.value, 2.0);
  EXPECT_DOUBLE_EQ(statistics.short_term->index, 77.08888888888889);  // np.var([3]+[1]*8+[89], ddof=1) / 10
  EXPECT_DOUBLE_EQ(statistics.short_term->peak, 8.9);
  EXPECT_FALSE(statistics.long_term);
}

}  // namespace
}  // namespace wattlens::serving
