#include "plot/ticks.h"

#include <gtest/gtest.h>

#include <cmath>

namespace wattlens::plot {
namespace {

std::string labels(Interval<double> range, Scale scale, int most, bool percent = false) {
  const Ticks ticks = make_ticks(range, scale, most, percent);
  std::string text;
  for (const Tick& tick : ticks.ticks) {
    if (!tick.label.empty()) text += tick.label + ' ';
  }
  return ticks.exponent == 0 ? text : text + "e" + std::to_string(ticks.exponent);
}

TEST(Ticks, LinearStepsAreOneTwoOrFive) {
  EXPECT_EQ(labels({0, 10}, Scale::linear, 6), "0 2 4 6 8 10 ");
  EXPECT_EQ(labels({-0.31, 0.2}, Scale::linear, 6), "−0.3 −0.2 −0.1 0.0 0.1 0.2 ");
  EXPECT_EQ(labels({2012, 2022}, Scale::linear, 3), "2015 2020 ");
  EXPECT_EQ(labels({-0.05, 0.1}, Scale::linear, 4, true), "−5 0 5 10 ");
}

TEST(Ticks, LargeAndSmallNumbersShareAnExponent) {
  EXPECT_EQ(labels({0, 4e-9}, Scale::linear, 5), "0 1 2 3 4 e-9");
  EXPECT_EQ(labels({0, 2e9}, Scale::linear, 3), "0 1 2 e9");
}

TEST(Ticks, LogarithmicTicksAreMantissasThenDecades) {
  EXPECT_EQ(labels({0.03, 7}, Scale::log10, 8), "0.05 0.1 0.2 0.5 1 2 5 ");
  EXPECT_EQ(labels({0.03, 200}, Scale::log10, 6), "0.1 1 10 100 ");
  EXPECT_EQ(labels({1e-9, 1e9}, Scale::log10, 7), "10^-9 10^-6 10^-3 10^0 10^3 10^6 10^9 ");
  EXPECT_EQ(labels({3.0, 4.4}, Scale::log10, 4), "3.0 3.5 4.0 ");
}

TEST(Ticks, SmallTicksHaveNoLabel) {
  const Ticks ticks = make_ticks({0.9, 11}, Scale::log10, 2);
  EXPECT_EQ(ticks.ticks.size(), 11U);  // 0.9 is a small one, then 1 to 10
  EXPECT_EQ(with_superscript("10^-12"), "10⁻¹²");
  EXPECT_EQ(with_superscript("0.5"), "0.5");
}

TEST(Ticks, BatchSizesArePowersOfTwo) {
  EXPECT_EQ(labels({0.95, 135}, Scale::log2, 10), "1 2 4 8 16 32 64 128 ");
  EXPECT_EQ(labels({0.95, 135}, Scale::log2, 4), "1 4 16 64 ");
  EXPECT_EQ(labels({5, 7.5}, Scale::log2, 4), "5 6 7 ");
}

TEST(Ticks, AreInsideTheirRangeAndNotTooMany) {
  for (const Scale scale : {Scale::linear, Scale::log10, Scale::log2}) {
    for (int decade = -12; decade <= 12; ++decade) {
      for (const double ratio : {1.001, 1.3, 2.0, 7.0, 100.0, 1e6, 1e18}) {
        const double low = 1.7 * std::pow(10.0, decade);
        const Ticks ticks = make_ticks({low, low * ratio}, scale, 6);
        std::size_t with_label = 0;
        for (const Tick& tick : ticks.ticks) {
          EXPECT_GE(tick.at, low - 1e-6 * low * (ratio - 1));
          EXPECT_LE(tick.at, low * ratio + 1e-6 * low * (ratio - 1));
          with_label += tick.label.empty() ? 0 : 1;
        }
        EXPECT_GE(with_label, 1U) << low << " " << ratio;
        EXPECT_LE(with_label, 7U) << low << " " << ratio;
      }
    }
  }
}

}  // namespace
}  // namespace wattlens::plot
