#include "calibration/load_history.h"

#include <gtest/gtest.h>

namespace wattlens::calibration {
namespace {

using base::MonoTime;
using base::Seconds;

MonoTime at(double s) { return MonoTime{} + Seconds{s}; }

TEST(LoadHistory, WithoutASwitchTheLoadWasNeverOn) {
  const LoadHistory history;
  EXPECT_TRUE(history.empty());
  EXPECT_EQ(history.on_until(at(5)).value, 0.0);
}

TEST(LoadHistory, TheTimeThatItWasOnAddsUp) {
  LoadHistory history;
  history.add(at(1), true);
  history.add(at(3), false);
  history.add(at(4), true);
  EXPECT_EQ(history.first(), at(1));
  EXPECT_DOUBLE_EQ(history.on_until(at(0.5)).value, 0.0);
  EXPECT_DOUBLE_EQ(history.on_until(at(1)).value, 0.0);
  EXPECT_DOUBLE_EQ(history.on_until(at(2.5)).value, 1.5);
  EXPECT_DOUBLE_EQ(history.on_until(at(3.5)).value, 2.0);
  EXPECT_DOUBLE_EQ(history.on_until(at(6)).value, 4.0) << "it stays as the last switch left it";
}

TEST(LoadHistory, ASwitchToWhatItIsAlreadyIsNone) {
  LoadHistory history;
  history.add(at(1), false);
  EXPECT_TRUE(history.empty());
  history.add(at(2), true);
  history.add(at(3), true);
  EXPECT_DOUBLE_EQ(history.on_until(at(4)).value, 2.0);
}

}  // namespace
}  // namespace wattlens::calibration
