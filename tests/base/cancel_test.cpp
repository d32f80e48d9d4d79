#include "base/cancel.h"

#include <gtest/gtest.h>

#include <thread>

namespace wattlens::base {
namespace {

TEST(Cancellation, SleepEndsAtItsTime) {
  const Cancellation cancel;
  const SystemClock clock;
  const MonoTime until = clock.now() + milliseconds(5);
  EXPECT_FALSE(cancel.sleep_until(clock, until));
  EXPECT_GE(clock.now(), until);
}

TEST(Cancellation, ARequestEndsTheSleep) {
  Cancellation cancel;
  const SystemClock clock;
  const MonoTime hour = clock.now() + seconds(3600);
  std::jthread other([&] { cancel.request(); });
  EXPECT_TRUE(cancel.sleep_until(clock, hour));
  EXPECT_TRUE(cancel.sleep_until(clock, hour)) << "a request stays made";
  EXPECT_LT(clock.now(), hour);
}

}  // namespace
}  // namespace wattlens::base
