#include "stats/rank_tests.h"

#include <gtest/gtest.h>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;
using Groups = std::vector<Values>;

TEST(Ranks, ShareTheirMeanWhereValuesAreEqual) {
  EXPECT_TRUE(average_ranks({}).empty());
  EXPECT_EQ(average_ranks(Values{3.0, 1.0, 3.0, 2.0}), (Values{3.5, 1.0, 3.5, 2.0}));
  EXPECT_EQ(average_ranks(Values{5.0, 5.0, 5.0}), (Values{2.0, 2.0, 2.0}));
}

TEST(MannWhitney, RefusesEmptySidesAndEqualValues) {
  EXPECT_FALSE(mann_whitney(Values{}, Values{1.0}));
  EXPECT_FALSE(mann_whitney(Values{1.0}, Values{}));
  EXPECT_FALSE(mann_whitney(Values{1.0, 1.0}, Values{1.0}));
  EXPECT_FALSE(mann_whitney(Values{std::nan("")}, Values{1.0}));
}

TEST(MannWhitney, OfOneValueEachSaysNothing) { EXPECT_EQ(mann_whitney(Values{1.0}, Values{2.0})->p_value, 1.0); }

TEST(MannWhitney, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("two")) {
    const auto found = mann_whitney(wanted.at("one").get<Values>(), wanted.at("other").get<Values>());
    ASSERT_TRUE(found);
    expect_close(found->statistic, wanted.at("mann_whitney").at(0), "U");
    expect_close(found->p_value, wanted.at("mann_whitney").at(1), wanted.at("exact").dump(), 1e-10);
  }
}

TEST(KruskalWallis, RefusesOneGroupEmptyGroupsAndEqualValues) {
  EXPECT_FALSE(kruskal_wallis({}));
  EXPECT_FALSE(kruskal_wallis(Groups{{1.0, 2.0}}));
  EXPECT_FALSE(kruskal_wallis(Groups{{1.0, 2.0}, {}}));
  EXPECT_FALSE(kruskal_wallis(Groups{{1.0, 1.0}, {1.0}}));
  EXPECT_FALSE(dunn(Groups{{1.0, 1.0}, {1.0}}));
}

TEST(KruskalWallis, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("groups")) {
    const auto found = kruskal_wallis(wanted.at("groups").get<Groups>());
    ASSERT_TRUE(found);
    expect_close(found->statistic, wanted.at("kruskal_wallis").at(0), "H", 1e-10);
    expect_close(found->p_value, wanted.at("kruskal_wallis").at(1), "p", 1e-9);
  }
}

TEST(Dunn, AgreesWithScikitPosthocs) {
  for (const auto& wanted : test_reference().at("groups")) {
    const auto found = dunn(wanted.at("groups").get<Groups>());
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), wanted.at("dunn_holm").size());
    for (std::size_t i = 0; i < found->size(); ++i) {
      const auto& row = wanted.at("dunn_holm").at(i);
      EXPECT_EQ((*found)[i].one, row.at(0).get<std::size_t>());
      EXPECT_EQ((*found)[i].other, row.at(1).get<std::size_t>());
      expect_close((*found)[i].p_value, row.at(2), "p", 1e-9);
    }
  }
}

TEST(Spearman, RefusesTooFewPairsConstantsAndLengthsThatDiffer) {
  EXPECT_FALSE(spearman(Values{1.0, 2.0, 3.0}, Values{1.0, 2.0, 3.0}));
  EXPECT_FALSE(spearman(Values(5, 1.0), Values{1.0, 2.0, 3.0, 4.0, 5.0}));
  EXPECT_FALSE(spearman(Values{1.0, 2.0, 3.0, 4.0}, Values{1.0, 2.0, 3.0}));
  EXPECT_FALSE(spearman(Values{1.0, 2.0, 3.0, std::nan("")}, Values{1.0, 2.0, 3.0, 4.0}));
}

TEST(Spearman, OfTheSameOrderIsOne) {
  const auto found = spearman(Values{1.0, 2.0, 3.0, 4.0}, Values{1.0, 8.0, 27.0, 64.0});
  ASSERT_TRUE(found);
  EXPECT_EQ(found->rho.value, 1.0);
  EXPECT_EQ(found->rho.interval, (Interval{1.0, 1.0}));
}

TEST(Spearman, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("spearman")) {
    const auto found = spearman(wanted.at("x").get<Values>(), wanted.at("y").get<Values>());
    ASSERT_TRUE(found);
    EXPECT_NEAR(found->rho.value, wanted.at("rho").get<double>(), 1e-12);
    EXPECT_NEAR(found->p_value, wanted.at("p").get<double>(), 1e-10);
    if (wanted.at("interval_95").is_null()) continue;
    EXPECT_NEAR(found->rho.interval.low, wanted.at("interval_95").at(0).get<double>(), 1e-9);
    EXPECT_NEAR(found->rho.interval.high, wanted.at("interval_95").at(1).get<double>(), 1e-9);
  }
}

}  // namespace
}  // namespace wattlens::stats
