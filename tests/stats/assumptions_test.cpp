#include "stats/assumptions.h"

#include <gtest/gtest.h>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;
using Groups = std::vector<Values>;

TEST(ShapiroWilk, RefusesTooFewEqualAndTooManyValues) {
  EXPECT_FALSE(shapiro_wilk(Values{}));
  EXPECT_FALSE(shapiro_wilk(Values{1.0, 2.0}));
  EXPECT_FALSE(shapiro_wilk(Values(10, 3.0)));
  EXPECT_FALSE(shapiro_wilk(Values{1.0, 2.0, std::nan("")}));
  EXPECT_FALSE(shapiro_wilk(Values{-1.7e308, 1.0, 1.7e308}));
  Values many(5001);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  EXPECT_FALSE(shapiro_wilk(many));
}

TEST(ShapiroWilk, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("shapiro_wilk")) {
    const auto found = shapiro_wilk(wanted.at("values").get<Values>());
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->statistic, wanted.at("w").get<double>(), 1e-7) << wanted.at("name");
    expect_close(found->p_value, wanted.at("p"), wanted.at("name"), 1e-4);
  }
}

TEST(ShapiroWilk, DoesNotDependOnTheUnit) {
  const Values values = {1.0, 2.0, 4.0, 4.5, 7.0};
  Values scaled = values;
  for (double& x : scaled) x *= 1e-200;
  EXPECT_NEAR(shapiro_wilk(values)->p_value, shapiro_wilk(scaled)->p_value, 1e-12);
}

TEST(Levene, RefusesOneGroupSmallGroupsAndEqualDistances) {
  EXPECT_FALSE(levene({}));
  EXPECT_FALSE(levene(Groups{{1.0, 2.0}}));
  EXPECT_FALSE(levene(Groups{{1.0, 2.0}, {1.0}}));
  EXPECT_FALSE(levene(Groups{{1.0, 1.0}, {2.0, 2.0}}));
  EXPECT_FALSE(levene(Groups{{1.0, 2.0}, {1.0, std::nan("")}}));
}

TEST(Levene, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("groups")) {
    const auto found = levene(wanted.at("groups").get<Groups>());
    ASSERT_TRUE(found);
    expect_close(found->statistic, wanted.at("levene").at(0), wanted.dump(), 1e-9);
    expect_close(found->p_value, wanted.at("levene").at(1), wanted.dump(), 1e-9);
  }
}

}  // namespace
}  // namespace wattlens::stats
