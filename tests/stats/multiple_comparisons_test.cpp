#include "stats/multiple_comparisons.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <set>

#include "base/random.h"
#include "stats/reference.h"

namespace wattlens::stats {
namespace {

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;

TEST(Holm, OfNothingIsNothing) {
  EXPECT_TRUE(holm_adjusted({})->empty());
  EXPECT_TRUE(holm_levels({}, 0.05)->empty());
}

TEST(Holm, RefusesWhatIsNoProbability) {
  for (const double bad : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    const std::vector<double> p = {0.5, bad};
    EXPECT_FALSE(holm_adjusted(p));
    EXPECT_FALSE(holm_levels(p, 0.05));
  }
  EXPECT_FALSE(holm_levels(std::vector{0.5}, 0.0));
  EXPECT_FALSE(holm_levels(std::vector{0.5}, 1.0));
}

TEST(Holm, AgreesWithStatsmodels) {
  for (const auto& wanted : test_reference().at("holm")) {
    const auto found = holm_adjusted(wanted.at("p").get<std::vector<double>>());
    ASSERT_TRUE(found);
    for (std::size_t i = 0; i < found->size(); ++i) {
      EXPECT_NEAR((*found)[i], wanted.at("adjusted").at(i).get<double>(), 1e-15);
    }
  }
}

TEST(Holm, TheLevelsRejectWhatTheAdjustedPReject) {
  base::Random random(1);
  for (int trial = 0; trial < 500; ++trial) {
    std::vector<double> p(1 + random.below(6));
    for (double& x : p) x = random.uniform() * (random.below(2) == 0 ? 0.05 : 1.0);
    const auto adjusted = holm_adjusted(p);
    const auto levels = holm_levels(p, 0.05);
    for (std::size_t i = 0; i < p.size(); ++i) EXPECT_EQ(p[i] < (*levels)[i], (*adjusted)[i] < 0.05);
  }
}

TEST(CompactLetters, OfNoGroupsAndOfOne) {
  EXPECT_TRUE(compact_letters(0, {})->empty());
  EXPECT_EQ(*compact_letters(1, {}), (std::vector<std::vector<std::string>>{{"a"}}));
}

TEST(CompactLetters, RefusePairsThatAreNone) {
  EXPECT_FALSE(compact_letters(2, Pairs{{0, 2}}));
  EXPECT_FALSE(compact_letters(2, Pairs{{1, 1}}));
}

TEST(CompactLetters, ThreeOfWhichOnlyTheEndsDiffer) {
  EXPECT_EQ(*compact_letters(3, Pairs{{0, 2}}), (std::vector<std::vector<std::string>>{{"a"}, {"a", "b"}, {"b"}}));
}

TEST(CompactLetters, AreSharedExactlyWhereNoDifferenceWasFound) {
  base::Random random(2);
  for (int trial = 0; trial < 300; ++trial) {
    const std::size_t groups = 2 + random.below(7);
    Pairs different;
    for (std::size_t i = 0; i < groups; ++i) {
      for (std::size_t k = i + 1; k < groups; ++k) {
        if (random.below(3) == 0) different.emplace_back(i, k);
      }
    }
    const auto letters = compact_letters(groups, different);
    ASSERT_TRUE(letters);
    for (std::size_t i = 0; i < groups; ++i) {
      ASSERT_FALSE((*letters)[i].empty());
      for (std::size_t k = i + 1; k < groups; ++k) {
        const std::set<std::string> mine((*letters)[i].begin(), (*letters)[i].end());
        const bool shared = std::ranges::any_of((*letters)[k], [&](const auto& x) { return mine.contains(x); });
        const bool found_different = std::ranges::find(different, std::pair(i, k)) != different.end();
        EXPECT_EQ(shared, !found_different);
      }
    }
  }
}

TEST(CompactLetters, GoOnAfterZ) {
  // Every pair differs: one letter each.
  Pairs all;
  for (std::size_t i = 0; i < 28; ++i) {
    for (std::size_t k = i + 1; k < 28; ++k) all.emplace_back(i, k);
  }
  const auto letters = compact_letters(28, all);
  ASSERT_TRUE(letters);
  EXPECT_EQ(letters->front().front(), "a");
  EXPECT_EQ(letters->at(25).front(), "z");
  EXPECT_EQ(letters->at(27).front(), "ab");
}

}  // namespace
}  // namespace wattlens::stats
