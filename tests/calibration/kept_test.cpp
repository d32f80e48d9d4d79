#include "calibration/kept.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "fake/temporary_folder.h"

namespace wattlens::calibration {
namespace {

using testing::HasSubstr;

KeptCalibration example() {
  KeptCalibration kept;
  kept.sensor = {.channel = "gpu.0", .method = "nvml power (instant)", .part = "GPU-1", .driver = "570.86"};
  kept.date = "2026-11-21";
  kept.load = "./burn";
  kept.wattlens_version = "0.1.0";
  Figures& figures = kept.figures;
  figures.update_period.value = record::Estimate<Seconds>{{0.1}, {0.099}, {0.101}};
  figures.jitter.reason = "below 1 ms";
  figures.averaging_window.value = record::Estimate<Seconds>{{0.025}, {0.024}, {0.026}};
  figures.lag.value = record::Estimate<Seconds>{{0.01}, {0.0}, {0.02}};
  figures.duty.value = record::Estimate<double>{0.25, 0.24, 0.26};
  figures.idle_noise.value = record::Estimate<Watts>{{1.0}, {0.8}, {1.2}};
  figures.load_power.value = record::Estimate<Watts>{{300.0}, {299.0}, {301.0}};
  return kept;
}

record::Channel channel_of(const KeptCalibration& kept) {
  record::Channel channel;
  channel.id = kept.sensor.channel;
  channel.kind = record::ChannelKind::power;
  channel.method = kept.sensor.method;
  channel.device = kept.sensor.part;
  channel.driver = kept.sensor.driver;
  channel.provenance = record::Provenance::measured;
  channel.update_period = base::seconds(1.0);
  channel.figures_from = "profile";
  return channel;
}

TEST(KeptCalibrations, ThereAreNoneWithoutAFile) {
  const fake::TemporaryFolder folder;
  const auto kept = read_kept(folder.path() / "calibrations.json");
  ASSERT_TRUE(kept.has_value());
  EXPECT_TRUE(kept->empty());
}

TEST(KeptCalibrations, AreReadAsTheyWereWritten) {
  const fake::TemporaryFolder folder;
  const base::Path file = folder.path() / "new" / "calibrations.json";
  ASSERT_TRUE(write_kept(file, std::vector{example()}).has_value());
  const auto kept = read_kept(file);
  ASSERT_TRUE(kept.has_value()) << kept.error().message;
  ASSERT_EQ(kept->size(), 1U);
  EXPECT_EQ(kept->front().sensor, example().sensor);
  EXPECT_EQ(to_text(*kept), to_text(std::vector{example()}));
  EXPECT_EQ(kept->front().figures.jitter.reason, "below 1 ms");
  EXPECT_FALSE(kept->front().figures.jitter.value.has_value());
  EXPECT_DOUBLE_EQ(kept->front().figures.averaging_window.value->high.value, 0.026);
}

TEST(KeptCalibrations, ABrokenFileIsNamedWithWhatIsWrong) {
  const std::string good = to_text(std::vector{example()});
  const auto with = [&](std::string_view old, std::string_view now) {
    std::string text = good;
    text.replace(text.find(old), old.size(), now);
    const auto parsed = parse_kept(text, "here.json");
    EXPECT_FALSE(parsed.has_value()) << now;
    return parsed ? Error{} : parsed.error();
  };
  EXPECT_THAT(with("wattlens.calibrations/1", "wattlens.calibrations/9").message, HasSubstr("wattlens.calibrations/9"));
  EXPECT_THAT(with("\"method\"", "\"methods\"").message, HasSubstr("methods"));
  EXPECT_THAT(with("0.024", "0.027").message, HasSubstr("averaging_window_s"));
  EXPECT_THAT(with("0.024", "-1.0").message, HasSubstr("averaging_window_s"));
  EXPECT_THAT(with("\"jitter_s\"", "\"jitters_s\"").message, HasSubstr("jitters_s"));
  EXPECT_THAT(with("{", "[").message, HasSubstr("here.json"));
  EXPECT_THAT(with("{", "[").hint, HasSubstr("--forget"));
}

TEST(KeptCalibrations, ANewerOneTakesThePlaceOfAnOlderOfTheSameChannel) {
  std::vector<KeptCalibration> kept = {example()};
  KeptCalibration other = example();
  other.sensor.channel = "gpu.1";
  keep(other, kept);
  KeptCalibration newer = example();
  newer.date = "2027-01-01";
  keep(newer, kept);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].sensor.channel, "gpu.1");
  EXPECT_EQ(kept[1].date, "2027-01-01");
}

TEST(KeptCalibrations, TakeThePlaceOfTheProfile) {
  record::Channel channel = channel_of(example());
  EXPECT_FALSE(apply_kept(std::vector{example()}, {}, channel).has_value());
  EXPECT_DOUBLE_EQ(channel.update_period->value, 0.1);
  EXPECT_DOUBLE_EQ(channel.averaging_window->value, 0.025);
  EXPECT_DOUBLE_EQ(channel.lag->value, 0.01);
  EXPECT_DOUBLE_EQ(channel.duty.value(), 0.25);
  EXPECT_EQ(channel.figures_from, "calibrated 2026-11-21");
}

TEST(KeptCalibrations, AFigureThatWasNotResolvedLeavesTheProfiles) {
  KeptCalibration kept = example();
  kept.figures.update_period = {{}, "too fast"};
  kept.figures.averaging_window = {{}, "too short"};
  kept.figures.duty = {{}, "too short"};
  record::Channel channel = channel_of(kept);
  channel.duty = 0.5;
  EXPECT_FALSE(apply_kept(std::vector{kept}, {}, channel).has_value());
  EXPECT_DOUBLE_EQ(channel.update_period->value, 1.0);
  EXPECT_FALSE(channel.averaging_window.has_value());
  EXPECT_EQ(channel.duty, 0.5);
}

TEST(KeptCalibrations, ASensorThatMaySeeAllOfTheTimeIsNotTakenForBlind) {
  KeptCalibration kept = example();
  kept.figures.duty.value = record::Estimate<double>{0.98, 0.95, 1.0};
  record::Channel channel = channel_of(kept);
  channel.duty = 0.25;
  EXPECT_FALSE(apply_kept(std::vector{kept}, {}, channel).has_value());
  EXPECT_FALSE(channel.duty.has_value());
}

TEST(KeptCalibrations, OfAnotherPartDriverOrReadingAreNotUsedAndItIsSaid) {
  const auto remark = [](auto change) {
    record::Channel channel = channel_of(example());
    change(channel);
    const auto said = apply_kept(std::vector{example()}, {}, channel);
    EXPECT_DOUBLE_EQ(channel.update_period->value, 1.0);
    EXPECT_EQ(channel.figures_from, "profile");
    EXPECT_TRUE(said.has_value());
    EXPECT_EQ(said->code, "calibration_not_used");
    EXPECT_EQ(said->channel, "gpu.0");
    EXPECT_THAT(said->hint, HasSubstr("calibrate gpu.0"));
    return said->message;
  };
  EXPECT_THAT(remark([](auto& channel) { channel.driver = "580.1"; }), HasSubstr("570.86, here 580.1"));
  EXPECT_THAT(remark([](auto& channel) { channel.device = "GPU-2"; }), HasSubstr("another part"));
  EXPECT_THAT(remark([](auto& channel) { channel.method = "nvml"; }), HasSubstr("another reading"));
}

TEST(KeptCalibrations, SayNothingOfOtherChannelsOrOfMissingOnes) {
  record::Channel other = channel_of(example());
  other.id = "gpu.1";
  EXPECT_FALSE(apply_kept(std::vector{example()}, {}, other).has_value());
  EXPECT_DOUBLE_EQ(other.update_period->value, 1.0);
  record::Channel missing = channel_of(example());
  missing.provenance = record::Provenance::missing;
  missing.device = "GPU-2";
  EXPECT_FALSE(apply_kept(std::vector{example()}, {}, missing).has_value());
}

TEST(SensorIdentity, OfAProcessorsCounterIsTheProcessorAndTheKernel) {
  record::Channel channel;
  channel.id = "cpu.package.0";
  channel.method = "powercap";
  record::MachineState machine;
  machine.cpu.model_name = "Example 9000";
  for (const auto& [kernel, version] : {std::pair("Linux 6.8.0-45-generic", "Linux 6.8"), std::pair("6.12", "6.12"),
                                        std::pair("odd", "odd"), std::pair("", "")}) {
    machine.kernel = kernel;
    const SensorIdentity identity = identity_of(channel, machine);
    EXPECT_EQ(identity.part, "Example 9000");
    EXPECT_EQ(identity.driver, version);
  }
}

}  // namespace
}  // namespace wattlens::calibration
