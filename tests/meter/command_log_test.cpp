#include "meter/command_log.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "fake/fake_clock.h"
#include "fake/fake_meter.h"

namespace wattlens::meter {
namespace {

using base::Seconds;

const CommandLog::Stop kGoOn = [] { return false; };

MeterSet set_of(const base::Clock& clock, std::vector<fake::FakeChannel> channels) {
  std::vector<std::unique_ptr<Meter>> meters;
  meters.push_back(std::make_unique<fake::FakeMeter>(clock, std::move(channels)));
  return MeterSet(std::move(meters));
}

fake::FakeChannel channel_of(record::ChannelKind kind, Seconds period) {
  fake::FakeChannel fake;
  fake.channel = fake::counter_channel("gpu.0");
  fake.channel.kind = kind;
  if (kind == record::ChannelKind::model) fake.channel.provenance = record::Provenance::modelled;
  fake.channel.update_period = period;
  fake.update_period_s = period.value;
  return fake;
}

TEST(CommandLog, WithoutASensorNothingIsWaitedFor) {
  fake::FakeClock clock;
  MeterSet meters = set_of(clock, {});
  CommandLog log(meters, clock);
  const auto begin = clock.now();
  log.look_before({}, kGoOn);
  log.begin(clock.now());
  log.look_after(clock.now(), {}, kGoOn);
  EXPECT_EQ(clock.now(), begin);
}

TEST(CommandLog, AModelIsNotWaitedForUnlessTheCommandWasLong) {
  fake::FakeClock clock;
  MeterSet meters = set_of(clock, {channel_of(record::ChannelKind::model, Seconds{0.1})});
  CommandLog log(meters, clock);
  const auto before = clock.now();
  log.look_before({}, kGoOn);
  EXPECT_EQ(clock.now(), before);
  log.begin(clock.now());
  log.look_after(clock.now() + Seconds{0.05}, {}, kGoOn);
  EXPECT_EQ(clock.now(), before);
  clock.advance(Seconds{1.0});
  log.look_after(clock.now(), {}, kGoOn);
  EXPECT_GE(clock.now() - before, Seconds{1.1});
  EXPECT_LE(clock.now() - before, Seconds{1.25});
}

TEST(CommandLog, ACounterThatStandsStillIsWaitedForOnlySoLong) {
  fake::FakeClock clock;
  fake::FakeChannel fake = channel_of(record::ChannelKind::counter, Seconds{0.1});
  fake.stuck_from_s = 0.0;
  MeterSet meters = set_of(clock, {fake});
  CommandLog log(meters, clock);
  const auto begin = clock.now();
  log.look_before({}, kGoOn);
  EXPECT_LE(clock.now() - begin, Seconds{0.28});
}

TEST(CommandLog, ALookEndsWhenItIsToldTo) {
  fake::FakeClock clock;
  MeterSet meters = set_of(clock, {channel_of(record::ChannelKind::counter, Seconds{1.0})});
  CommandLog log(meters, clock);
  const auto begin = clock.now();
  log.look_before({}, [&] { return clock.now() - begin > Seconds{0.2}; });
  EXPECT_LE(clock.now() - begin, Seconds{0.25});
}

TEST(CommandLog, ALongCommandIsThinnedInItsMiddleOnly) {
  fake::FakeClock clock;
  fake::FakeChannel gauge = channel_of(record::ChannelKind::power, Seconds{0.1});
  gauge.channel.id = "node.meter";
  gauge.power_w = [](double time) { return 100.0 + time; };
  fake::FakeChannel counter = channel_of(record::ChannelKind::counter, Seconds{0.01});
  counter.energy_j = [](double time) { return 50.0 * time; };
  counter.reset_at_s = 700.0;
  MeterSet meters = set_of(clock, {counter, gauge});
  CommandLog log(meters, clock);
  log.look_before({}, kGoOn);
  const std::size_t before = log.samples().size();
  const auto begin = clock.now();
  log.begin(begin);
  while (clock.now() - begin < Seconds{3600.0}) {
    clock.advance(CommandLog::kPeriod);
    log.sample();
  }
  const record::Samples& samples = log.samples();
  EXPECT_LE(samples.size(), 60'001U);
  EXPECT_GT(samples.size(), 20'000U);
  // All of the look, and the last seconds, as they were read.
  EXPECT_LE(samples.time_us[before] - begin.ns / 1000, 11'000);
  for (std::size_t i = samples.size() - 150; i < samples.size(); ++i) {
    EXPECT_LE(samples.time_us[i] - samples.time_us[i - 1], 10'001);
  }
  int steps_down = 0;
  double gauge_j = 0.0;
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (samples.values[0][i] < samples.values[0][i - 1]) ++steps_down;
    const double step = static_cast<double>(samples.time_us[i] - samples.time_us[i - 1]) * 1e-6;
    gauge_j += 0.5e-6 * static_cast<double>(samples.values[1][i] + samples.values[1][i - 1]) * step;
  }
  EXPECT_EQ(steps_down, 1);
  const double length = (clock.now() - begin).value;
  EXPECT_NEAR(gauge_j / (100.0 * length + 0.5 * length * length), 1.0, 2e-3);
}

TEST(CommandLog, PowerIsThatSinceATime) {
  fake::FakeClock clock;
  fake::FakeChannel fake = channel_of(record::ChannelKind::counter, Seconds{0.001});
  fake.energy_j = [](double time) { return 80.0 * time; };
  MeterSet meters = set_of(clock, {fake});
  CommandLog log(meters, clock);
  const auto begin = clock.now();
  for (int i = 0; i < 100; ++i) {
    clock.advance(CommandLog::kPeriod);
    log.sample();
  }
  EXPECT_NEAR(log.power_since(begin + Seconds{0.5}, {"gpu.0"}).value, 80.0, 1.0);
  EXPECT_EQ(log.power_since(begin, {"gpu.1"}).value, 0.0);
  EXPECT_EQ(log.power_since(clock.now() + Seconds{1.0}, {"gpu.0"}).value, 0.0);
}

}  // namespace
}  // namespace wattlens::meter
