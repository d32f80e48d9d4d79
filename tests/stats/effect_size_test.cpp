#include "stats/effect_size.h"

#include <gtest/gtest.h>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

using Values = std::vector<double>;

TEST(CliffsDelta, NeedsAValueOnEachSide) {
  EXPECT_FALSE(cliffs_delta(Values{}, Values{1.0}));
  EXPECT_FALSE(cliffs_delta(Values{1.0}, Values{}));
  EXPECT_FALSE(cliffs_delta(Values{std::nan("")}, Values{1.0}));
}

TEST(CliffsDelta, GoesFromMinusOneToOne) {
  EXPECT_EQ(*cliffs_delta(Values{1.0, 2.0}, Values{3.0, 4.0}), -1.0);
  EXPECT_EQ(*cliffs_delta(Values{3.0, 4.0}, Values{1.0, 2.0}), 1.0);
  EXPECT_EQ(*cliffs_delta(Values{1.0, 1.0}, Values{1.0}), 0.0);
}

TEST(CliffsDelta, AgreesWithTheCountOfPairs) {
  for (const auto& wanted : test_reference().at("two")) {
    const auto found = cliffs_delta(wanted.at("one").get<Values>(), wanted.at("other").get<Values>());
    ASSERT_TRUE(found);
    EXPECT_NEAR(*found, wanted.at("cliffs_delta").get<double>(), 1e-14);
  }
}

TEST(CliffsDelta, HasTheWordsOfRomano) {
  EXPECT_EQ(magnitude_of_cliffs_delta(-0.1), Magnitude::negligible);
  EXPECT_EQ(magnitude_of_cliffs_delta(0.147), Magnitude::small);
  EXPECT_EQ(magnitude_of_cliffs_delta(-0.33), Magnitude::medium);
  EXPECT_EQ(magnitude_of_cliffs_delta(0.474), Magnitude::large);
}

TEST(EtaSquared, NeedsMoreValuesThanGroups) {
  EXPECT_FALSE(eta_squared_of_h(1.0, 1, 10));
  EXPECT_FALSE(eta_squared_of_h(1.0, 3, 3));
  EXPECT_FALSE(eta_squared_of_h(std::nan(""), 3, 10));
}

TEST(EtaSquared, AgreesWithItsFormulaAndHasTheWordsOfCohen) {
  for (const auto& wanted : test_reference().at("groups")) {
    std::size_t count = 0;
    for (const auto& group : wanted.at("groups")) count += group.size();
    const auto found = eta_squared_of_h(wanted.at("kruskal_wallis").at(0), wanted.at("groups").size(), count);
    ASSERT_TRUE(found);
    EXPECT_NEAR(*found, wanted.at("eta_squared").get<double>(), 1e-14);
  }
  EXPECT_EQ(magnitude_of_eta_squared(-0.01), Magnitude::negligible);
  EXPECT_EQ(magnitude_of_eta_squared(0.01), Magnitude::small);
  EXPECT_EQ(magnitude_of_eta_squared(0.06), Magnitude::medium);
  EXPECT_EQ(magnitude_of_eta_squared(0.14), Magnitude::large);
}

}  // namespace
}  // namespace wattlens::stats
