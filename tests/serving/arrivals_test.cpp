#include "serving/arrivals.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/file.h"

namespace wattlens::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::int64_t> times_of(std::string_view text, std::int64_t requests, std::uint64_t seed = 1) {
  auto times = schedule(parse_arrivals(text).value(), requests, seed);
  EXPECT_TRUE(times) << times.error().message;
  return times ? *std::move(times) : std::vector<std::int64_t>();
}

std::vector<double> gaps_of(const std::vector<std::int64_t>& times) {
  std::vector<double> gaps;
  std::int64_t last = 0;
  for (const std::int64_t time : times) gaps.push_back(static_cast<double>(time - std::exchange(last, time)) * 1e-9);
  return gaps;
}

TEST(Arrivals, TheirTextIsReadBackAsTheSame) {
  for (const std::string_view text : {"jittered:16", "poisson:0.5", "poisson:20000", "closed:8", "trace:a.csv",
                                      "trace:a.csv*10", "trace:a*b.csv", "trace:odd*2*1", "trace:/a b/c.csv*0.25"}) {
    const auto arrivals = parse_arrivals(text);
    ASSERT_TRUE(arrivals) << text;
    EXPECT_EQ(to_text(*arrivals), text);
    EXPECT_EQ(parse_arrivals(to_text(*arrivals)).value(), *arrivals);
  }
  EXPECT_EQ(parse_arrivals(" poisson: 16 ").value().rate.value, 16.0);
  EXPECT_EQ(parse_arrivals("trace:odd*2*1").value().trace, "odd*2");
}

TEST(Arrivals, WhatCannotBeReadIsQuotedWithAWayOut) {
  for (const std::string_view text : {"", "16", "poisson", "poisson:", "poisson:0", "poisson:-1", "poisson:nan",
                                      "jittered:1e9", "closed:0", "closed:1.5", "closed:100000", "trace",
                                      "trace:", "trace:*10", "trace:a*0", "trace:a*-1", "uniform:3", "Poisson:16"}) {
    const auto arrivals = parse_arrivals(text);
    ASSERT_FALSE(arrivals) << text;
    EXPECT_EQ(arrivals.error().kind, ErrorKind::usage);
    EXPECT_THAT(arrivals.error().message, HasSubstr(fmt::format("'{}'", text)));
    EXPECT_THAT(arrivals.error().hint, HasSubstr("poisson:16"));
  }
}

TEST(Schedule, IsTheSameForTheSameSeedAndAscends) {
  for (const std::string_view text : {"jittered:16", "poisson:16"}) {
    const auto times = times_of(text, 1000);
    EXPECT_EQ(times, times_of(text, 1000));
    EXPECT_NE(times, times_of(text, 1000, 2));
    EXPECT_TRUE(std::ranges::is_sorted(times));
    EXPECT_GT(times.front(), 0);
    // The beginning of a longer schedule is the shorter one.
    EXPECT_TRUE(std::ranges::equal(times_of(text, 10), std::span(times).first(10)));
  }
}

TEST(Schedule, IsTheOneOfTheNumPyTwin) {
  // tools/portable_random.py, r = Random(derive_seed(1, "arrivals")):
  // np.rint(np.cumsum(1e9 / 16 * r.exponential(3))), and with r.uniform(3, 0.8, 1.2)
  EXPECT_THAT(times_of("poisson:16", 3), ElementsAre(49280292, 65062026, 89456326));
  EXPECT_THAT(times_of("jittered:16", 3), ElementsAre(63636674, 119215419, 177294223));
}

TEST(Schedule, JitteredGapsAreWithinAFifthOfTheMean) {
  const auto gaps = gaps_of(times_of("jittered:16", 20'000));
  const auto [least, most] = std::ranges::minmax(gaps);
  EXPECT_GE(least, 0.8 / 16 - 1e-8);
  EXPECT_LE(most, 1.2 / 16 + 1e-8);
  EXPECT_LT(least, 0.801 / 16);
  EXPECT_GT(most, 1.199 / 16);
}

TEST(Schedule, GapsHaveTheMeanAndTheVariationOfTheirProcess) {
  struct Case {
    std::string_view text;
    double variation;  // deviation over mean
  };
  for (const Case& expected : {Case{"jittered:50", 0.2 / std::sqrt(3.0)}, Case{"poisson:50", 1.0}}) {
    const auto gaps = gaps_of(times_of(expected.text, 100'000));
    double sum = 0.0;
    double squares = 0.0;
    for (const double gap : gaps) {
      sum += gap;
      squares += gap * gap;
    }
    const double mean = sum / static_cast<double>(gaps.size());
    const double variance = squares / static_cast<double>(gaps.size()) - mean * mean;
    EXPECT_NEAR(mean, 0.02, 0.0002) << expected.text;
    EXPECT_NEAR(std::sqrt(variance) / mean, expected.variation, 0.01 * expected.variation) << expected.text;
  }
}

TEST(Schedule, ATraceIsGivenFasterAndOnlyAsLongAsItIs) {
  const auto path = std::filesystem::path(::testing::TempDir()) / "wattlens_arrivals_test.csv";
  ASSERT_TRUE(base::write_text(path, "time\n1.0\n1.5\n3.0\n"));
  EXPECT_THAT(times_of("trace:" + path.string(), 3), ElementsAre(0, 500'000'000, 2'000'000'000));
  EXPECT_THAT(times_of("trace:" + path.string() + "*10", 2), ElementsAre(0, 50'000'000));
  const auto more = schedule(parse_arrivals("trace:" + path.string()).value(), 4, 1);
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().kind, ErrorKind::usage);
  EXPECT_THAT(more.error().message, HasSubstr("holds 3 requests, 4 are wanted"));
  std::filesystem::remove(path);
  EXPECT_FALSE(schedule(parse_arrivals("trace:" + path.string()).value(), 1, 1));
}

TEST(Schedule, WhatCannotBeScheduledIsAnError) {
  EXPECT_FALSE(schedule(parse_arrivals("poisson:16").value(), 0, 1));
  EXPECT_FALSE(schedule(parse_arrivals("poisson:16").value(), kMostRequests + 1, 1));
  EXPECT_FALSE(schedule(parse_arrivals("poisson:1e-6").value(), 100'000, 1));
  EXPECT_FALSE(schedule(parse_arrivals("closed:4").value(), 10, 1));
}

}  // namespace
}  // namespace wattlens::serving
