#include "meter/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "fake/fake_meter.h"

namespace wattlens::meter {
namespace {

using base::milliseconds;
using record::Samples;

// Real threads and the real clock; nothing here depends on how fast the machine is.
class Samplers : public testing::Test {
 protected:
  MeterSet make(std::vector<fake::FakeChannel> channels) {
    std::vector<std::unique_ptr<Meter>> meters;
    meters.push_back(std::make_unique<fake::FakeMeter>(clock_, std::move(channels)));
    return MeterSet(std::move(meters));
  }
  static fake::FakeChannel counter(std::string id) { return {.channel = fake::counter_channel(std::move(id))}; }

  base::SystemClock clock_;
};

TEST_F(Samplers, ARateThatCannotBeIsAnError) {
  MeterSet set = make({counter("cpu.package.0")});
  for (const double rate : {0.0, -1.0, 1e9, std::nan("")}) {
    Sampler sampler(set, clock_, {.rate = {rate}});
    const auto started = sampler.start();
    ASSERT_FALSE(started.has_value());
    EXPECT_EQ(started.error().kind, ErrorKind::usage);
  }
}

TEST_F(Samplers, BeforeTheStartThereIsNothing) {
  MeterSet set = make({counter("cpu.package.0")});
  Sampler sampler(set, clock_, {});
  EXPECT_EQ(sampler.take(clock_.now(), clock_.now()).size(), 0U);
  EXPECT_EQ(sampler.cost().wake_ups, 0);
  sampler.stop();
}

TEST_F(Samplers, AWindowIsBracketedByItsSamples) {
  MeterSet set = make({counter("cpu.package.0"), counter("cpu.dram.0")});
  Sampler sampler(set, clock_, {.rate = {500.0}});
  ASSERT_TRUE(sampler.start().has_value());
  clock_.sleep_until(clock_.now() + milliseconds(20));
  const base::MonoTime begin = clock_.now();
  const base::MonoTime end = begin + milliseconds(50);
  const Samples samples = sampler.take(begin, end);
  ASSERT_GE(samples.size(), 2U);
  EXPECT_THAT(samples.channels, testing::ElementsAre("cpu.package.0", "cpu.dram.0"));
  EXPECT_LE(samples.time_us.front(), begin.ns / 1000);
  EXPECT_GE(samples.time_us.back(), end.ns / 1000);
  EXPECT_TRUE(std::ranges::is_sorted(samples.time_us));
  EXPECT_EQ(samples.bracket_us.size(), samples.size());
  for (const auto& values : samples.values) {
    EXPECT_EQ(values.size(), samples.size());
    EXPECT_EQ(values.front(), 0);  // counters count from the first sample of the copy
    EXPECT_TRUE(std::ranges::is_sorted(values));
    EXPECT_GT(values.back(), 0);
  }
}

TEST_F(Samplers, TheNextWindowCountsFromItsOwnStart) {
  MeterSet set = make({counter("cpu.package.0")});
  Sampler sampler(set, clock_, {.rate = {500.0}});
  ASSERT_TRUE(sampler.start().has_value());
  const base::MonoTime begin = clock_.now() + milliseconds(300);
  sampler.take(clock_.now(), begin);
  const Samples second = sampler.take(begin, begin + milliseconds(20));
  EXPECT_EQ(second.values[0].front(), 0);
}

TEST_F(Samplers, AFailedReadingIsAGapAndNotAZero) {
  auto failing = counter("cpu.package.0");
  failing.failing = {{0.03, 0.06}};
  MeterSet set = make({failing, counter("cpu.dram.0")});
  Sampler sampler(set, clock_, {.rate = {500.0}});
  ASSERT_TRUE(sampler.start().has_value());
  const Samples samples = sampler.take(clock_.now(), clock_.now() + milliseconds(100));
  EXPECT_GT(std::ranges::count(samples.values[0], Samples::kNoReading), 0);
  EXPECT_EQ(std::ranges::count(samples.values[1], Samples::kNoReading), 0);
  EXPECT_NE(samples.values[0].back(), Samples::kNoReading);
}

TEST_F(Samplers, AReadingThatFailsAtTheEndIsWaitedFor) {
  auto failing = counter("cpu.package.0");
  failing.failing = {{0.4, 0.6}};             // so late that it has been read before, on whatever machine
  const base::MonoTime start = clock_.now();  // before the meter's own: it fails for longer, not for less
  MeterSet set = make({failing});
  Sampler sampler(set, clock_, {.rate = {500.0}});
  ASSERT_TRUE(sampler.start().has_value());
  const Samples samples = sampler.take(start, start + milliseconds(450));
  ASSERT_GT(samples.size(), 0U);
  EXPECT_NE(samples.values[0].back(), Samples::kNoReading);
  EXPECT_GE(samples.time_us.back(), (start + milliseconds(590)).ns / 1000);
}

TEST_F(Samplers, AMissingChannelHoldsNobodyUp) {
  auto missing = counter("cpu.package.1");
  missing.channel.provenance = record::Provenance::missing;
  MeterSet set = make({counter("cpu.package.0"), missing});
  Sampler sampler(set, clock_, {.rate = {500.0}});
  ASSERT_TRUE(sampler.start().has_value());
  const base::MonoTime begin = clock_.now();
  const Samples samples = sampler.take(begin, begin + milliseconds(20));
  EXPECT_EQ(std::ranges::count(samples.values[1], Samples::kNoReading), static_cast<std::ptrdiff_t>(samples.size()));
}

TEST_F(Samplers, ItsOwnCostIsTold) {
  MeterSet set = make({counter("cpu.package.0")});
  Sampler sampler(set, clock_, {.rate = {500.0}});
  ASSERT_TRUE(sampler.start().has_value());
  sampler.take(clock_.now(), clock_.now() + milliseconds(50));
  const auto running = sampler.cost();
  EXPECT_GT(running.cpu.value, 0.0);
  EXPECT_GT(running.wake_ups, 0);
  sampler.stop();
  const auto stopped = sampler.cost();
  EXPECT_GE(stopped.cpu, running.cpu);
  EXPECT_GE(stopped.wake_ups, running.wake_ups);
}

TEST_F(Samplers, TicksThatPassedUnseenAreCountedAsMissed) {
  // A meter that takes five periods: most ticks cannot be served.
  class Slow final : public Meter {
   public:
    explicit Slow(base::Clock& clock) : clock_(clock) {}
    std::string_view name() const override { return "slow"; }
    std::span<const record::Channel> channels() const override { return {&channel_, 1}; }
    Result<void> read(std::span<Reading> out) override {
      clock_.sleep_until(clock_.now() + milliseconds(5));
      out[0] = {ReadStatus::ok, 1, clock_.now(), clock_.now()};
      return {};
    }

   private:
    base::Clock& clock_;
    record::Channel channel_ = fake::counter_channel("gpu.0");
  };
  std::vector<std::unique_ptr<Meter>> meters;
  meters.push_back(std::make_unique<Slow>(clock_));
  MeterSet set(std::move(meters));
  Sampler sampler(set, clock_, {.rate = {1000.0}});
  ASSERT_TRUE(sampler.start().has_value());
  sampler.take(clock_.now(), clock_.now() + milliseconds(50));
  EXPECT_GT(sampler.cost().missed_ticks, 0);
}

TEST_F(Samplers, ItCanBeStoppedAndStartedAgain) {
  MeterSet set = make({counter("cpu.package.0")});
  Sampler sampler(set, clock_, {.rate = {500.0}});
  ASSERT_TRUE(sampler.start().has_value());
  sampler.stop();
  sampler.stop();
  ASSERT_TRUE(sampler.start().has_value());
  const base::MonoTime begin = clock_.now();
  EXPECT_GT(sampler.take(begin, begin + milliseconds(10)).size(), 0U);
}

TEST_F(Samplers, TakeAndCostMayBeCalledWhileItRuns) {
  MeterSet set = make({counter("cpu.package.0"), counter("gpu.0")});
  Sampler sampler(set, clock_, {.rate = {2000.0}});
  ASSERT_TRUE(sampler.start().has_value());
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      static_cast<void>(sampler.cost());
      clock_.sleep_until(clock_.now() + milliseconds(1));
    }
  });
  for (int i = 0; i < 10; ++i) {
    const base::MonoTime begin = clock_.now();
    EXPECT_GT(sampler.take(begin, begin + milliseconds(5)).size(), 0U);
  }
  stop = true;
  reader.join();
}

}  // namespace
}  // namespace wattlens::meter
