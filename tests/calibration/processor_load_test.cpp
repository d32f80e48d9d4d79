#include "calibration/processor_load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "base/clock.h"

namespace wattlens::calibration {
namespace {

TEST(ProcessorLoad, UsesTheProcessorWhileItIsOn) {
  auto load = make_processor_load(2);
  ASSERT_TRUE(load.has_value());
  EXPECT_THAT((*load)->describe(), testing::HasSubstr("2 threads"));
  const base::Seconds before = base::process_cpu_time();
  ASSERT_TRUE((*load)->set(true).has_value());
  // However busy the machine is, it gets some time at last.
  while ((base::process_cpu_time() - before).value < 0.05) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  ASSERT_TRUE((*load)->set(false).has_value());
}

TEST(ProcessorLoad, EndsWhetherItIsOnOrOff) {
  for (const bool on : {true, false}) {
    auto load = make_processor_load(1);
    ASSERT_TRUE(load.has_value());
    ASSERT_TRUE((*load)->set(on).has_value());
    load->reset();
  }
}

}  // namespace
}  // namespace wattlens::calibration
