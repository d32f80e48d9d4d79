#include "report/sparkline.h"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "report/page.h"

namespace wattlens::report {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(Sparkline, OfNothingIsEmpty) {
  EXPECT_EQ(sparkline({}), "");
  EXPECT_EQ(sparkline(std::vector{kNan, kNan}), "");
  EXPECT_EQ(sparkline(std::vector{1.0}, 0), "");
}

TEST(Sparkline, HasOneBarPerValueFromTheLeastToTheGreatest) {
  EXPECT_EQ(sparkline(std::vector{1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0}), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(sparkline(std::vector{8.0, 1.0}, 0.0, 16.0), "▅▁");
}

TEST(Sparkline, ASteadySeriesLooksFlat) {
  EXPECT_EQ(sparkline(std::vector{100.0, 100.01, 99.99}), "▅▅▄");
  EXPECT_EQ(sparkline(std::vector{0.0, 0.0}), "▅▅");
}

TEST(Sparkline, LeavesAGapForWhatIsMissing) { EXPECT_EQ(sparkline(std::vector{1.0, kNan, 2.0}), "▁ █"); }

TEST(Sparkline, ShowsManyValuesAsMedians) {
  std::vector<double> values(1000, 1.0);
  for (std::size_t i = 500; i < 1000; ++i) values[i] = 2.0;
  values[3] = 100.0;
  EXPECT_EQ(sparkline(values, 1.0, 2.0, 4), "▁▁██");
  EXPECT_EQ(text_width(sparkline(values)), 40U);
}

}  // namespace
}  // namespace wattlens::report
