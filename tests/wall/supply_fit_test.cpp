#include "wall/supply_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/json.h"
#include "fake/paths.h"

namespace wattlens::wall {
namespace {

using base::Watts;

std::vector<Watts> watts(const base::Json& list) {
  std::vector<Watts> values;
  for (const auto& value : list) values.push_back({value.get<double>()});
  return values;
}

// From SciPy (linregress, t) and the covariance written as matrices: tools/make_wall_reference.py.
TEST(SupplyFit, AgreesWithTheReference) {
  const auto text = base::read_text(fake::test_folder() / "golden/wall/supply_fit.json");
  ASSERT_TRUE(text);
  const auto json = base::parse_json(*text, "reference");
  ASSERT_TRUE(json);
  ASSERT_GE((*json)["cases"].size(), 4U);
  for (const auto& one : (*json)["cases"]) {
    const auto fit = fit_supply(watts(one["components_w"]), watts(one["wall_w"]));
    ASSERT_TRUE(fit) << fit.error().message;
    const auto near = [&](double value, const char* name) {
      const double expected = one[name].get<double>();
      EXPECT_NEAR(value, expected, 1e-8 * std::max(1.0, std::abs(expected))) << one["name"] << " " << name;
    };
    near(fit->slope.value, "slope");
    near(fit->slope.low, "slope_low");
    near(fit->slope.high, "slope_high");
    near(fit->offset.value.value, "offset_w");
    near(fit->offset.low.value, "offset_low_w");
    near(fit->offset.high.value, "offset_high_w");
    near(fit->efficiency.low, "efficiency_low");
    near(fit->residual.value, "residual_w");
    near(fit->correlation, "correlation");
    near(fit->residual_correlation, "residual_correlation");
    near(fit->degrees, "degrees");
    near(fit->not_covered.low.value, "not_covered_low_w");
  }
}

TEST(SupplyFit, TooFewOrFlatReadingsHaveNone) {
  EXPECT_FALSE(fit_supply({}, {}));
  const std::vector<Watts> few(19, Watts{1.0});
  EXPECT_FALSE(fit_supply(few, few));
  const std::vector<Watts> flat(100, Watts{50.0});
  const auto fit = fit_supply(flat, flat);
  ASSERT_FALSE(fit);
  EXPECT_EQ(fit.error().kind, ErrorKind::not_measurable);
}

TEST(SupplyFit, ALineWithoutNoiseIsFoundExactly) {
  std::vector<Watts> components;
  std::vector<Watts> wall;
  for (int i = 0; i < 50; ++i) {
    components.push_back({50.0 + (i * 37) % 100});
    wall.push_back({30.0 + components.back().value / 0.9});
  }
  const auto fit = fit_supply(components, wall);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->efficiency.value, 0.9, 1e-9);
  EXPECT_NEAR(fit->offset.value.value, 30.0, 1e-6);
  EXPECT_NEAR(fit->residual.value, 0.0, 1e-6);
}

}  // namespace
}  // namespace wattlens::wall
