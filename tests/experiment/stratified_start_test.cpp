#include "experiment/stratified_start.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace wattlens::experiment {
namespace {

using base::MonoTime;
using base::Seconds;

record::Channel quarter() {
  record::Channel channel;
  channel.id = "gpu.0";
  channel.kind = record::ChannelKind::power;
  channel.provenance = record::Provenance::measured;
  channel.update_period = Seconds{0.1};
  channel.averaging_window = Seconds{0.025};
  channel.duty = 0.25;
  return channel;
}

// A new value every 100 ms, at 30 ms, 130 ms, ...
record::Samples samples_of(double length_s) {
  record::Samples samples;
  samples.channels = {"cpu.package.0", "gpu.0"};
  samples.values.resize(2);
  for (std::int64_t i = 0; static_cast<double>(i) * 0.01 <= length_s; ++i) {
    samples.time_us.push_back(i * 10'000);
    samples.bracket_us.push_back(2);
    samples.values[0].push_back(i);
    samples.values[1].push_back(
        static_cast<std::int64_t>(std::floor((static_cast<double>(i) * 0.01 - 0.03 + 1e-9) / 0.1)) + 1);
  }
  return samples;
}

TEST(StratifiedStart, ARoundCoversTheSensorsPeriod) {
  const std::vector<record::Channel> channels{quarter()};
  EXPECT_EQ(round_of(channels), 4);
  const MonoTime now{400'000'000};
  std::vector<double> offsets;
  for (std::int64_t i = 0; i < 8; ++i) {
    const auto start = stratified_start(channels, samples_of(0.4), i, now);
    ASSERT_TRUE(start);
    EXPECT_GE(*start - now, Seconds{});
    EXPECT_LE(*start - now, Seconds{0.2});
    const double since = (*start - MonoTime{25'000'000}).value / 0.1;  // in updates, since the middle of the first one
    offsets.push_back(since - std::floor(since + 1e-6));
  }
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(offsets[i], 0.25 * static_cast<double>(i % 4), 1e-6);
}

// Batches of 100 ms, busy for a while and then quiet, that begin with the window: at any start the sensor sees the same
// quarter of each of them for ever.
TEST(StratifiedStart, TheMeanOfARoundIsRightWhereTheWorkKeepsStepWithTheSensor) {
  const std::vector<record::Channel> channels{quarter()};
  for (const double busy_s : {0.02, 0.05, 0.083}) {
    double sum = 0.0;
    double worst = 0.0;
    const double truth = 100.0 + 400.0 * busy_s / 0.1;
    for (std::int64_t i = 0; i < 4; ++i) {
      const auto start = stratified_start(channels, samples_of(0.4), i, MonoTime{400'000'000});
      double seen = 0.0;
      for (int step = 0; step < 250; ++step) {
        const double time = 10.03 - 0.025 + (step + 0.5) * 1e-4;  // one look, before the update at 10.03 s
        const double place = std::fmod(time - (*start - MonoTime{}).value, 0.1);
        seen += (place < busy_s ? 500.0 : 100.0) / 250.0;
      }
      sum += seen / 4.0;
      worst = std::max(worst, std::abs(seen / truth - 1.0));
    }
    EXPECT_NEAR(sum, truth, 0.01 * truth);
    EXPECT_GT(worst, 0.3) << "one repetition says little";
  }
}

TEST(StratifiedStart, SensorsThatSeeAllTheTimeNeedNone) {
  std::vector<record::Channel> channels{quarter()};
  channels[0].duty.reset();
  EXPECT_EQ(round_of(channels), 1);
  EXPECT_FALSE(stratified_start(channels, samples_of(0.4), 1, MonoTime{400'000'000}));
  channels[0] = quarter();
  channels[0].provenance = record::Provenance::missing;
  EXPECT_EQ(round_of(channels), 1);
}

TEST(StratifiedStart, WithoutAnUpdateInSightNothingIsWaitedFor) {
  record::Samples still = samples_of(0.4);
  for (auto& value : still.values[1]) value = 7;
  const std::vector<record::Channel> channels{quarter()};
  EXPECT_FALSE(stratified_start(channels, still, 1, MonoTime{400'000'000}));
  still.channels[1] = "gpu.1";
  EXPECT_FALSE(stratified_start(channels, still, 1, MonoTime{400'000'000}));
}

}  // namespace
}  // namespace wattlens::experiment
