#include "capture/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/clock.h"
#include "fake/paths.h"
#include "fake/temporary_folder.h"
#include "machine/machine.h"
#include "meter/meter_set.h"
#include "record/json.h"

namespace wattlens::capture {
namespace {

const base::Path kMachines = fake::test_folder() / "machines";

void put(const base::Path& file, std::string_view text) {
  std::filesystem::create_directories(file.parent_path());
  ASSERT_TRUE(base::write_text(file, text));
}

std::string all_text(const std::vector<CapturedFile>& files) {
  std::string text;
  for (const CapturedFile& file : files) text += file.path + "\n" + file.text.value_or("") + file.link + "\n";
  return text;
}

// What the program makes of a machine: its state, and every channel with all that is known of it.
std::string seen(const base::Path& root) {
  base::SystemClock clock;
  const auto machine = machine::read_machine(root);
  const auto meters = meter::MeterSet::open({.root = root, .clock = &clock, .machine = machine});
  base::Json json = record::to_json(machine);
  for (const auto& channel : meters.channels()) json["channels"].push_back(record::to_json(channel));
  for (const auto& absent : meters.absent()) json["absent"].push_back({absent.name, absent.reason});
  return base::to_pretty_text(json);
}

TEST(CapturedFiles, OfNoMachineAreNone) {
  const fake::TemporaryFolder empty;
  EXPECT_TRUE(capture_files(empty.path()).empty());
}

TEST(CapturedFiles, ShowEveryMachineAsItIs) {
  std::size_t machines = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kMachines)) {
    if (!entry.is_directory()) continue;
    ++machines;
    const fake::TemporaryFolder copy;
    const auto files = capture_files(entry.path());
    EXPECT_FALSE(files.empty());
    ASSERT_TRUE(write_files(files, copy.path()));
    EXPECT_EQ(seen(copy.path()), seen(entry.path())) << entry.path();
    EXPECT_EQ(all_text(capture_files(copy.path())), all_text(files)) << "and again the same";
  }
  EXPECT_GE(machines, 5U);
}

TEST(CapturedFiles, ShowABoardAsItIsWithTheNameOfItsDevice) {
  const fake::TemporaryFolder root;
  const base::Path device = root / "sys/devices/pci0000:00/0000:09:00.0";
  put(device / "unique_id", "deadbeef12345678");
  put(root / "sys/class/hwmon/hwmon3/name", "amdgpu\n");
  put(root / "sys/class/hwmon/hwmon3/power1_average", "31000000\n");
  put(root / "sys/class/hwmon/hwmon3/uevent", "SERIAL=1234");
  std::filesystem::create_directory_symlink(device, root / "sys/class/hwmon/hwmon3/device");
  const auto files = capture_files(root.path());
  EXPECT_THAT(all_text(files),
              testing::Not(testing::AnyOf(testing::HasSubstr("deadbeef"), testing::HasSubstr("1234"))));
  const fake::TemporaryFolder copy;
  ASSERT_TRUE(write_files(files, copy.path()));
  EXPECT_EQ(std::filesystem::canonical(copy / "sys/class/hwmon/hwmon3/device").filename(), "0000:09:00.0");
  EXPECT_EQ(seen(copy.path()), seen(root.path()));
}

TEST(CapturedFiles, LeaveOutWhatNamesSomebody) {
  const fake::TemporaryFolder root;
  put(root / "proc/cpuinfo", "processor\t: 0\nSerial\t\t: 10000000deadbeef\nRevision: c03111\n");
  put(root / "proc/self/status", "Name:\twattlens\nUid:\t1000\nCpus_allowed_list:\t0-3\n");
  put(root / "proc/stat", "cpu 1 2 3\ncpu0 1 2 3\nintr 1 2 3\nbtime 1700000000\n");
  put(root / "proc/self/cgroup",
      "0::/user.slice/user-1000.slice/user@1000.service/docker-0123456789abcdef.scope\n1:name=systemd:/\n");
  put(root / "sys/fs/cgroup/user.slice/user-1000.slice/cpu.max", "150000 100000\n");
  put(root / "sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/docker-0123456789abcdef.scope/memory.max",
      "1073741824\n");
  put(root / "run/.containerenv", "name=\"alice-box\"\n");
  put(root / "sys/class/dmi/id/product_serial", "SERIAL9");
  put(root / "proc/sys/kernel/hostname", "alices-laptop");
  const auto files = capture_files(root.path());
  const std::string text = all_text(files);
  for (const char* part : {"deadbeef", "Uid", "1000.", "alice", "0123456789", "SERIAL9", "btime", "hostname"}) {
    EXPECT_THAT(text, testing::Not(testing::HasSubstr(part)));
  }
  const fake::TemporaryFolder copy;
  ASSERT_TRUE(write_files(files, copy.path()));
  EXPECT_EQ(seen(copy.path()), seen(root.path())) << "limits and container are still seen";
  EXPECT_EQ(machine::read_machine(copy.path()).cpu.usable_threads, 2);
}

TEST(CapturedFiles, KnowWhatMoves) {
  const auto files = capture_files(kMachines / "xeon-two-sockets");
  std::vector<std::string> moving;
  for (const CapturedFile& file : files) {
    if (is_moving(file)) moving.push_back(file.path);
  }
  EXPECT_THAT(moving, testing::Contains("sys/class/powercap/intel-rapl:0/energy_uj"));
  EXPECT_THAT(moving, testing::Not(testing::Contains(testing::HasSubstr("name"))));
}

TEST(CapturedFiles, ThatCannotBeReadStayUnreadable) {
  const fake::TemporaryFolder folder;
  const std::vector<CapturedFile> files = {{.path = "sys/x", .text = {}, .link = {}}};
  ASSERT_TRUE(write_files(files, folder.path()));
  EXPECT_EQ(std::filesystem::status(folder / "sys/x").permissions(), std::filesystem::perms::none);
}

}  // namespace
}  // namespace wattlens::capture
