#include "meter/edges.h"

#include <gtest/gtest.h>

namespace wattlens::meter {
namespace {

// A counter that moves by 1 mJ between looks 10 ms apart, each of which took so long.
record::Samples looks(std::uint8_t bracket_us) {
  record::Samples samples;
  samples.channels = {"gpu.0"};
  samples.values.resize(1);
  for (std::int64_t i = 0; i < 10; ++i) {
    samples.time_us.push_back(10'000 * i);
    samples.bracket_us.push_back(bracket_us);
    samples.values[0].push_back(1000 * (i / 2));  // every other look shows a change
  }
  return samples;
}

Track track_of(const record::Samples& samples) {
  record::Channel channel;
  channel.id = "gpu.0";
  return find_edges(channel, samples, 0, base::MonoTime{0}, base::MonoTime{90'000'000});
}

TEST(Edges, AnEdgeIsAsWideAsTheStepAndHalfOfBothBrackets) {
  const Track track = track_of(looks(100));
  ASSERT_EQ(track.edges.size(), 4U);
  EXPECT_NEAR(track.edges[0].half_width.value, 0.5 * 0.0101, 1e-9);
  EXPECT_NEAR(track.edges[0].time.value, 0.020 + 0.00005 - 0.5 * 0.0101, 1e-9);
}

TEST(Edges, ABracketWhoseWidthWasNotKeptIsTheTimeSinceTheLookBefore) {
  const Track track = track_of(looks(255));
  ASSERT_EQ(track.edges.size(), 4U);
  EXPECT_NEAR(track.edges[0].half_width.value, 0.5 * 0.020, 1e-9);
}

TEST(Edges, ARestIsTheTimeOfEqualReadings) {
  const Track track = track_of(looks(0));
  ASSERT_EQ(track.rests.size(), 5U);
  EXPECT_NEAR((track.rests[1].end - track.rests[1].begin).value, 0.01, 1e-9);
}

TEST(Edges, AGapBetweenDifferentReadingsIsNoRest) {
  record::Samples samples = looks(0);
  for (int i = 3; i < 8; ++i) samples.values[0][static_cast<std::size_t>(i)] = record::Samples::kNoReading;
  for (const Rest& rest : track_of(samples).rests) EXPECT_LE((rest.end - rest.begin).value, 0.0101);
}

}  // namespace
}  // namespace wattlens::meter
