#include "experiment/device_channels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/fake_meter.h"

namespace wattlens::experiment {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<record::Channel> channels(const std::vector<std::string>& ids) {
  std::vector<record::Channel> channels;
  for (const std::string& id : ids) channels.push_back(fake::counter_channel(id));
  return channels;
}

TEST(ChannelsOfDevice, AProcessorNeedsNoBoard) {
  EXPECT_THAT(channels_of_device("cpu", channels({"cpu.package.0", "gpu.0"})), IsEmpty());
}

TEST(ChannelsOfDevice, AnyGpuOfAnEngineMayBeAnyNvidiaBoard) {
  const auto all = channels({"cpu.package.0", "gpu.0", "gpu.0.slice.0", "gpu.1", "gpu.amd.0"});
  EXPECT_THAT(channels_of_device("gpu.0", all), ElementsAre("gpu.0", "gpu.1"));
}

TEST(ChannelsOfDevice, AGpuWithoutASensorIsMissedAndNotForgotten) {
  EXPECT_THAT(channels_of_device("gpu.0", channels({"cpu.package.0", "gpu.intel.0"})), ElementsAre("gpu.0"));
  EXPECT_THAT(channels_of_device("gpu.1", {}), ElementsAre("gpu.1"));
}

}  // namespace
}  // namespace wattlens::experiment
