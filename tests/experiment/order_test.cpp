#include "experiment/order.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace wattlens::experiment {
namespace {

const std::vector<std::string> kIds = {"a", "b", "c", "d", "e"};

TEST(BlockOrder, OfNothingIsNothing) { EXPECT_TRUE(block_order({}, 1, 0).empty()); }

TEST(BlockOrder, HoldsEveryPointOnceAndRepeatsForASeed) {
  auto order = block_order(kIds, 1, 0);
  EXPECT_EQ(order, block_order(kIds, 1, 0));
  std::ranges::sort(order);
  EXPECT_EQ(order, kIds);
}

TEST(BlockOrder, DiffersBetweenBlocksAndSeeds) {
  EXPECT_NE(block_order(kIds, 1, 0), block_order(kIds, 1, 1));
  EXPECT_NE(block_order(kIds, 1, 0), block_order(kIds, 2, 0));
}

TEST(BlockOrder, LeavingOutAPointKeepsTheOrderOfTheOthers) {
  for (std::int64_t block = 0; block < 20; ++block) {
    auto all = block_order(kIds, 3, block);
    std::erase(all, "c");
    EXPECT_EQ(all, block_order(std::vector<std::string>{"e", "d", "b", "a"}, 3, block));
  }
}

TEST(BlockOrder, PutsEveryPointFirstEquallyOften) {
  std::map<std::string, int> first;
  for (std::int64_t block = 0; block < 5000; ++block) ++first[block_order(kIds, 4, block).front()];
  for (const std::string& id : kIds) EXPECT_NEAR(first[id], 1000, 120) << id;  // four standard deviations
}

}  // namespace
}  // namespace wattlens::experiment
