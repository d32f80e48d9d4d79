#include "simulation/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/text.h"
#include "fake/fake_clock.h"
#include "fake/temporary_folder.h"
#include "meter/rapl_meter.h"
#include "simulation/scenario_file.h"

namespace wattlens::simulation {
namespace {

constexpr const char* kServer = R"(
[power.package]
constant_w = 100
[power.memory]
constant_w = 10
[power.board]
constant_w = 200
[[sensor]]
id = "cpu.package.0"
power = "package"
unit_j = 61e-6
width_bits = 32
limit_w = 150
dies = 2
[[sensor]]
id = "cpu.dram.0"
power = "memory"
[[sensor]]
id = "psys.0"
power = "board"
[[sensor]]
id = "gpu.0"
power = "board"
)";

Scenario server(const std::string& rest = "") {
  auto scenario = parse_scenario(kServer + rest, "s.toml");
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message;
  return scenario ? *scenario : Scenario{};
}

std::string text_of(const base::Path& path) { return base::read_text(path).value_or("none"); }

TEST(WriteTree, HasTheLayoutOfPowercap) {
  const fake::TemporaryFolder folder;
  ASSERT_TRUE(write_tree(server(), {1.0}, folder.path()).has_value());
  const base::Path zones = folder / "sys/class/powercap";
  EXPECT_EQ(text_of(zones / "intel-rapl:0/name"), "package-0-die-0\n");
  EXPECT_EQ(text_of(zones / "intel-rapl:1/name"), "package-0-die-1\n");
  EXPECT_EQ(text_of(zones / "intel-rapl:0:0/name"), "dram\n");
  EXPECT_EQ(text_of(zones / "intel-rapl:2/name"), "psys\n");
  EXPECT_EQ(text_of(zones / "intel-rapl:0/max_energy_range_uj"), "261993005056\n");  // 2^32 x 61 uJ
  EXPECT_EQ(text_of(zones / "intel-rapl:0/constraint_0_power_limit_uw"), "150000000\n");
  EXPECT_EQ(text_of(zones / "intel-rapl:0:0/energy_uj"), "1010000000\n");
  EXPECT_FALSE(std::filesystem::exists(zones / "intel-rapl:3"));  // no powercap zone shows a GPU
}

TEST(WriteTree, TheRaplMeterReadsItWhileItIsRewritten) {
  const fake::TemporaryFolder folder;
  fake::FakeClock clock;
  const Scenario scenario = server();
  const base::MonoTime start = clock.now();
  const auto write_now = [&] { ASSERT_TRUE(write_tree(scenario, clock.now() - start, folder.path()).has_value()); };
  write_now();
  clock.after_sleep = write_now;
  auto rapl = meter::open_rapl_meter({.root = folder.path(), .clock = &clock, .machine = {}});
  ASSERT_TRUE(rapl.has_value());
  clock.advance(Seconds{2.0});
  write_now();
  std::vector<meter::Reading> readings((*rapl)->channels().size());
  ASSERT_TRUE((*rapl)->read(readings).has_value());
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const std::string& id = (*rapl)->channels()[i].id;
    const double expected = id == "cpu.package.0" ? 200.0 : id == "cpu.dram.0" ? 20.0 : 400.0;
    EXPECT_NEAR(static_cast<double>(readings[i].value) * 1e-6, expected, 0.2) << id;
  }
}

TEST(WriteTree, FaultsAreFilesThatCannotBeRead) {
  const fake::TemporaryFolder folder;
  const base::Path energy = folder / "sys/class/powercap/intel-rapl:0:0/energy_uj";
  const Scenario empty = server("[[fault]]\nkind = \"empty\"\nsensor = \"cpu.dram.0\"");
  ASSERT_TRUE(write_tree(empty, {1.0}, folder.path()).has_value());
  EXPECT_EQ(text_of(energy), "");
  const Scenario closed = server("[[fault]]\nkind = \"permission\"\nsensor = \"cpu.dram.0\"");
  ASSERT_TRUE(write_tree(closed, {1.0}, folder.path()).has_value());
  EXPECT_EQ(std::filesystem::status(energy).permissions(), std::filesystem::perms::none);
  const fake::TemporaryFolder other;
  const Scenario gone = server("[[fault]]\nkind = \"unplugged\"\nsensor = \"cpu.dram.0\"");
  ASSERT_TRUE(write_tree(gone, {1.0}, other.path()).has_value());
  EXPECT_FALSE(std::filesystem::exists(other / "sys/class/powercap/intel-rapl:0:0"));
}

TEST(WriteTree, MemoryWithoutAPackageIsRefused) {
  const auto scenario = parse_scenario("[power.p]\n[[sensor]]\nid = \"cpu.dram.0\"\npower = \"p\"", "s.toml");
  ASSERT_TRUE(scenario.has_value());
  const fake::TemporaryFolder folder;
  EXPECT_EQ(write_tree(*scenario, {0.0}, folder.path()).error().kind, ErrorKind::usage);
}

TEST(WriteTree, AFolderThatCannotBeMadeIsAnError) {
  EXPECT_EQ(write_tree(server(), {0.0}, "/proc/nowhere").error().kind, ErrorKind::io);
}

}  // namespace
}  // namespace wattlens::simulation
