#include "machine/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/version.h"
#include "fake/paths.h"
#include "fake/temp_tree.h"
#include "machine/tree.h"

namespace wattlens::machine {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

base::Path recorded(const char* name) { return fake::test_folder() / "machines" / name; }

TEST(ReadMachine, AnEmptyTreeTellsNothingAndGuessesNothing) {
  const fake::TempTree tree;
  const auto state = read_machine(tree.root());
  EXPECT_EQ(state.kernel, "");
  EXPECT_EQ(state.os, "");
  EXPECT_EQ(state.cpu.vendor, "");
  EXPECT_EQ(state.cpu.microarchitecture, "");
  EXPECT_EQ(state.cpu.sockets, 0);
  EXPECT_EQ(state.cpu.cores, 0);
  EXPECT_EQ(state.cpu.threads, 0);
  EXPECT_EQ(state.cpu.usable_threads, 0);
  EXPECT_THAT(state.cpu.features, IsEmpty());
  EXPECT_FALSE(state.cpu.max_frequency.has_value());
  EXPECT_FALSE(state.cpu.smt.has_value());
  EXPECT_FALSE(state.cpu.turbo.has_value());
  EXPECT_FALSE(state.cpu.temperature.has_value());
  EXPECT_FALSE(state.load_average.has_value());
  EXPECT_EQ(state.memory.value, 0.0);
  EXPECT_EQ(state.virtual_machine, "");
  EXPECT_EQ(state.container, "");
}

TEST(ReadMachine, FilesOfNonsenseTellNothing) {
  const fake::TempTree tree;
  for (const char* path : {"proc/cpuinfo", "proc/meminfo", "proc/self/status", "proc/self/cgroup", "proc/loadavg",
                           "sys/devices/system/cpu/online", "sys/devices/system/cpu/smt/active"}) {
    tree.write(path, "\xff\xfe:::\nMemTotal: lots\nCpus_allowed_list: 9-1\n::::");
  }
  const auto state = read_machine(tree.root());
  EXPECT_EQ(state.cpu.threads, 0);
  EXPECT_EQ(state.memory.value, 0.0);
  EXPECT_FALSE(state.load_average.has_value());
}

TEST(ReadMachine, ATwoSocketXeon) {
  const auto state = read_machine(recorded("xeon-two-sockets"));
  EXPECT_EQ(state.kernel, "6.1.0-28-amd64");
  EXPECT_EQ(state.os, "Debian GNU/Linux 12 (bookworm)");
  EXPECT_EQ(state.cpu.vendor, "GenuineIntel");
  EXPECT_EQ(state.cpu.model_name, "Intel(R) Xeon(R) Platinum 8480+");
  EXPECT_EQ(state.cpu.microarchitecture, "Sapphire Rapids");
  EXPECT_EQ(state.cpu.sockets, 2);
  EXPECT_EQ(state.cpu.cores, 4);
  EXPECT_EQ(state.cpu.threads, 8);
  EXPECT_EQ(state.cpu.usable_threads, 8);
  EXPECT_THAT(state.cpu.features, Contains("amx_bf16"));
  EXPECT_EQ(state.cpu.governor, "performance");
  EXPECT_EQ(state.cpu.smt, true);
  EXPECT_EQ(state.cpu.turbo, true);
  EXPECT_DOUBLE_EQ(state.cpu.max_frequency->value, 3.8e9);
  EXPECT_DOUBLE_EQ(state.cpu.temperature->value, 51.0);
  EXPECT_DOUBLE_EQ(state.memory.value, 528280976.0 * 1024);
  EXPECT_DOUBLE_EQ(*state.load_average, 0.42);
  EXPECT_EQ(state.virtual_machine, "");
  EXPECT_EQ(state.container, "");
}

TEST(ReadMachine, AnEpycOnBareMetal) {
  const auto state = read_machine(recorded("epyc-bare-metal"));
  EXPECT_EQ(state.cpu.microarchitecture, "Zen 4");
  EXPECT_EQ(state.cpu.sockets, 1);
  EXPECT_EQ(state.cpu.cores, 2);
  EXPECT_EQ(state.cpu.turbo, true);
  EXPECT_DOUBLE_EQ(state.cpu.temperature->value, 38.5);
}

TEST(ReadMachine, ACloudMachineInAContainer) {
  const auto state = read_machine(recorded("cloud-vm"));
  EXPECT_EQ(state.cpu.microarchitecture, "Zen 5");
  EXPECT_EQ(state.cpu.smt, false);
  EXPECT_EQ(state.virtual_machine, "kvm");
  EXPECT_EQ(state.container, "docker");
  EXPECT_EQ(state.cpu.governor, "");
  EXPECT_FALSE(state.cpu.turbo.has_value());
}

TEST(ReadMachine, ALaptopWithTurboOff) {
  const auto state = read_machine(recorded("laptop-with-psys"));
  EXPECT_EQ(state.cpu.microarchitecture, "Tiger Lake");
  EXPECT_EQ(state.cpu.cores, 2);
  EXPECT_EQ(state.cpu.threads, 4);
  EXPECT_EQ(state.cpu.turbo, false);
}

TEST(ReadMachine, TheVersionIsOurs) {
  const auto state = read_machine(recorded("cloud-vm"));
  EXPECT_EQ(state.wattlens_version, base::version().semantic);
  EXPECT_EQ(state.git_revision, base::version().revision);
  EXPECT_FALSE(state.compiler.empty());
}

TEST(ReadMachine, DifferentGovernorsAreAllNamed) {
  const fake::TempTree tree;
  tree.write("sys/devices/system/cpu/online", "0-1\n");
  tree.write("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
  tree.write("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "performance\n");
  EXPECT_EQ(read_machine(tree.root()).cpu.governor, "performance, powersave");
}

TEST(ReadMachine, AnUnknownSocketIsNotSocketZero) {
  const fake::TempTree tree;
  tree.write("sys/devices/system/cpu/online", "0\n");
  tree.write("sys/devices/system/cpu/cpu0/topology/physical_package_id", "-1\n");
  EXPECT_EQ(read_machine(tree.root()).cpu.sockets, 0);
}

TEST(ReadMachine, WithoutSysTheTopologyOfCpuinfoCounts) {
  const fake::TempTree tree;
  tree.write("proc/cpuinfo",
             "processor\t: 0\nphysical id\t: 0\ncore id\t\t: 0\n\nprocessor\t: 1\nphysical id\t: 0\ncore id\t\t: 0\n\n"
             "processor\t: 2\nphysical id\t: 1\ncore id\t\t: 0\n\n");
  const auto cpu = read_machine(tree.root()).cpu;
  EXPECT_EQ(cpu.threads, 3);
  EXPECT_EQ(cpu.sockets, 2);
  EXPECT_EQ(cpu.cores, 2);
}

TEST(ReadMachine, AnArmServer) {
  const fake::TempTree tree;
  tree.write(
      "proc/cpuinfo",
      "processor\t: 0\nFeatures\t: fp asimd asimdhp bf16 i8mm sve\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n");
  const auto cpu = read_machine(tree.root()).cpu;
  EXPECT_EQ(cpu.vendor, "ARM");
  EXPECT_EQ(cpu.microarchitecture, "Neoverse V1");
  EXPECT_THAT(cpu.features, ElementsAre("asimd", "asimdhp", "bf16", "i8mm", "sve"));
}

TEST(MemoryLimit, WithoutCgroupsThereIsNone) {
  const fake::TempTree tree;
  tree.write("proc/meminfo", "MemTotal: 8388608 kB\n");
  const auto machine = read_machine(tree.root());
  EXPECT_FALSE(machine.memory_limit);
  EXPECT_EQ(machine.usable_memory(), base::mebibytes(8192));
}

TEST(MemoryLimit, TheSmallestOfTheSecondVersionCounts) {
  const fake::TempTree tree;
  tree.write("proc/meminfo", "MemTotal: 8388608 kB\n");
  tree.write("proc/self/cgroup", "0::/a/b\n");
  tree.write("sys/fs/cgroup/a/memory.max", "1073741824\n");
  tree.write("sys/fs/cgroup/a/b/memory.max", "max\n");
  const auto machine = read_machine(tree.root());
  EXPECT_EQ(machine.memory_limit, base::mebibytes(1024));
  EXPECT_EQ(machine.usable_memory(), base::mebibytes(1024));
  EXPECT_EQ(machine.memory, base::mebibytes(8192)) << "the machine is as large as before";
}

TEST(MemoryLimit, OfTheFirstVersionToo) {
  const fake::TempTree tree;
  tree.write("proc/self/cgroup", "4:memory:/outside/of/the/container\n1:cpu:/\n0::/\n");
  tree.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "536870912\n");
  EXPECT_EQ(read_machine(tree.root()).memory_limit, base::mebibytes(512));
}

TEST(MemoryLimit, TheNumberForNoLimitIsNone) {
  const fake::TempTree tree;
  tree.write("proc/self/cgroup", "4:memory:/\n");
  tree.write("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  EXPECT_FALSE(read_machine(tree.root()).memory_limit);
}

TEST(UsableThreads, AffinityLimitsThem) {
  const fake::TempTree tree;
  tree.write("proc/self/status", "Cpus_allowed_list:\t0,2-3\n");
  EXPECT_EQ(read_machine(tree.root()).cpu.usable_threads, 3);
}

TEST(UsableThreads, AQuotaOfTheSecondCgroupVersionLimitsThem) {
  const fake::TempTree tree;
  tree.write("proc/self/status", "Cpus_allowed_list:\t0-15\n");
  tree.write("proc/self/cgroup", "0::/a/b\n");
  tree.write("sys/fs/cgroup/a/cpu.max", "150000 100000\n");
  tree.write("sys/fs/cgroup/a/b/cpu.max", "max 100000\n");
  EXPECT_EQ(read_machine(tree.root()).cpu.usable_threads, 2);
}

TEST(UsableThreads, AQuotaOfTheFirstCgroupVersionLimitsThem) {
  const fake::TempTree tree;
  tree.write("proc/self/status", "Cpus_allowed_list:\t0-15\n");
  tree.write("proc/self/cgroup", "4:memory:/x\n1:cpu,cpuacct:/job\n0::/\n");
  tree.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "400000\n");
  tree.write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(read_machine(tree.root()).cpu.usable_threads, 4);
}

TEST(UsableThreads, InAContainerTheQuotaLiesAtTheMount) {
  const fake::TempTree tree;
  tree.write("proc/self/status", "Cpus_allowed_list:\t0-15\n");
  tree.write("proc/self/cgroup", "0::/../../outside\n");
  tree.write("sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(read_machine(tree.root()).cpu.usable_threads, 1);
}

TEST(UsableThreads, NoQuotaMeansAffinity) {
  const fake::TempTree tree;
  tree.write("proc/self/status", "Cpus_allowed_list:\t0-3\n");
  tree.write("proc/self/cgroup", "1:cpu:/\n");
  tree.write("sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  tree.write("sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(read_machine(tree.root()).cpu.usable_threads, 4);
}

TEST(VirtualMachine, ABareMachineOfACloudIsNone) {
  const fake::TempTree tree;
  tree.write("proc/cpuinfo", "flags\t: fpu avx2\n");
  tree.write("sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
  tree.write("sys/class/dmi/id/product_name", "m5.metal\n");
  EXPECT_EQ(read_machine(tree.root()).virtual_machine, "");
}

TEST(VirtualMachine, DmiNamesTheCloud) {
  const fake::TempTree tree;
  tree.write("proc/cpuinfo", "flags\t: fpu hypervisor\n");
  tree.write("sys/class/dmi/id/sys_vendor", "Amazon EC2\n");
  EXPECT_EQ(read_machine(tree.root()).virtual_machine, "amazon");
}

TEST(VirtualMachine, AnUnnamedHypervisorIsUnknownAndNotNone) {
  const fake::TempTree tree;
  tree.write("proc/cpuinfo", "flags\t: fpu hypervisor\n");
  EXPECT_EQ(read_machine(tree.root()).virtual_machine, "unknown");
}

TEST(VirtualMachine, XenTellsItself) {
  const fake::TempTree tree;
  tree.write("sys/hypervisor/type", "xen\n");
  EXPECT_EQ(read_machine(tree.root()).virtual_machine, "xen");
}

TEST(Container, PodmanAndKubernetesAreTold) {
  const fake::TempTree podman;
  podman.write("run/.containerenv", "");
  EXPECT_EQ(read_machine(podman.root()).container, "podman");
  const fake::TempTree kubernetes;
  kubernetes.write("proc/self/cgroup", "0::/kubepods/burstable/pod1/abc\n");
  kubernetes.write(".dockerenv", "");
  EXPECT_EQ(read_machine(kubernetes.root()).container, "kubernetes");
}

TEST(CpuList, ListsAndRangesAndNonsense) {
  EXPECT_THAT(*parse_cpu_list("0-2,5"), ElementsAre(0, 1, 2, 5));
  EXPECT_THAT(*parse_cpu_list(""), IsEmpty());
  EXPECT_FALSE(parse_cpu_list("3-1").has_value());
  EXPECT_FALSE(parse_cpu_list("a").has_value());
  EXPECT_FALSE(parse_cpu_list("0-99999999999").has_value());
}

}  // namespace
}  // namespace wattlens::machine
