#include "meter/perf_meter.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "fake/fake_clock.h"
#include "fake/temp_tree.h"
#include "meter/meter_set.h"
#include "meter/rapl_meter.h"

namespace wattlens::meter {
namespace {

using record::Provenance;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

constexpr std::uint32_t kType = 23;
constexpr std::uint64_t kPackage = 2;
constexpr std::uint64_t kDram = 3;

// A kernel whose registers hold a known energy: it adds up a power from the opening of an event on, in steps of 1 ms.
struct Kernel {
  explicit Kernel(const base::Clock& its_clock) : clock(its_clock) {}

  const base::Clock& clock;
  std::function<double(std::uint64_t config, int processor)> watts = [](std::uint64_t, int) { return 50.0; };
  std::function<int(std::uint64_t config, int processor)> refusal = [](std::uint64_t, int) { return 0; };
  bool reads_fail = false;
  double jump_j = 0.0;
  int reads = 0;
};

class FakePerfEvents final : public PerfEvents {
 public:
  explicit FakePerfEvents(Kernel& kernel) : kernel_(kernel) {}

  std::expected<base::FileDescriptor, int> open(std::uint32_t type, std::uint64_t config, int processor) override {
    if (type != kType) return std::unexpected(ENOENT);
    if (const int refusal = kernel_.refusal(config, processor)) return std::unexpected(refusal);
    base::FileDescriptor event(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    open_[event.get()] = {config, processor, kernel_.clock.now()};
    return event;
  }

  std::optional<std::uint64_t> read(const base::FileDescriptor& event) override {
    ++kernel_.reads;
    if (kernel_.reads_fail) return std::nullopt;
    const Open& open = open_.at(event.get());
    const double ms = std::floor((kernel_.clock.now() - open.since).value * 1e3 + 1e-6);
    const double joules = kernel_.watts(open.config, open.processor) * ms * 1e-3 + kernel_.jump_j;
    return static_cast<std::uint64_t>(std::ldexp(joules, 32));
  }

 private:
  struct Open {
    std::uint64_t config = 0;
    int processor = 0;
    base::MonoTime since;
  };
  Kernel& kernel_;
  std::map<int, Open> open_;
};

class PerfMeters : public testing::Test {
 protected:
  PerfMeters() {
    tree_.write(unit("type"), fmt::format("{}\n", kType));
    tree_.write(unit("cpumask"), "0\n");
    event("energy-pkg", kPackage);
    machine_.cpu.vendor = "GenuineIntel";
    machine_.cpu.sockets = 1;
    place(0, 0);
  }

  static std::string unit(const std::string& file) { return "sys/bus/event_source/devices/power/" + file; }

  void event(const std::string& name, std::uint64_t config) {
    tree_.write(unit("events/" + name), fmt::format("event=0x{:02x}\n", config));
    tree_.write(unit("events/" + name + ".unit"), "Joules\n");
    tree_.write(unit("events/" + name + ".scale"), "2.3283064365386962890625e-10\n");
  }

  void place(int processor, int package) {
    tree_.write(fmt::format("sys/devices/system/cpu/cpu{}/topology/physical_package_id", processor),
                fmt::format("{}\n", package));
  }

  MeterOptions options() { return {.root = tree_.root(), .clock = &clock_, .machine = machine_}; }

  void open() {
    auto opened = open_perf_meter(options(), std::make_unique<FakePerfEvents>(kernel_));
    if (!opened) {
      error_ = opened.error();
      return;
    }
    meter_ = std::move(*opened);
    readings_.resize(meter_->channels().size());
  }

  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const auto& channel : meter_->channels()) ids.push_back(channel.id);
    return ids;
  }
  const record::Channel& channel(const std::string& id) const { return meter_->channels()[index(id)]; }
  std::size_t index(const std::string& id) const {
    for (std::size_t i = 0; i < meter_->channels().size(); ++i) {
      if (meter_->channels()[i].id == id) return i;
    }
    throw std::runtime_error("no channel " + id);
  }
  // Energy in uJ, or nothing where the read failed.
  std::optional<std::int64_t> read(const std::string& id) {
    EXPECT_TRUE(meter_->read(readings_).has_value());
    const Reading& reading = readings_[index(id)];
    if (reading.status != ReadStatus::ok) return std::nullopt;
    return reading.value;
  }

  fake::TempTree tree_;
  fake::FakeClock clock_;
  record::MachineState machine_;
  Kernel kernel_{clock_};
  std::unique_ptr<Meter> meter_;
  Error error_;
  std::vector<Reading> readings_;
};

TEST_F(PerfMeters, AMachineWithoutTheUnitHasNone) {
  tree_.remove("sys/bus");
  open();
  EXPECT_EQ(error_.kind, ErrorKind::not_measurable);
  EXPECT_THAT(error_.hint, HasSubstr("modprobe rapl"));
}

TEST_F(PerfMeters, AnotherRootHasNoneBecauseTheKernelIsThisOne) {
  const auto opened = open_perf_meter(options());
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().kind, ErrorKind::not_measurable);
  EXPECT_THAT(opened.error().message, HasSubstr("running kernel"));
}

TEST_F(PerfMeters, CountsAreEnergyInStepsOfTheUnitsScale) {
  open();
  ASSERT_THAT(ids(), ElementsAre("cpu.package.0"));
  EXPECT_EQ(channel("cpu.package.0").method, "perf_event");
  EXPECT_EQ(channel("cpu.package.0").provenance, Provenance::measured);
  const auto first = read("cpu.package.0");
  clock_.advance(base::seconds(2.0));
  const auto second = read("cpu.package.0");
  ASSERT_TRUE(first && second);
  EXPECT_NEAR(static_cast<double>(*second - *first), 100e6, 1.0);
}

TEST_F(PerfMeters, ACountBeyondThirtyTwoBitsOfTheRegisterIsOneEnergy) {
  kernel_.watts = [](auto, auto) { return 1000.0; };
  open();
  std::int64_t last = read("cpu.package.0").value();
  const std::int64_t first = last;
  for (int i = 0; i < 1000; ++i) {
    clock_.advance(base::seconds(1.0));
    const std::int64_t now = read("cpu.package.0").value();
    EXPECT_GT(now, last);
    last = now;
  }
  EXPECT_NEAR(static_cast<double>(last - first), 1e12, 10.0);
}

TEST_F(PerfMeters, EveryProcessorOfTheMaskIsItsPackage) {
  tree_.write(unit("cpumask"), "0,28\n");
  place(28, 1);
  event("energy-ram", kDram);
  machine_.cpu.sockets = 2;
  kernel_.watts = [](std::uint64_t config, int processor) {
    return (config == kDram ? 5.0 : 50.0) * (processor == 28 ? 2.0 : 1.0);
  };
  open();
  ASSERT_THAT(ids(), UnorderedElementsAre("cpu.package.0", "cpu.package.1", "cpu.dram.0", "cpu.dram.1"));
  read("cpu.package.0");
  const auto before = readings_;
  clock_.advance(base::seconds(1.0));
  read("cpu.package.0");
  const auto energy = [&](const std::string& id) {
    return static_cast<double>(readings_[index(id)].value - before[index(id)].value);
  };
  EXPECT_NEAR(energy("cpu.package.0"), 50e6, 2.0);
  EXPECT_NEAR(energy("cpu.package.1"), 100e6, 2.0);
  EXPECT_NEAR(energy("cpu.dram.0"), 5e6, 2.0);
  EXPECT_NEAR(energy("cpu.dram.1"), 10e6, 2.0);
}

TEST_F(PerfMeters, DiesOfAnIntelPackageAreAdded) {
  tree_.write(unit("cpumask"), "0-1\n");
  place(1, 0);
  open();
  ASSERT_THAT(ids(), ElementsAre("cpu.package.0"));
  const auto first = read("cpu.package.0");
  clock_.advance(base::seconds(1.0));
  EXPECT_NEAR(static_cast<double>(*read("cpu.package.0") - *first), 100e6, 2.0);
}

TEST_F(PerfMeters, DiesOfAnAmdPackageShowOneCounterAndAreCountedOnce) {
  machine_.cpu.vendor = "AuthenticAMD";
  tree_.write(unit("cpumask"), "0,1,2\n");
  place(1, 0);
  place(2, 0);
  open();
  ASSERT_THAT(ids(), ElementsAre("cpu.package.0"));
  const auto first = read("cpu.package.0");
  clock_.advance(base::seconds(1.0));
  EXPECT_NEAR(static_cast<double>(*read("cpu.package.0") - *first), 50e6, 2.0);
}

TEST_F(PerfMeters, ASocketOutsideTheMaskIsMissingAndNotLeftOut) {
  machine_.cpu.sockets = 2;
  open();
  EXPECT_EQ(channel("cpu.package.1").provenance, Provenance::missing);
  EXPECT_EQ(channel("cpu.package.1").reason, "absent");
}

TEST_F(PerfMeters, NoPermissionNamesTheCapabilityTheSettingAndTheCommand) {
  tree_.write("proc/sys/kernel/perf_event_paranoid", "2\n");
  for (const int error : {EACCES, EPERM}) {
    kernel_.refusal = [error](auto, auto) { return error; };
    open();
    const record::Channel& package = channel("cpu.package.0");
    EXPECT_EQ(package.provenance, Provenance::missing);
    EXPECT_EQ(package.reason, "permission");
    EXPECT_THAT(package.hint, HasSubstr("CAP_PERFMON"));
    EXPECT_THAT(package.hint, HasSubstr("sudo setcap cap_perfmon+ep"));
    EXPECT_THAT(package.hint, HasSubstr("sudo sysctl kernel.perf_event_paranoid=0   (now 2)"));
    EXPECT_EQ(read("cpu.package.0"), std::nullopt);
  }
  machine_.container = "docker";
  open();
  EXPECT_THAT(channel("cpu.package.0").hint, HasSubstr("--cap-add PERFMON"));
}

TEST_F(PerfMeters, AnEventThatExistsAndNeverCountsIsMissingAndNotZeroJoules) {
  event("energy-ram", kDram);
  kernel_.watts = [](auto, auto) { return 0.0; };
  open();
  for (const record::Channel& one : meter_->channels()) {
    EXPECT_EQ(one.provenance, Provenance::missing) << one.id;
    EXPECT_EQ(one.reason, "zero") << one.id;
  }
  EXPECT_EQ(read("cpu.package.0"), std::nullopt);
}

TEST_F(PerfMeters, ADomainWithoutPowerBesideALivePackageMayWakeUpLater) {
  event("energy-gpu", 4);
  bool awake = false;
  kernel_.watts = [&](std::uint64_t config, int) { return config == kPackage || awake ? 10.0 : 0.0; };
  open();
  EXPECT_EQ(channel("cpu.uncore.0").provenance, Provenance::measured);
  EXPECT_EQ(read("cpu.uncore.0"), 0);
  awake = true;
  clock_.advance(base::seconds(0.1));
  EXPECT_GT(read("cpu.uncore.0"), 0);
}

TEST_F(PerfMeters, AProcessorThatIsOfflineIsNamed) {
  kernel_.refusal = [](auto, auto) { return ENODEV; };
  open();
  EXPECT_EQ(channel("cpu.package.0").reason, "unreadable");
  EXPECT_THAT(channel("cpu.package.0").hint, HasSubstr("processor 0"));
}

TEST_F(PerfMeters, OneRefusedDomainHidesNoOther) {
  event("energy-psys", 5);
  kernel_.refusal = [](std::uint64_t config, int) { return config == 5 ? EINVAL : 0; };
  open();
  EXPECT_EQ(channel("psys.0").provenance, Provenance::missing);
  EXPECT_EQ(channel("cpu.package.0").provenance, Provenance::measured);
}

TEST_F(PerfMeters, AFailedReadIsAGapAndLosesNothing) {
  open();
  const auto first = read("cpu.package.0");
  kernel_.reads_fail = true;
  clock_.advance(base::seconds(1.0));
  EXPECT_EQ(read("cpu.package.0"), std::nullopt);
  kernel_.reads_fail = false;
  clock_.advance(base::seconds(1.0));
  EXPECT_NEAR(static_cast<double>(*read("cpu.package.0") - *first), 100e6, 2.0);
}

TEST_F(PerfMeters, AnEnergyThatNoSocketCanUseIsNotBelieved) {
  open();
  read("cpu.package.0");
  kernel_.jump_j = 1e6;
  clock_.advance(base::seconds(0.01));
  EXPECT_EQ(read("cpu.package.0"), std::nullopt);
  kernel_.jump_j = 0.0;
  EXPECT_TRUE(read("cpu.package.0").has_value());
}

TEST_F(PerfMeters, FilesThatAreNotUnderstoodAreNoSensor) {
  for (const char* config : {"", "event=2", "event=0x02,umask=0x01", "event=0xzz", "umask=0x02"}) {
    tree_.write(unit("events/energy-pkg"), config);
    error_ = {};
    open();
    EXPECT_EQ(error_.kind, ErrorKind::not_measurable) << config;
  }
  event("energy-pkg", kPackage);
  tree_.write(unit("events/energy-pkg.unit"), "Watts\n");
  error_ = {};
  open();
  EXPECT_EQ(error_.kind, ErrorKind::not_measurable);
}

TEST_F(PerfMeters, AMaskOfNonsenseLeavesEverySocketMissing) {
  tree_.write(unit("cpumask"), "x,-3,5-1,99999999\n");
  open();
  ASSERT_THAT(ids(), ElementsAre("cpu.package.0"));
  EXPECT_EQ(channel("cpu.package.0").reason, "absent");
}

TEST_F(PerfMeters, InAVirtualMachineACountIsModelled) {
  machine_.virtual_machine = "kvm";
  open();
  EXPECT_EQ(channel("cpu.package.0").provenance, Provenance::modelled);
  EXPECT_EQ(channel("cpu.package.0").method, "perf_event (hypervisor)");
  EXPECT_THAT(channel("cpu.package.0").scope, HasSubstr("all tenants"));
}

TEST_F(PerfMeters, ARoundOfReadsAsksTheKernelOncePerEvent) {
  event("energy-ram", kDram);
  open();
  read("cpu.package.0");
  kernel_.reads = 0;
  read("cpu.package.0");
  EXPECT_EQ(kernel_.reads, 2);
}

TEST(SystemPerfEvents, AreThoseOfTheRunningKernel) {
  constexpr std::uint32_t kSoftware = 1;
  const auto events = system_perf_events();
  EXPECT_FALSE(events->open(0xfffffff0U, 0, 0).has_value());
  const auto opened = events->open(kSoftware, 0, 0);  // the processor's clock
  if (!opened) GTEST_SKIP() << "this user may not open events: error " << opened.error();
  const auto first = events->read(*opened);
  const auto second = events->read(*opened);
  ASSERT_TRUE(first && second);
  EXPECT_GE(*second, *first);
  EXPECT_EQ(events->read(base::FileDescriptor()), std::nullopt);
}

// Per channel: events first, then powercap, then nothing.
class PerfBesidePowercap : public PerfMeters {
 protected:
  MeterSet both() {
    tree_.write("sys/class/powercap/intel-rapl:0/name", "package-0\n");
    const auto count = [this] {
      tree_.write("sys/class/powercap/intel-rapl:0/energy_uj", fmt::format("{}\n", clock_.now().ns / 100));
    };
    count();
    clock_.after_sleep = count;
    std::vector<std::unique_ptr<Meter>> meters;
    open();
    meters.push_back(std::move(meter_));
    meters.push_back(open_rapl_meter(options()).value());
    return MeterSet(std::move(meters));
  }
};

TEST_F(PerfBesidePowercap, EventsArePreferred) {
  const MeterSet set = both();
  ASSERT_EQ(set.channels().size(), 1U);
  EXPECT_EQ(set.channels()[0].method, "perf_event");
}

TEST_F(PerfBesidePowercap, PowercapStandsInSilentlyWhereEventsAreForbiddenOrDead) {
  kernel_.refusal = [](auto, auto) { return EACCES; };
  const MeterSet forbidden = both();
  ASSERT_EQ(forbidden.channels().size(), 1U);
  EXPECT_EQ(forbidden.channels()[0].method, "powercap");
  EXPECT_EQ(forbidden.channels()[0].provenance, Provenance::measured);
  EXPECT_TRUE(forbidden.absent().empty());
  kernel_.refusal = [](auto, auto) { return 0; };
  kernel_.watts = [](auto, auto) { return 0.0; };
  EXPECT_EQ(both().channels()[0].method, "powercap");
}

TEST_F(PerfBesidePowercap, EventsThatBeginToFailAreFollowedByPowercapFromWhereBothAgreed) {
  MeterSet set = both();  // 50 W by the events, 10 W by the files
  std::vector<Reading> readings(1);
  const auto value_after = [&](double seconds) {
    clock_.advance(base::seconds(seconds));
    clock_.after_sleep();
    set.read(readings);
    EXPECT_EQ(readings[0].status, ReadStatus::ok);
    return readings[0].value;
  };
  const std::int64_t before = value_after(1.0);
  EXPECT_TRUE(set.changes().empty());
  kernel_.reads_fail = true;
  EXPECT_NEAR(static_cast<double>(value_after(1.0) - before), 10e6, 1.0);  // the files' power
  ASSERT_EQ(set.changes().size(), 1U);
  EXPECT_EQ(set.changes()[0].code, "source_changed");
  EXPECT_EQ(set.changes()[0].channel, "cpu.package.0");
  EXPECT_THAT(set.changes()[0].message, HasSubstr("perf_event"));
  kernel_.reads_fail = false;
  EXPECT_NEAR(static_cast<double>(value_after(1.0) - before), 20e6, 1.0);  // it stays with what works
  EXPECT_EQ(set.changes().size(), 1U);
}

}  // namespace
}  // namespace wattlens::meter
