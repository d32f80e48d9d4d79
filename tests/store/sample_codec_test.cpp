#include "store/sample_codec.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"

namespace wattlens::store {
namespace {

using record::Samples;

Samples one_channel(std::vector<std::int64_t> times, std::vector<std::int64_t> values) {
  Samples samples;
  samples.channels = {"cpu.package.0"};
  samples.bracket_us.assign(times.size(), 3);
  samples.time_us = std::move(times);
  samples.values = {std::move(values)};
  return samples;
}

// A counter polled at a steady rate with some jitter, under a noisy load.
Samples counter(std::size_t count, double rate_hz, double watts) {
  base::Random random(7);
  Samples samples;
  samples.channels = {"cpu.package.0"};
  samples.values.resize(1);
  double energy_uj = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    samples.time_us.push_back(
        static_cast<std::int64_t>(1e6 / rate_hz * static_cast<double>(i) + random.uniform(0, 60)));
    samples.bracket_us.push_back(static_cast<std::uint8_t>(2 + random.below(6)));
    energy_uj += watts / rate_hz * 1e6 * (1.0 + 0.05 * random.normal());
    samples.values[0].push_back(static_cast<std::int64_t>(energy_uj));
  }
  return samples;
}

std::vector<std::byte> blob_of(const Samples& samples) {
  SampleCodec codec;
  const auto blob = codec.encode(samples, 0, samples.size());
  EXPECT_TRUE(blob) << blob.error().message;
  return {blob->begin(), blob->end()};
}

void expect_round_trip(const Samples& samples) {
  Samples again;
  again.channels = samples.channels;
  SampleCodec codec;
  const auto decoded = codec.decode(blob_of(samples), again);
  ASSERT_TRUE(decoded) << decoded.error().message;
  EXPECT_EQ(again.time_us, samples.time_us);
  EXPECT_EQ(again.bracket_us, samples.bracket_us);
  EXPECT_EQ(again.values, samples.values);
}

TEST(SampleCodec, OneSampleSurvives) { expect_round_trip(one_channel({5}, {-7})); }

TEST(SampleCodec, EqualSamplesSurviveAndTakeNextToNoRoom) {
  const Samples samples = one_channel(std::vector<std::int64_t>(4096, 5), std::vector<std::int64_t>(4096, 9));
  expect_round_trip(samples);
  EXPECT_LT(blob_of(samples).size(), 100U);
}

TEST(SampleCodec, ExtremeValuesSurvive) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min() + 1;
  expect_round_trip(one_channel({kLeast, kMost, 0, kMost, kLeast}, {kMost, kLeast, -1, 1, kMost}));
  base::Random random(1);
  std::vector<std::int64_t> times(1000);
  std::vector<std::int64_t> values(1000);
  for (auto& time : times) time = static_cast<std::int64_t>(random.next());
  for (auto& value : values) value = static_cast<std::int64_t>(random.next());
  expect_round_trip(one_channel(times, values));
}

TEST(SampleCodec, GapsSurviveWhereverTheyAre) {
  constexpr auto kNone = Samples::kNoReading;
  expect_round_trip(one_channel({1}, {kNone}));
  expect_round_trip(one_channel({1, 2, 3}, {kNone, kNone, kNone}));
  expect_round_trip(one_channel({1, 2, 3, 4, 5}, {kNone, 10, kNone, 12, kNone}));
}

TEST(SampleCodec, TimesWithoutChannelsSurvive) {
  Samples samples;
  samples.time_us = {1, 2, 3};
  samples.bracket_us = {0, 255, 1};
  expect_round_trip(samples);
}

TEST(SampleCodec, ManyChannelsSurvive) {
  Samples samples = counter(300, 100.0, 50.0);
  for (int i = 1; i < 40; ++i) {
    samples.channels.push_back("gpu." + std::to_string(i));
    samples.values.push_back(samples.values[0]);
  }
  expect_round_trip(samples);
}

TEST(SampleCodec, APartOfTheSamplesIsTakenAndPartsAreJoined) {
  const Samples samples = counter(1000, 100.0, 50.0);
  SampleCodec codec;
  Samples again;
  again.channels = samples.channels;
  for (const auto& [first, count] : {std::pair(0, 400), std::pair(400, 600)}) {
    const auto blob = codec.encode(samples, static_cast<std::size_t>(first), static_cast<std::size_t>(count));
    ASSERT_TRUE(blob);
    const std::vector<std::byte> copy(blob->begin(), blob->end());
    ASSERT_TRUE(codec.decode(copy, again));
  }
  EXPECT_EQ(again.time_us, samples.time_us);
  EXPECT_EQ(again.values, samples.values);
}

TEST(SampleCodec, ASampleOfOneChannelTakesAtMostThreeAndAHalfBytes) {
  EXPECT_LE(blob_of(counter(kSamplesPerBlob, 1000.0, 50.0)).size(), kSamplesPerBlob * 35 / 10);
  EXPECT_LE(blob_of(counter(kSamplesPerBlob, 100.0, 50.0)).size(), kSamplesPerBlob * 35 / 10);
}

TEST(SampleCodec, ColumnsOfUnequalLengthAreRefused) {
  Samples samples = one_channel({1, 2, 3}, {1, 2, 3});
  samples.values[0].pop_back();
  EXPECT_FALSE(SampleCodec().encode(samples, 0, 3));
  samples = one_channel({1, 2, 3}, {1, 2, 3});
  samples.bracket_us.pop_back();
  EXPECT_FALSE(SampleCodec().encode(samples, 0, 3));
  samples = one_channel({1, 2, 3}, {1, 2, 3});
  samples.channels.clear();
  EXPECT_FALSE(SampleCodec().encode(samples, 0, 3));
}

TEST(SampleCodec, AnotherNumberOfChannelsIsRefused) {
  const auto blob = blob_of(one_channel({1, 2, 3}, {1, 2, 3}));
  Samples again;
  again.channels = {"a", "b"};
  const auto decoded = SampleCodec().decode(blob, again);
  ASSERT_FALSE(decoded);
  EXPECT_TRUE(again.time_us.empty());
}

TEST(SampleCodec, EveryTruncatedBlobIsRefused) {
  const auto blob = blob_of(counter(200, 100.0, 50.0));
  SampleCodec codec;
  for (std::size_t length = 0; length < blob.size(); ++length) {
    Samples again;
    again.channels = {"cpu.package.0"};
    ASSERT_FALSE(codec.decode(std::span(blob).first(length), again)) << length;
    EXPECT_EQ(again.size(), 0U);
  }
}

TEST(SampleCodec, EveryFlippedBitIsNoticedOrHarmless) {
  const Samples samples = counter(64, 100.0, 50.0);
  const auto blob = blob_of(samples);
  SampleCodec codec;
  int noticed = 0;
  for (std::size_t bit = 0; bit < blob.size() * 8; ++bit) {
    auto bad = blob;
    bad[bit / 8] ^= std::byte{1} << (bit % 8);
    Samples again;
    again.channels = samples.channels;
    if (!codec.decode(bad, again)) {
      ++noticed;
    } else {
      EXPECT_EQ(again.values, samples.values) << "bit " << bit << " changed a number silently";
      EXPECT_EQ(again.time_us, samples.time_us);
    }
  }
  EXPECT_GT(noticed, static_cast<int>(blob.size() * 8 * 9 / 10));
}

TEST(SampleCodec, NoiseIsRefused) {
  base::Random random(3);
  SampleCodec codec;
  for (int round = 0; round < 200; ++round) {
    std::vector<std::byte> noise(random.below(300));
    for (auto& byte : noise) byte = static_cast<std::byte>(random.next());
    Samples again;
    again.channels = {"a"};
    EXPECT_FALSE(codec.decode(noise, again));
  }
}

}  // namespace
}  // namespace wattlens::store
