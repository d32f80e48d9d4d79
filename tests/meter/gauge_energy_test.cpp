#include "meter/gauge_energy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "base/random.h"

namespace wattlens::meter {
namespace {

using base::MonoTime;
using base::Seconds;
using base::Watts;

constexpr Seconds kSecond{1.0};

// A board of known power and a gauge in front of it: every period it shows the mean of the last `window`.
struct Sensor {
  std::function<double(double)> watts = [](double) { return 100.0; };  // true, since the begin of the samples
  double period_s = 0.1;
  double window_s = 0.1;
  double phase_s = 0.0;

  double joules(double from, double to) const {
    const int steps = static_cast<int>(std::ceil((to - from) / 0.0005));
    const double step = (to - from) / steps;
    double sum = 0.0;
    for (int i = 0; i < steps; ++i) sum += watts(from + (i + 0.5) * step) * step;
    return sum;
  }

  record::Samples sample(double length_s) const {
    record::Samples samples;
    samples.channels = {"gpu.0"};
    samples.values.resize(1);
    double shown_at = -1.0;
    std::int64_t shown = 0;
    for (int i = 0; i <= std::lround(length_s * 100.0); ++i) {
      const double t = i * 0.01;
      const double tick = std::floor((t - phase_s) / period_s) * period_s + phase_s;
      if (tick != shown_at) shown = std::llround(joules(tick - window_s, tick) / window_s * 1e6);
      shown_at = tick;
      samples.time_us.push_back(std::llround(t * 1e6));
      samples.bracket_us.push_back(2);
      samples.values[0].push_back(shown);
    }
    return samples;
  }
};

record::Channel gauge(const Sensor& sensor) {
  record::Channel channel;
  channel.id = "gpu.0";
  channel.kind = record::ChannelKind::power;
  channel.provenance = record::Provenance::measured;
  channel.update_period = Seconds{sensor.period_s};
  channel.averaging_window = Seconds{sensor.window_s};
  if (sensor.window_s < sensor.period_s) channel.duty = sensor.window_s / sensor.period_s;
  channel.largest_power = Watts{700.0};
  return channel;
}

ChannelResult measure(const Sensor& sensor, double begin_s, double end_s, Seconds batch = {10.0}) {
  const MonoTime origin{};
  return measure_gauge(gauge(sensor), sensor.sample(end_s + 0.02), 0, origin + begin_s * kSecond,
                       origin + end_s * kSecond, batch);
}

// How far the truth is from the energy, in half-widths of the 95 % interval.
double miss(const Sensor& sensor, const ChannelResult& result, double begin_s, double end_s) {
  return std::abs(result.value->value - sensor.joules(begin_s, end_s)) / result.spread.half_width();
}

TEST(GaugeEnergy, WithoutReadingsThereIsNone) {
  record::Samples samples;
  samples.channels = {"gpu.0"};
  samples.values.resize(1);
  const auto result = measure_gauge(gauge(Sensor{}), samples, 0, MonoTime{0}, MonoTime{1'000'000'000}, kSecond);
  EXPECT_FALSE(result.value.has_value());
  EXPECT_EQ(result.reason, "unreadable");
}

TEST(GaugeEnergy, AConstantReadingIsAliveAndKnownToItsLastDigit) {
  Sensor sensor;
  for (const auto& [watts, digit] : {std::pair(100.0, 1.0), std::pair(99.7, 0.1), std::pair(99.703, 0.001)}) {
    sensor.watts = [watts](double) { return watts; };
    const ChannelResult result = measure(sensor, 1.0, 3.0);
    ASSERT_TRUE(result.value.has_value());
    EXPECT_NEAR(result.value->value, 2.0 * watts, 1e-5);
    EXPECT_NEAR(result.spread.half_width(), 0.95 * 0.5 * digit * 2.0, 1e-5);
  }
}

TEST(GaugeEnergy, ReadingsThatMoveRoundUpAsOftenAsDown) {
  const auto half_width = [](double range) {
    record::Samples samples;
    samples.channels = {"gpu.0"};
    samples.values.resize(1);
    for (int i = 0; i <= 100; ++i) {
      samples.time_us.push_back(std::int64_t{i} * 20'000);
      samples.bracket_us.push_back(2);
      samples.values[0].push_back(100'000'000 + std::int64_t{i} % 2 * std::llround(range * 1e6));
    }
    record::Channel channel = gauge(Sensor{.period_s = 0.02, .window_s = 0.02});
    return measure_gauge(channel, samples, 0, MonoTime{0}, MonoTime{2'000'000'000}, kSecond).spread.half_width();
  };
  EXPECT_GT(half_width(1.0), 0.95);
  EXPECT_LT(half_width(2.0), half_width(1.0));
}

TEST(GaugeEnergy, AMeanOfOneSecondSaysNothingOfHalfASecond) {
  Sensor sensor;
  sensor.window_s = 1.0;
  const ChannelResult result = measure(sensor, 2.0, 2.5);
  EXPECT_FALSE(result.value.has_value());
  EXPECT_EQ(result.reason, "too_short");
}

TEST(GaugeEnergy, AMeanOfOneSecondIsNotTakenForAFastSensor) {
  Sensor sensor;
  sensor.window_s = 1.0;
  sensor.watts = [](double t) { return t < 2.0 ? 60.0 : 600.0; };
  const ChannelResult result = measure(sensor, 2.0, 5.0);
  ASSERT_TRUE(result.value.has_value());
  EXPECT_LT(result.value->value, 1800.0 * 0.9);
  EXPECT_LE(miss(sensor, result, 2.0, 5.0), 1.0);
}

TEST(GaugeEnergy, AValueThatStaysIsOneValueHoweverOftenItIsRead) {
  // Power that differs from one period to the next: twenty values in 2 s, each read ten times.
  int held = 0;
  constexpr int kTrials = 200;
  base::Random random(7);
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> levels(400);
    for (double& level : levels) level = 200.0 + 100.0 * random.uniform();
    Sensor sensor;
    sensor.window_s = 0.05;
    sensor.phase_s = 0.1 * random.uniform();
    sensor.watts = [&](double t) { return levels[static_cast<std::size_t>(std::max(0.0, t + 2.0) / 0.02)]; };
    record::Channel channel = gauge(sensor);
    channel.duty.reset();  // without the bound for the blind time: what remains is what is judged here
    const MonoTime origin{};
    const auto result =
        measure_gauge(channel, sensor.sample(3.02), 0, origin + 1.0 * kSecond, origin + 3.0 * kSecond, Seconds{10.0});
    held += miss(sensor, result, 1.0, 3.0) <= 1.0 ? 1 : 0;
  }
  EXPECT_GE(held, kTrials * 93 / 100);
}

TEST(GaugeEnergy, ASensorThatSleepsThreeQuartersOfTheTimeIsNeverSilentlyNarrow) {
  // A load that keeps step with the sensor: it is seen at its lowest, or at its highest, in every period.
  for (const double shift : {0.0, 0.02, 0.05, 0.07}) {
    Sensor sensor;
    sensor.window_s = 0.025;
    sensor.watts = [=](double t) { return std::fmod(t + 10.0 - shift, 0.1) < 0.05 ? 60.0 : 650.0; };
    const ChannelResult result = measure(sensor, 1.0, 4.0);
    ASSERT_TRUE(result.value.has_value());
    EXPECT_LE(miss(sensor, result, 1.0, 4.0), 1.0) << shift;
  }
}

TEST(GaugeEnergy, WorkThatRepeatsManyTimesInOneLookIsKnownAllTheSame) {
  Sensor sensor;
  sensor.window_s = 0.025;
  sensor.watts = [](double t) { return std::fmod(t + 10.0, 0.001) < 0.0005 ? 300.0 : 500.0; };
  const ChannelResult blind = measure(sensor, 1.0, 4.0, Seconds{3.0});
  const ChannelResult mixed = measure(sensor, 1.0, 4.0, base::milliseconds(1.0));
  EXPECT_LT(mixed.spread.half_width(), 0.05 * blind.spread.half_width());
  EXPECT_LE(miss(sensor, mixed, 1.0, 4.0), 1.0);
}

TEST(GaugeEnergy, ACounterThatAddsUpASensorWhichSleepsIsNoNarrower) {
  record::Channel channel = gauge(Sensor{});
  channel.kind = record::ChannelKind::counter;
  record::Samples samples;
  samples.channels = {"gpu.0"};
  samples.values.resize(1);
  for (std::int64_t i = 0; i <= 400; ++i) {
    samples.time_us.push_back(i * 10'000);
    samples.bracket_us.push_back(2);
    samples.values[0].push_back(i * 1'000'000);  // 100 W
  }
  const auto half_width = [&] {
    return measure_channel(channel, samples, 0, MonoTime{1'000'000'000}, MonoTime{3'000'000'000}, Seconds{2.0})
        .spread.half_width();
  };
  EXPECT_LT(half_width(), 5.0);
  channel.duty = 0.25;
  EXPECT_GE(half_width(), 0.75 * 2.0 * (700.0 - 100.0));
}

TEST(GaugeEnergy, WithoutALimitOfThePartTheBlindTimeIsBoundedByTheLargestOfAll) {
  Sensor sensor;
  sensor.window_s = 0.025;
  const ChannelResult limited = measure(sensor, 1.0, 4.0);
  record::Channel channel = gauge(sensor);
  channel.largest_power.reset();
  const MonoTime origin{};
  const auto unlimited =
      measure_gauge(channel, sensor.sample(4.02), 0, origin + 1.0 * kSecond, origin + 4.0 * kSecond, Seconds{10.0});
  EXPECT_GT(unlimited.spread.half_width(), limited.spread.half_width());
}

}  // namespace
}  // namespace wattlens::meter
