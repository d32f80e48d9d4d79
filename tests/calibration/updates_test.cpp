#include "calibration/updates.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <iterator>
#include <vector>

#include "base/random.h"

namespace wattlens::calibration {
namespace {

using record::Samples;
using testing::HasSubstr;

// Readings every millisecond, of a channel that shows `value` at a time in milliseconds.
Samples samples_of(int count, const std::function<std::int64_t(int)>& value) {
  Samples samples;
  samples.channels = {"gpu.0"};
  samples.values.resize(1);
  for (int i = 0; i < count; ++i) {
    samples.time_us.push_back(1'000'000 + 1000 * i);
    samples.bracket_us.push_back(1);
    samples.values[0].push_back(value(i));
  }
  return samples;
}

Updates find(const Samples& samples, record::ChannelKind kind = record::ChannelKind::power) {
  record::Channel channel;
  channel.id = "gpu.0";
  channel.kind = kind;
  return find_updates(channel, samples, 0);
}

TEST(FindUpdates, ThereAreNoneInNoSamplesOneSampleOrEqualOnes) {
  for (const int count : {0, 1, 2, 5000}) {
    const Updates updates = find(samples_of(count, [](int) { return 7; }));
    EXPECT_TRUE(updates.list.empty()) << count;
    EXPECT_FALSE(updates.period.value.has_value()) << count;
    EXPECT_THAT(updates.period.reason, HasSubstr("moved only 0 times")) << count;
    EXPECT_FALSE(updates.jitter.value.has_value()) << count;
  }
}

TEST(FindUpdates, ThereAreNoneWhereNothingCouldBeRead) {
  EXPECT_TRUE(find(samples_of(500, [](int) { return Samples::kNoReading; })).list.empty());
}

TEST(FindUpdates, OfAGaugeAreItsNewReadings) {
  const Updates updates = find(samples_of(2000, [](int ms) { return 1'000'000LL * (ms / 40 % 7); }));
  ASSERT_EQ(updates.list.size(), 49U);
  EXPECT_NEAR(updates.period.value->value.value, 0.04, 1e-9);
  EXPECT_DOUBLE_EQ(updates.list[1].power.value, 2.0);
  EXPECT_NEAR(updates.list[0].half_width.value, 0.0005, 1e-9);
  EXPECT_DOUBLE_EQ(updates.step.value, 1.0);
  EXPECT_FALSE(updates.is_fine);
  EXPECT_FALSE(updates.jitter.value.has_value()) << "it has none";
}

// New values at those of five updates of 40 ms.
Samples some_new(const std::vector<int>& of_five) {
  return samples_of(6000, [of_five](int ms) {
    const int update = ms / 40;
    std::int64_t changes = std::int64_t{update / 5} * std::ssize(of_five);
    for (const int one : of_five) changes += update % 5 >= one ? 1 : 0;
    return 1'000'000 * changes;
  });
}

TEST(FindUpdates, ThoseThatShowNothingNewAreCountedByRounding) {
  const Updates updates = find(some_new({0, 1, 3}));
  ASSERT_TRUE(updates.period.value.has_value()) << updates.period.reason;
  EXPECT_NEAR(updates.period.value->value.value, 0.04, 1e-6);
}

TEST(FindUpdates, OfWhichNoTwoNeighboursShowNewValuesHaveNoPeriod) {
  const Updates updates = find(some_new({0, 3}));
  EXPECT_FALSE(updates.period.value.has_value());
  EXPECT_THAT(updates.period.reason, HasSubstr("regular"));
}

TEST(FindUpdates, OfACounterAreTheEnergiesOfSinglePeriods) {
  const Updates updates =
      find(samples_of(2000, [](int ms) { return 2'000'000LL * (ms / 50); }), record::ChannelKind::counter);
  ASSERT_EQ(updates.list.size(), 38U) << "the first of 39 has none before it";
  for (const Update& update : updates.list) EXPECT_NEAR(update.power.value, 40.0, 1e-6);
}

TEST(FindUpdates, AGapIsNoUpdate) {
  const Samples samples = samples_of(4000, [](int ms) -> std::int64_t {
    return ms >= 1010 && ms < 1230 ? Samples::kNoReading : std::int64_t{1'000'000} * (ms / 40 % 7);
  });
  for (const Update& update : find(samples).list) EXPECT_LE(update.half_width.value, 0.001);
}

TEST(FindUpdates, ThatComeAtRandomHaveNoPeriod) {
  base::Random random(3);
  std::int64_t value = 0;
  const Updates updates =
      find(samples_of(20'000, [&](int) { return value += random.uniform() < 0.02 ? 1'000'000 : 0; }));
  EXPECT_FALSE(updates.period.value.has_value());
  EXPECT_THAT(updates.period.reason, HasSubstr("regular"));
}

TEST(FindUpdates, ThatComeAtEveryReadingAreNotSeenSingly) {
  const Updates updates = find(samples_of(2000, [](int ms) { return 40'000LL * ms; }), record::ChannelKind::counter);
  EXPECT_TRUE(updates.is_fine);
  EXPECT_FALSE(updates.period.value.has_value());
  ASSERT_GT(updates.list.size(), 100U);
  for (const Update& update : updates.list) EXPECT_NEAR(update.power.value, 40.0, 1e-6);
}

}  // namespace
}  // namespace wattlens::calibration
