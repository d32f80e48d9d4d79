#include "meter/meter_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "fake/fake_clock.h"
#include "fake/fake_meter.h"
#include "fake/temp_tree.h"
#include "meter/window_energy.h"

namespace wattlens::meter {
namespace {

using record::Provenance;

fake::FakeChannel measured(std::string id) { return {.channel = fake::counter_channel(std::move(id))}; }

fake::FakeChannel modelled(std::string id) {
  fake::FakeChannel fake = measured(std::move(id));
  fake.channel.kind = record::ChannelKind::model;
  fake.channel.provenance = Provenance::modelled;
  fake.channel.method = "load_model";
  return fake;
}

fake::FakeChannel missing(std::string id, std::string reason) {
  fake::FakeChannel fake = measured(std::move(id));
  fake.channel.provenance = Provenance::missing;
  fake.channel.reason = std::move(reason);
  fake.channel.hint = "sudo something";
  return fake;
}

class MeterSets : public testing::Test {
 protected:
  MeterSet make(std::vector<fake::FakeChannel> first, std::vector<fake::FakeChannel> second = {}) {
    std::vector<std::unique_ptr<Meter>> meters;
    meters.push_back(std::make_unique<fake::FakeMeter>(clock_, std::move(first), "first"));
    meters.push_back(std::make_unique<fake::FakeMeter>(clock_, std::move(second), "second"));
    return MeterSet(std::move(meters));
  }
  fake::FakeClock clock_;
};

TEST_F(MeterSets, WithoutMetersNothingIsMeasured) {
  MeterSet set(std::vector<std::unique_ptr<Meter>>{});
  EXPECT_TRUE(set.channels().empty());
  EXPECT_FALSE(set.anything_measured());
  set.read({});
}

TEST_F(MeterSets, AChannelOfTwoMetersIsTakenFromTheFirst) {
  auto slow = measured("cpu.package.0");
  slow.channel.method = "slow";
  MeterSet set = make({measured("cpu.package.0")}, {slow});
  ASSERT_EQ(set.channels().size(), 1U);
  EXPECT_EQ(set.channels()[0].method, "fake");
}

TEST_F(MeterSets, AReadableChannelReplacesAMissingOneOfABetterMeter) {
  MeterSet set = make({missing("cpu.package.0", "permission")}, {measured("cpu.package.0")});
  ASSERT_EQ(set.channels().size(), 1U);
  EXPECT_EQ(set.channels()[0].provenance, Provenance::measured);
}

TEST_F(MeterSets, TheModelStandsInWhereNothingMeasuresAndWhyStaysVisible) {
  MeterSet set = make({missing("cpu.package.0", "permission")}, {modelled("cpu.package.0")});
  ASSERT_EQ(set.channels().size(), 1U);
  EXPECT_EQ(set.channels()[0].provenance, Provenance::modelled);
  EXPECT_FALSE(set.anything_measured());
  ASSERT_EQ(set.absent().size(), 1U);
  EXPECT_EQ(set.absent()[0].name, "first");
  EXPECT_THAT(set.absent()[0].reason, testing::HasSubstr("permission"));
  EXPECT_EQ(set.absent()[0].hint, "sudo something");
}

TEST_F(MeterSets, AModelledPackageCoversThePartsThatCannotBeReadEither) {
  auto package = missing("cpu.package.0", "permission");
  package.channel.covers = {"cpu.cores.0", "cpu.uncore.0"};
  auto model = modelled("cpu.package.0");
  model.energy_j = [](double s) { return 100.0 * s; };
  MeterSet set = make({package, missing("cpu.cores.0", "permission"), missing("cpu.uncore.0", "permission")}, {model});
  fake::FakeMeter source(clock_, {model});
  record::Window window;
  window.begin = clock_.now() + base::seconds(1.0);
  window.end = window.begin + base::seconds(1.0);
  const auto samples = fake::sample(source, clock_, base::seconds(3.0), base::seconds(0.01));
  measure_window(set.channels(), samples, {}, window);
  EXPECT_TRUE(window.total.value.has_value());
  EXPECT_TRUE(window.complete);
  EXPECT_THAT(window.missing, testing::IsEmpty());
}

TEST_F(MeterSets, BesideAMeasuredSocketTheOtherOneIsMissingAndNotModelled) {
  MeterSet set = make({measured("cpu.package.0"), missing("cpu.package.1", "absent")},
                      {modelled("cpu.package.0"), modelled("cpu.package.1"), modelled("cpu.dram.0")});
  ASSERT_EQ(set.channels().size(), 2U);
  EXPECT_EQ(set.channels()[0].provenance, Provenance::measured);
  EXPECT_EQ(set.channels()[1].provenance, Provenance::missing);
}

TEST_F(MeterSets, AMeasuredGpuDoesNotHideTheModelledProcessor) {
  MeterSet set = make({measured("gpu.0")}, {modelled("cpu.package.0")});
  EXPECT_EQ(set.channels().size(), 2U);
}

TEST_F(MeterSets, ReadingsComeFromTheChosenMeters) {
  auto a = measured("cpu.package.0");
  a.energy_j = [](double s) { return 10.0 * s; };
  auto b = measured("gpu.0");
  b.energy_j = [](double s) { return 20.0 * s; };
  MeterSet set = make({a}, {measured("cpu.package.0"), b});
  clock_.advance(base::seconds(1.0005));
  std::vector<Reading> readings(2);
  set.read(readings);
  EXPECT_EQ(readings[0].value, 10'000'000);
  EXPECT_EQ(readings[1].value, 20'000'000);
}

TEST_F(MeterSets, ASourceThatFailsInTheWindowCostsNoEnergyWhereAnotherReadsTheSameCounter) {
  fake::FakeChannel first = measured("cpu.package.0");
  first.failing = {{1.5, 2.0}};
  fake::FakeChannel second = measured("cpu.package.0");
  second.channel.method = "other";
  second.phase_s = 0.0004;  // it is read a little apart
  second.failing = {{2.2, 9.0}};
  MeterSet set = make({first}, {second});
  class AsMeter final : public Meter {
   public:
    explicit AsMeter(MeterSet& set) : set_(set) {}
    std::string_view name() const override { return "set"; }
    std::span<const record::Channel> channels() const override { return set_.channels(); }
    Result<void> read(std::span<Reading> out) override {
      set_.read(out);
      return {};
    }

   private:
    MeterSet& set_;
  };
  AsMeter meter(set);
  record::Window window;
  window.begin = clock_.now() + base::seconds(1.0);
  window.end = window.begin + base::seconds(2.0);
  const auto samples = fake::sample(meter, clock_, base::seconds(4.0), base::seconds(0.01));
  EXPECT_EQ(std::ranges::count(samples.values[0], record::Samples::kNoReading), 0);
  EXPECT_TRUE(std::ranges::is_sorted(samples.values[0]));
  measure_window(set.channels(), samples, {}, window);
  ASSERT_TRUE(window.total.value.has_value());
  EXPECT_LE(window.total.relative->low.value, 200.0);
  EXPECT_GE(window.total.relative->high.value, 200.0);
  EXPECT_EQ(set.changes().size(), 2U);  // there, and back when the other failed too
}

TEST_F(MeterSets, AChannelThatWasNeverReadByTheOtherHasAGap) {
  fake::FakeChannel first = measured("cpu.package.0");
  first.failing = {{0.5, 9.0}};
  fake::FakeChannel second = measured("cpu.package.0");
  second.failing = {{0.0, 0.7}};  // they never agreed on anything
  MeterSet set = make({first}, {second});
  std::vector<Reading> readings(1);
  for (int i = 0; i < 10; ++i) {
    set.read(readings);
    EXPECT_EQ(readings[0].status, i < 5 ? ReadStatus::ok : ReadStatus::failed) << i;
    clock_.advance(base::seconds(0.1001));
  }
  EXPECT_TRUE(set.changes().empty());
}

TEST_F(MeterSets, AMeterThatFailsAsAWholeLeavesFailedReadings) {
  class Broken final : public Meter {
   public:
    std::string_view name() const override { return "broken"; }
    std::span<const record::Channel> channels() const override { return {&channel_, 1}; }
    Result<void> read(std::span<Reading> out) override {
      out[0].status = ReadStatus::ok;
      return fail(ErrorKind::io, "gone");
    }

   private:
    record::Channel channel_ = fake::counter_channel("gpu.0");
  };
  std::vector<std::unique_ptr<Meter>> meters;
  meters.push_back(std::make_unique<Broken>());
  MeterSet set(std::move(meters));
  std::vector<Reading> readings(1);
  set.read(readings);
  EXPECT_EQ(readings[0].status, ReadStatus::failed);
}

TEST_F(MeterSets, WhatCannotBeOpenedIsTold) {
  const fake::TempTree empty;
  const MeterSet set = MeterSet::open({.root = empty.root(), .clock = &clock_, .machine = {}});
  EXPECT_TRUE(set.channels().empty());
  std::vector<std::string> names;
  for (const AbsentMeter& absent : set.absent()) {
    EXPECT_FALSE(absent.reason.empty()) << absent.name;
    names.push_back(absent.name);
  }
  std::vector<std::string> all;
  for (const MeterKind& kind : all_meters()) all.emplace_back(kind.name);
  EXPECT_EQ(names, all);
}

}  // namespace
}  // namespace wattlens::meter
