#include "stats/welch.h"

#include <gtest/gtest.h>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;
using Groups = std::vector<Values>;

TEST(WelchT, RefusesTooFewAndNoSpread) {
  EXPECT_FALSE(welch_t(Values{}, Values{1.0, 2.0}));
  EXPECT_FALSE(welch_t(Values{1.0}, Values{1.0, 2.0}));
  EXPECT_FALSE(welch_t(Values{1.0, 1.0}, Values{2.0, 2.0}));
  EXPECT_FALSE(welch_t(Values{1.0, std::nan("")}, Values{2.0, 2.0}));
  EXPECT_FALSE(welch_t(Values{1.0, 2.0}, Values{2.0, 3.0}, 1.0));
}

TEST(WelchT, OneSideMayHaveNoSpread) {
  const auto found = welch_t(Values{1.0, 1.0, 1.0}, Values{2.0, 2.1, 2.2});
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->degrees, 2.0, 1e-12);
}

TEST(WelchT, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("two")) {
    const auto found = welch_t(wanted.at("one").get<Values>(), wanted.at("other").get<Values>());
    ASSERT_TRUE(found);
    const auto& t = wanted.at("welch_t");
    expect_close(found->t, t.at("t"), "t", 1e-10);
    expect_close(found->degrees, t.at("degrees"), "degrees", 1e-10);
    expect_close(found->p_value, t.at("p"), "p", 1e-8);
    EXPECT_NEAR(found->difference.interval.low, t.at("interval_95").at(0).get<double>(), 1e-10);
    EXPECT_NEAR(found->difference.interval.high, t.at("interval_95").at(1).get<double>(), 1e-10);
  }
}

TEST(WelchAnova, RefusesOneGroupSmallGroupsAndNoSpread) {
  EXPECT_FALSE(welch_anova({}));
  EXPECT_FALSE(welch_anova(Groups{{1.0, 2.0}}));
  EXPECT_FALSE(welch_anova(Groups{{1.0, 2.0}, {1.0}}));
  EXPECT_FALSE(welch_anova(Groups{{1.0, 2.0}, {1.0, 1.0}}));
  EXPECT_FALSE(games_howell(Groups{{1.0, 2.0}, {1.0, 1.0}}));
  EXPECT_FALSE(games_howell(Groups{{1.0, 2.0}}));
}

TEST(WelchAnova, OfTwoGroupsIsTheTTest) {
  const Values one = {1.0, 1.2, 0.9, 1.1};
  const Values other = {1.3, 1.2, 1.6, 1.5, 1.4};
  const auto anova = welch_anova(Groups{one, other});
  const auto t = welch_t(one, other);
  ASSERT_TRUE(anova && t);
  EXPECT_NEAR(anova->f, t->t * t->t, 1e-10);
  EXPECT_NEAR(anova->p_value, t->p_value, 1e-12);
}

TEST(WelchAnova, AgreesWithStatsmodels) {
  for (const auto& wanted : test_reference().at("groups")) {
    const auto found = welch_anova(wanted.at("groups").get<Groups>());
    ASSERT_TRUE(found);
    const auto& anova = wanted.at("welch_anova");
    expect_close(found->f, anova.at("f"), "F", 1e-9);
    expect_close(found->numerator_degrees, anova.at("degrees").at(0), "degrees", 1e-10);
    expect_close(found->denominator_degrees, anova.at("degrees").at(1), "degrees", 1e-10);
    expect_close(found->p_value, anova.at("p"), "p", 1e-8);
  }
}

TEST(GamesHowell, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("groups")) {
    const auto found = games_howell(wanted.at("groups").get<Groups>());
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), wanted.at("games_howell").size());
    for (std::size_t i = 0; i < found->size(); ++i) {
      const PairOfMeans& pair = (*found)[i];
      const auto& row = wanted.at("games_howell").at(i);
      EXPECT_EQ(pair.one, row.at(0).get<std::size_t>());
      EXPECT_EQ(pair.other, row.at(1).get<std::size_t>());
      expect_close(pair.difference, row.at(2), "difference", 1e-9);
      EXPECT_NEAR(pair.p_value, row.at(3).get<double>(), 1e-8);
    }
  }
}

}  // namespace
}  // namespace wattlens::stats
