#include "meter/command_gauge.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "base/random.h"
#include "fake/fake_clock.h"
#include "fake/fake_meter.h"
#include "meter/command_log.h"

namespace wattlens::meter {
namespace {

using base::Random;
using base::Seconds;

// A gauge in front of a command: `idle` watts, then `work` for `length`, then `idle` again.
struct Scene {
  double period_s = 0.1;
  double window_s = 0.1;
  double lag_s = 0.0;
  double length_s = 1.0;
  double idle_w = 60.0;
  double work_w = 300.0;
  double phase_s = 0.0;
};

struct Outcome {
  ChannelResult result;
  GaugeLooks looks;
  Seconds after;  // how long the look after the command took
  double truth = 0.0;
};

Outcome measure(const Scene& scene) {
  fake::FakeClock clock;
  const base::MonoTime start = clock.now();
  double begin = 1e9;
  const auto joules = [&](double time) {
    return scene.idle_w * time + (scene.work_w - scene.idle_w) * std::clamp(time - begin, 0.0, scene.length_s);
  };
  fake::FakeChannel fake;
  fake.channel = fake::counter_channel("gpu.0");
  fake.channel.kind = record::ChannelKind::power;
  fake.channel.update_period = Seconds{scene.period_s};
  fake.channel.averaging_window = Seconds{scene.window_s};
  fake.channel.lag = Seconds{scene.lag_s};
  fake.power_w = [&](double time) {
    const double tick = std::floor((time - scene.phase_s) / scene.period_s) * scene.period_s + scene.phase_s;
    const double seen = tick - scene.lag_s;
    return (joules(seen) - joules(seen - scene.window_s)) / scene.window_s;
  };
  std::vector<std::unique_ptr<Meter>> list;
  list.push_back(std::make_unique<fake::FakeMeter>(clock, std::vector{fake}));
  MeterSet meters(std::move(list));
  CommandLog log(meters, clock);
  const CommandLog::Stop go_on = [] { return false; };
  log.look_before({}, go_on);
  const base::MonoTime began = clock.now();
  begin = (began - start).value;
  log.begin(began);
  const base::MonoTime ended = began + Seconds{scene.length_s};
  while (clock.now() + CommandLog::kPeriod < ended) {
    clock.advance(CommandLog::kPeriod);
    log.sample();
  }
  clock.set(ended);
  log.look_after(ended, {}, go_on);
  return {.result = measure_command_gauge(fake.channel, log.samples(), 0, began, ended),
          .looks = gauge_looks(fake.channel, log.samples(), 0, began, ended),
          .after = clock.now() - ended,
          .truth = scene.work_w * scene.length_s};
}

TEST(CommandGauge, ACommandShorterThanWhatAReadingAveragesOverIsNotLost) {
  const Outcome outcome = measure({.window_s = 1.0, .length_s = 0.3});
  ASSERT_TRUE(outcome.result.value);
  EXPECT_NEAR(outcome.result.value->value, outcome.truth, 0.02 * outcome.truth);
}

TEST(CommandGauge, TheLookAfterLastsUntilTheCommandIsForgotten) {
  const Outcome slow = measure({.window_s = 1.0, .lag_s = 0.2});
  EXPECT_GE(slow.after, Seconds{1.2});
  EXPECT_LE(slow.after, Seconds{1.6});
  EXPECT_LE(measure({}).after, Seconds{0.4});
  ASSERT_TRUE(slow.looks.after);
  EXPECT_NEAR(slow.looks.after->power.value, 60.0, 1e-6);
  EXPECT_NEAR(slow.looks.before->power.value, 60.0, 1e-6);
}

TEST(CommandGauge, ALagThatIsKnownCostsNothing) {
  const Outcome outcome = measure({.lag_s = 0.15});
  EXPECT_NEAR(outcome.result.value->value, outcome.truth, 0.02 * outcome.truth);
}

TEST(CommandGauge, TheIntervalHoldsTheTruth) {
  Random random(5);
  for (const double window : {0.05, 0.1, 0.25, 1.0}) {
    int held = 0;
    constexpr int kCommands = 200;
    for (int i = 0; i < kCommands; ++i) {
      const Scene scene{.window_s = window,
                        .lag_s = random.uniform(0.0, 0.1),
                        .length_s = 0.02 * std::pow(250.0, random.uniform()),
                        .idle_w = random.uniform(20.0, 100.0),
                        .work_w = random.uniform(120.0, 500.0),
                        .phase_s = random.uniform(0.0, 0.1)};
      const Outcome outcome = measure(scene);
      ASSERT_TRUE(outcome.result.value);
      held += std::abs(outcome.result.value->value - outcome.truth) <= outcome.result.spread.half_width() ? 1 : 0;
    }
    EXPECT_GE(held, kCommands * 93 / 100) << window;
  }
}

TEST(CommandGauge, OfASensorThatSeesAQuarterOnlyALimitIsKnown) {
  Scene scene{.window_s = 0.025};
  const Outcome outcome = measure(scene);
  const Outcome whole = measure({});
  EXPECT_GT(outcome.result.spread.half_width(), whole.result.spread.half_width());
}

}  // namespace
}  // namespace wattlens::meter
