#include "cli/gpu_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<record::Channel> two_gpus() {
  std::vector<record::Channel> channels(4);
  channels[0].id = "cpu.package.0";
  channels[1].id = "gpu.0";
  channels[1].device = "GPU-11111111-aaaa";
  channels[2].id = "gpu.1";
  channels[2].device = "GPU-22222222-bbbb";
  channels[3].id = "gpu.1.slice.0";
  channels[3].device = "MIG-33333333-cccc";
  return channels;
}

std::vector<std::string> ids(const std::string& choice, const std::optional<std::string>& visible = {}) {
  const auto chosen = choose_gpus(two_gpus(), choice, visible);
  std::vector<std::string> result;
  for (const auto& channel : chosen->channels) result.push_back(channel.id);
  if (!chosen->warnings.empty()) result.push_back(chosen->warnings[0].code);
  return result;
}

TEST(GpuChoice, AllThatTheCommandMaySeeByDefault) {
  EXPECT_THAT(ids("visible"), ElementsAre("cpu.package.0", "gpu.0", "gpu.1", "gpu.1.slice.0"));
  EXPECT_THAT(ids("visible", "1"), ElementsAre("cpu.package.0", "gpu.1", "gpu.1.slice.0"));
  EXPECT_THAT(ids("visible", "GPU-22222222"), ElementsAre("cpu.package.0", "gpu.1", "gpu.1.slice.0"));
  EXPECT_THAT(ids("visible", "MIG-33333333"), ElementsAre("cpu.package.0", "gpu.1", "gpu.1.slice.0"));
  EXPECT_THAT(ids("visible", ""), ElementsAre("cpu.package.0"));
  EXPECT_THAT(ids("visible", "0,-1,1"), ElementsAre("cpu.package.0", "gpu.0"));
  EXPECT_THAT(ids("all", "0"), ElementsAre("cpu.package.0", "gpu.0", "gpu.1", "gpu.1.slice.0"));
}

TEST(GpuChoice, WhatCannotBeToldCountsAsAll) {
  EXPECT_THAT(ids("visible", "MIG-1234"),
              ElementsAre("cpu.package.0", "gpu.0", "gpu.1", "gpu.1.slice.0", "gpus_unknown"));
}

TEST(GpuChoice, AListNamesThem) { EXPECT_THAT(ids("1"), ElementsAre("cpu.package.0", "gpu.1", "gpu.1.slice.0")); }

TEST(GpuChoice, ThoseThatAreNamedAreUsedAndATotalNeedsThem) {
  EXPECT_THAT(choose_gpus(two_gpus(), "1", {})->used, ElementsAre("gpu.1"));
  EXPECT_THAT(choose_gpus(two_gpus(), "visible", "0")->used, ElementsAre("gpu.0"));
  EXPECT_THAT(choose_gpus(two_gpus(), "visible", "MIG-33333333")->used, ElementsAre("gpu.1"));
  EXPECT_THAT(choose_gpus(two_gpus(), "visible", {})->used, ElementsAre());
  EXPECT_THAT(choose_gpus(two_gpus(), "all", "0")->used, ElementsAre());
}

TEST(GpuChoice, OneThatIsNotThereIsAnErrorThatNamesWhatIs) {
  const auto chosen = choose_gpus(two_gpus(), "7", {});
  ASSERT_FALSE(chosen);
  EXPECT_EQ(chosen.error().kind, ErrorKind::usage);
  EXPECT_THAT(chosen.error().message, HasSubstr("gpu.7"));
  EXPECT_THAT(chosen.error().hint, HasSubstr("gpu.0, gpu.1"));
  EXPECT_THAT(choose_gpus({}, "0", {}).error().hint, HasSubstr("no GPU"));
  EXPECT_FALSE(choose_gpus(two_gpus(), "first", {}));
}

}  // namespace
}  // namespace wattlens::cli
