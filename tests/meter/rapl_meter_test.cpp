#include "meter/rapl_meter.h"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "fake/fake_clock.h"
#include "fake/paths.h"
#include "fake/temp_tree.h"
#include "machine/machine.h"

namespace wattlens::meter {
namespace {

using record::Provenance;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr std::int64_t kRange = 262'143'328'850;

// One zone of a fake tree, which shows `energy_uj` when the meter is open: while it is being opened the counter makes
// one step (Opened). The class folder holds plain folders, as the kernel's links look from outside.
void zone(const fake::TempTree& tree, const std::string& key, const std::string& name, std::int64_t energy_uj,
          std::int64_t range_uj = kRange) {
  const std::string folder = "sys/class/powercap/" + key;
  tree.write(folder + "/name", name + "\n");
  tree.write(folder + "/energy_uj", fmt::format("{}\n", energy_uj - 1));
  tree.write(folder + "/max_energy_range_uj", fmt::format("{}\n", range_uj));
}

void set_energy(const fake::TempTree& tree, const std::string& key, const std::string& text) {
  tree.write("sys/class/powercap/" + key + "/energy_uj", text);
}

// Root reads whatever the mode says; as another user the test sees what users see.
class AsAnotherUser {
 public:
  AsAnotherUser() {
    if (::geteuid() == 0 && ::seteuid(65534) == 0) changed_ = true;
  }
  ~AsAnotherUser() {
    if (changed_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  bool changed_ = false;
};

// Every counter of the tree shows one microjoule more.
void step_counters(const base::Path& root) {
  std::error_code error;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "sys", error)) {
    if (entry.path().filename() != "energy_uj" || !entry.is_regular_file()) continue;
    std::int64_t energy_uj = 0;
    if (!(std::ifstream(entry.path()) >> energy_uj)) continue;
    std::ofstream(entry.path()) << energy_uj + 1 << '\n';
  }
}

enum class Counters { move, stand_still };

struct Opened {
  fake::FakeClock clock;
  int sleeps = 0;
  std::unique_ptr<Meter> meter;
  Error error;
  std::vector<Reading> readings;

  explicit Opened(const base::Path& root, record::MachineState machine = {}, Counters counters = Counters::move) {
    clock.after_sleep = [this, root, counters] {
      if (sleeps++ == 0 && counters == Counters::move) step_counters(root);
    };
    auto result = open_rapl_meter({.root = root, .clock = &clock, .machine = std::move(machine)});
    if (result) {
      meter = std::move(*result);
      readings.resize(meter->channels().size());
    } else {
      error = result.error();
    }
  }

  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const auto& channel : meter->channels()) ids.push_back(channel.id);
    return ids;
  }
  const record::Channel& channel(const std::string& id) const { return meter->channels()[index(id)]; }
  std::size_t index(const std::string& id) const {
    for (std::size_t i = 0; i < meter->channels().size(); ++i) {
      if (meter->channels()[i].id == id) return i;
    }
    throw std::runtime_error("no channel " + id);
  }
  // Energy in uJ, or -1 where the read failed.
  std::int64_t read(const std::string& id, double after_s = 0.01) {
    clock.advance(base::seconds(after_s));
    EXPECT_TRUE(meter->read(readings).has_value());
    const Reading& reading = readings[index(id)];
    return reading.status == ReadStatus::ok ? reading.value : -1;
  }
};

base::Path recorded(const char* name) { return fake::test_folder() / "machines" / name; }
Opened open_recorded(const char* name) {
  const fake::TempTree tree;
  tree.copy_from(recorded(name));
  return Opened(tree.root(), machine::read_machine(tree.root()));
}

TEST(RaplMeter, AMachineWithoutZonesSaysWhyAndHow) {
  const fake::TempTree tree;
  record::MachineState machine;
  machine.cpu.vendor = "GenuineIntel";
  EXPECT_EQ(Opened(tree.root(), machine).error.kind, ErrorKind::not_measurable);
  EXPECT_THAT(Opened(tree.root(), machine).error.hint, HasSubstr("modprobe intel_rapl_msr"));
  machine.virtual_machine = "kvm";
  EXPECT_THAT(Opened(tree.root(), machine).error.message, HasSubstr("virtual machine"));
  machine = {};
  machine.cpu.vendor = "ARM";
  EXPECT_THAT(Opened(tree.root(), machine).error.message, HasSubstr("only Intel's and AMD's"));
}

TEST(RaplMeter, AControlTypeWithoutZonesIsNoSensor) {
  const fake::TempTree tree;
  tree.write("sys/class/powercap/intel-rapl/enabled", "1\n");
  EXPECT_EQ(Opened(tree.root()).error.kind, ErrorKind::not_measurable);
}

TEST(RaplMeter, ZonesMaskedByAContainerAreNotCalledAbsent) {
  const fake::TempTree tree;
  tree.link("sys/class/powercap/intel-rapl:0", "../../devices/virtual/powercap/intel-rapl/intel-rapl:0");
  const Opened opened(tree.root());
  EXPECT_THAT(opened.error.message, HasSubstr("container hides"));
  EXPECT_THAT(opened.error.hint, HasSubstr("systempaths=unconfined"));
}

TEST(RaplMeter, ATwoSocketXeonHasFourChannels) {
  Opened opened = open_recorded("xeon-two-sockets");
  EXPECT_THAT(opened.ids(), UnorderedElementsAre("cpu.package.0", "cpu.package.1", "cpu.dram.0", "cpu.dram.1"));
  for (const auto& channel : opened.meter->channels()) {
    EXPECT_EQ(channel.provenance, Provenance::measured);
    EXPECT_EQ(channel.kind, record::ChannelKind::counter);
    EXPECT_EQ(channel.method, "powercap");
    EXPECT_DOUBLE_EQ(channel.update_period->value, 0.001);
  }
  EXPECT_EQ(opened.read("cpu.package.1"), 0);
}

TEST(RaplMeter, AnEpycHasNoDramDomainAndSaysThatItsCoreZoneIsOneCore) {
  const Opened opened = open_recorded("epyc-bare-metal");
  EXPECT_THAT(opened.ids(), ElementsAre("cpu.package.0", "cpu.cores.0"));
  EXPECT_THAT(opened.channel("cpu.cores.0").scope, HasSubstr("one core"));
}

TEST(RaplMeter, ACloudMachineHasNone) { EXPECT_EQ(open_recorded("cloud-vm").error.kind, ErrorKind::not_measurable); }

TEST(RaplMeter, MsrAndMmioZonesOfOnePackageAreOneChannel) {
  const Opened opened = open_recorded("laptop-with-psys");
  EXPECT_THAT(opened.ids(), UnorderedElementsAre("cpu.package.0", "cpu.cores.0", "cpu.uncore.0", "psys.0"));
}

TEST(RaplMeter, AZoneThatOnlyMmioShowsIsRead) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl-mmio:0", "package-0", 1'000'000);
  Opened opened(tree.root());
  ASSERT_THAT(opened.ids(), ElementsAre("cpu.package.0"));
  set_energy(tree, "intel-rapl-mmio:0", "3000000\n");
  EXPECT_EQ(opened.read("cpu.package.0"), 2'000'000);
}

TEST(RaplMeter, APackageCoversItsCoresAndUncoreAndNotItsDram) {
  const Opened opened = open_recorded("laptop-with-psys");
  EXPECT_THAT(opened.channel("cpu.package.0").covers, ElementsAre("cpu.cores.0", "cpu.uncore.0"));
}

TEST(RaplMeter, ADramZoneBelowItsPackageIsNotSkipped) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  zone(tree, "intel-rapl:0:0", "dram", 500'000);
  Opened opened(tree.root());
  EXPECT_EQ(opened.read("cpu.dram.0"), 0);
  set_energy(tree, "intel-rapl:0:0", "700000\n");
  EXPECT_EQ(opened.read("cpu.dram.0"), 200'000);
}

TEST(RaplMeter, ZonesAreFoundWithoutTheClassFolder) {
  const fake::TempTree tree;
  const std::string folder = "sys/devices/virtual/powercap/intel-rapl/intel-rapl:0";
  tree.write(folder + "/name", "package-0\n");
  tree.write(folder + "/energy_uj", "5\n");
  tree.write(folder + "/intel-rapl:0:0/name", "dram\n");
  tree.write(folder + "/intel-rapl:0:0/energy_uj", "5\n");
  EXPECT_THAT(Opened(tree.root()).ids(), UnorderedElementsAre("cpu.package.0", "cpu.dram.0"));
}

TEST(RaplMeter, ASocketWithoutAZoneIsMissingAndNotLeftOut) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  record::MachineState machine;
  machine.cpu.sockets = 2;
  const Opened opened(tree.root(), machine);
  EXPECT_EQ(opened.channel("cpu.package.0").provenance, Provenance::measured);
  EXPECT_EQ(opened.channel("cpu.package.1").provenance, Provenance::missing);
  EXPECT_EQ(opened.channel("cpu.package.1").reason, "absent");
}

TEST(RaplMeter, DiesThatShowOneCounterAreCountedOnce) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0-die-0", 1'000'000);
  zone(tree, "intel-rapl:1", "package-0-die-1", 1'000'000);
  Opened opened(tree.root());
  EXPECT_THAT(opened.ids(), ElementsAre("cpu.package.0"));
  EXPECT_THAT(opened.channel("cpu.package.0").scope, HasSubstr("one counter"));
  set_energy(tree, "intel-rapl:0", "3000000\n");
  set_energy(tree, "intel-rapl:1", "3000000\n");
  EXPECT_EQ(opened.read("cpu.package.0"), 2'000'000);
}

TEST(RaplMeter, DiesWithTheirOwnCountersAreAdded) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0-die-0", 1'000'000);
  zone(tree, "intel-rapl:1", "package-0-die-1", 7'000'000);
  Opened opened(tree.root());
  set_energy(tree, "intel-rapl:0", "3000000\n");
  set_energy(tree, "intel-rapl:1", "8000000\n");
  EXPECT_EQ(opened.read("cpu.package.0"), 3'000'000);
}

TEST(RaplMeter, TwoEqualSocketsAreNeverMirrors) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  zone(tree, "intel-rapl:1", "package-1", 1'000'000);
  EXPECT_THAT(Opened(tree.root()).ids(), ElementsAre("cpu.package.0", "cpu.package.1"));
}

TEST(RaplMeter, AResetOfOneDieIsAStepDownOfTheSum) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0-die-0", 100'000'000'000);
  zone(tree, "intel-rapl:1", "package-0-die-1", 7'000'000);
  Opened opened(tree.root());
  set_energy(tree, "intel-rapl:1", "7900000\n");
  std::int64_t last = opened.read("cpu.package.0");
  EXPECT_EQ(last, 900'000);
  bool stepped_down = false;
  for (int i = 1; i <= 5; ++i) {
    set_energy(tree, "intel-rapl:0", fmt::format("{}\n", i * 1000));
    set_energy(tree, "intel-rapl:1", fmt::format("{}\n", 7'900'000 + i * 50'000));
    const std::int64_t now = opened.read("cpu.package.0");
    if (now < 0) continue;
    stepped_down |= now < last;
    last = now;
  }
  EXPECT_TRUE(stepped_down);
}

TEST(RaplMeter, ACounterThatWrapsIsCorrectedOnce) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", kRange - 1'000'000);
  Opened opened(tree.root());
  set_energy(tree, "intel-rapl:0", "2000000\n");
  EXPECT_EQ(opened.read("cpu.package.0"), 3'000'000);
  set_energy(tree, "intel-rapl:0", "2500000\n");
  EXPECT_EQ(opened.read("cpu.package.0"), 3'500'000);
}

TEST(RaplMeter, ATransientFailureIsAGapAndNoWrap) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 90'000'000'000);
  Opened opened(tree.root());
  for (const char* bad : {"", "0\n", "garbage\n", "-1\n", "12 34\n", "99999999999999999999\n"}) {
    set_energy(tree, "intel-rapl:0", bad);
    EXPECT_EQ(opened.read("cpu.package.0"), -1) << bad;
    set_energy(tree, "intel-rapl:0", "90001000000\n");
    EXPECT_EQ(opened.read("cpu.package.0"), 1'000'000) << bad;
  }
}

TEST(RaplMeter, OneUnreadableDomainHidesNoOther) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  zone(tree, "intel-rapl:0:0", "dram", 500'000);
  tree.remove("sys/class/powercap/intel-rapl:0:0/energy_uj");
  tree.write("sys/class/powercap/intel-rapl:0:0/energy_uj/a-folder-cannot-be-read", "");
  Opened opened(tree.root());
  EXPECT_EQ(opened.channel("cpu.dram.0").provenance, Provenance::missing);
  EXPECT_EQ(opened.channel("cpu.dram.0").reason, "unreadable");
  EXPECT_EQ(opened.read("cpu.package.0"), 0);
  EXPECT_EQ(opened.read("cpu.dram.0"), -1);
}

TEST(RaplMeter, NoPermissionIsMissingWithTheCommandThatMendsItAndNotZeroWatts) {
  const fake::TempTree tree;
  tree.copy_from(recorded("unreadable-counters"));
  ASSERT_EQ(::chmod(tree.root().c_str(), 0755), 0);
  for (const char* key : {"intel-rapl:0", "intel-rapl:0:0"}) {
    ASSERT_EQ(::chmod((tree / (std::string("sys/class/powercap/") + key + "/energy_uj")).c_str(), 0), 0);
  }
  const AsAnotherUser user;
  Opened opened(tree.root(), machine::read_machine(tree.root()));
  ASSERT_THAT(opened.ids(), UnorderedElementsAre("cpu.package.0", "cpu.dram.0"));
  for (const auto& channel : opened.meter->channels()) {
    EXPECT_EQ(channel.provenance, Provenance::missing);
    EXPECT_EQ(channel.reason, "permission");
    EXPECT_THAT(channel.hint, HasSubstr("sudo chmod a+r"));
  }
  EXPECT_EQ(opened.read("cpu.package.0"), -1);
}

TEST(RaplMeter, InAVirtualMachineACounterIsModelledAndSaysWhatItMayCover) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  record::MachineState machine;
  machine.virtual_machine = "kvm";
  const Opened opened(tree.root(), machine);
  const auto& channel = opened.channel("cpu.package.0");
  EXPECT_EQ(channel.provenance, Provenance::modelled);
  EXPECT_THAT(channel.scope, HasSubstr("all tenants"));
  EXPECT_THAT(channel.method, HasSubstr("hypervisor"));
  EXPECT_FALSE(channel.update_period.has_value());
}

TEST(RaplMeter, APackageThatStandsStillWhileItIsOpenedIsStuckWithAllThatLiesInIt) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  zone(tree, "intel-rapl:0:0", "dram", 500'000);
  Opened opened(tree.root(), {}, Counters::stand_still);
  for (const auto& channel : opened.meter->channels()) {
    EXPECT_EQ(channel.provenance, Provenance::missing) << channel.id;
    EXPECT_EQ(channel.reason, "stuck") << channel.id;
  }
  EXPECT_EQ(opened.read("cpu.package.0"), -1);
  EXPECT_EQ(opened.sleeps, 15);  // 30 ms
}

TEST(RaplMeter, WhatIsIdleInAPackageThatCountsMayStandStill) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  zone(tree, "intel-rapl:0:0", "uncore", 500'000);
  fake::FakeClock clock;
  clock.after_sleep = [&] { set_energy(tree, "intel-rapl:0", "1000061\n"); };
  const auto meter = open_rapl_meter({.root = tree.root(), .clock = &clock, .machine = {}}).value();
  for (const auto& channel : meter->channels()) EXPECT_EQ(channel.provenance, Provenance::measured) << channel.id;
}

TEST(RaplMeter, OfTwoPackagesTheOneThatStandsStillIsStuckAndTheOtherIsRead) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  zone(tree, "intel-rapl:1", "package-1", 1'000'000);
  fake::FakeClock clock;
  clock.after_sleep = [&] { set_energy(tree, "intel-rapl:1", "1000061\n"); };
  const auto meter = open_rapl_meter({.root = tree.root(), .clock = &clock, .machine = {}}).value();
  EXPECT_EQ(meter->channels()[0].reason, "stuck");
  EXPECT_EQ(meter->channels()[1].provenance, Provenance::measured);
}

TEST(RaplMeter, OneDieThatStandsStillTakesItsPackageWithIt) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0-die-0", 1'000'000);
  zone(tree, "intel-rapl:1", "package-0-die-1", 7'000'000);
  fake::FakeClock clock;
  clock.after_sleep = [&] { set_energy(tree, "intel-rapl:1", "7000061\n"); };
  const auto meter = open_rapl_meter({.root = tree.root(), .clock = &clock, .machine = {}}).value();
  EXPECT_EQ(meter->channels()[0].reason, "stuck");
}

TEST(RaplMeter, AHypervisorThatTellsOnceASecondIsWaitedFor) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  fake::FakeClock clock;
  const MonoTime start = clock.now();
  clock.after_sleep = [&] {
    if (clock.now() - start >= base::seconds(1.0)) set_energy(tree, "intel-rapl:0", "40000000\n");
  };
  record::MachineState machine;
  machine.virtual_machine = "kvm";
  const auto meter = open_rapl_meter({.root = tree.root(), .clock = &clock, .machine = machine}).value();
  EXPECT_EQ(meter->channels()[0].provenance, Provenance::modelled);
  EXPECT_NEAR((clock.now() - start).value, 1.0, 0.01);
}

TEST(RaplMeter, ABadReadAboveTheBoundOfTheZonesLimitsIsAGap) {
  const fake::TempTree tree;
  zone(tree, "intel-rapl:0", "package-0", 1'000'000);
  tree.write("sys/class/powercap/intel-rapl:0/constraint_0_power_limit_uw", "100000000\n");
  Opened opened(tree.root());
  // Twice 100 W over 1.01 s is 202 J.
  set_energy(tree, "intel-rapl:0", "204000000\n");
  EXPECT_EQ(opened.read("cpu.package.0"), -1);
  set_energy(tree, "intel-rapl:0", "3000000\n");
  EXPECT_EQ(opened.read("cpu.package.0"), 2'000'000);
}

}  // namespace
}  // namespace wattlens::meter
