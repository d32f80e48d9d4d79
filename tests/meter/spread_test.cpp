#include "meter/spread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.h"

namespace wattlens::meter {
namespace {

TEST(Spread, NothingUnknownHasNoWidth) { EXPECT_EQ(Spread().half_width(), 0.0); }

TEST(Spread, OneUniformTermReachesTo95PercentOfItsHalfWidth) {
  Spread spread;
  spread.add_uniform(2.0);
  EXPECT_NEAR(spread.half_width(), 1.9, 1e-9);
}

TEST(Spread, OneNormalTermReachesTo196Deviations) {
  Spread spread;
  spread.add_normal(3.0);
  EXPECT_NEAR(spread.half_width(), 3.0 * 1.959963984540054, 1e-9);
}

TEST(Spread, TwoEqualUniformTermsMakeATriangle) {
  Spread spread;
  spread.add_uniform(1.0);
  spread.add_uniform(1.0);
  EXPECT_NEAR(spread.half_width(), 2.0 * (1.0 - std::sqrt(0.05)), 1e-9);
}

TEST(Spread, NormalTermsAddAsSquares) {
  Spread spread;
  spread.add_normal(3.0);
  spread.add_normal(4.0);
  EXPECT_NEAR(spread.half_width(), 5.0 * 1.959963984540054, 1e-9);
}

TEST(Spread, AVerySmallTermChangesNearlyNothing) {
  Spread spread;
  spread.add_uniform(1.0);
  spread.add_uniform(1e-12);
  EXPECT_NEAR(spread.half_width(), 0.95, 1e-9);
}

TEST(Spread, TheUnitDoesNotMatter) {
  Spread tiny;
  tiny.add_uniform(1e-12);
  tiny.add_normal(2e-12);
  Spread plain;
  plain.add_uniform(1.0);
  plain.add_normal(2.0);
  EXPECT_NEAR(tiny.half_width() * 1e12, plain.half_width(), 1e-9);
}

// Any mixture against a simulation: 200,000 draws leave 0.5 % of noise in the quantile.
TEST(Spread, MixturesAgreeWithSimulation) {
  const std::vector<std::vector<double>> mixtures = {
      {1.0, 0.5}, {1.0, 1.0, 1.0, 1.0}, {1.0, 0.02}, {3.0, 1.0, 0.5, 0.2, 0.1, 0.05, 0.01}, {}};
  base::Random random(7);
  for (const double deviation : {0.0, 0.3, 2.0}) {
    for (const auto& uniforms : mixtures) {
      if (uniforms.empty() && deviation == 0.0) continue;
      Spread spread;
      spread.add_normal(deviation);
      for (const double a : uniforms) spread.add_uniform(a);
      std::vector<double> draws(200'000);
      for (double& draw : draws) {
        draw = deviation * random.normal();
        for (const double a : uniforms) draw += random.uniform(-a, a);
        draw = std::abs(draw);
      }
      std::ranges::sort(draws);
      const double simulated = draws[draws.size() * 95 / 100];
      EXPECT_NEAR(spread.half_width() / simulated, 1.0, 0.01) << uniforms.size() << " uniforms, normal " << deviation;
    }
  }
}

}  // namespace
}  // namespace wattlens::meter
