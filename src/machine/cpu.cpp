#include "machine/cpu.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>

#include "base/text.h"
#include "machine/microarchitecture.h"
#include "machine/tree.h"

namespace wattlens::machine {
namespace {

// The instruction sets by which engines choose their kernels.
constexpr auto kFeatures = std::to_array<std::string_view>({
    "sse4_2",      "avx",         "f16c",        "fma",      "avx2",     "avx_vnni", "avx512f",  "avx512bw",
    "avx512_vnni", "avx512_bf16", "avx512_fp16", "amx_tile", "amx_int8", "amx_bf16", "amx_fp16", "asimd",
    "asimdhp",     "asimddp",     "bf16",        "i8mm",     "sve",      "sve2",     "sme",
});

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

std::int64_t hexadecimal(std::string_view text) {
  if (text.starts_with("0x")) text.remove_prefix(2);
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value, 16);
  return value;
}

std::string_view arm_vendor(std::int64_t implementer) {
  switch (implementer) {
    case 0x41: return "ARM";
    case 0x43: return "Cavium";
    case 0x46: return "Fujitsu";
    case 0x48: return "HiSilicon";
    case 0xC0: return "Ampere";
    default: return {};
  }
}

void read_identity(std::string_view info, record::Cpu& cpu) {
  const auto number = [&](std::string_view key) {
    const auto text = field_of(info, key);
    return text ? base::parse_integer(*text).value_or(0) : 0;
  };
  cpu.vendor = field_of(info, "vendor_id").value_or("");
  cpu.model_name = field_of(info, "model name").value_or("");
  cpu.family = number("cpu family");
  cpu.model = number("model");
  cpu.microarchitecture = x86_microarchitecture(cpu.vendor, cpu.family, cpu.model, number("stepping"));
  if (const auto implementer = field_of(info, "CPU implementer")) {
    cpu.vendor = arm_vendor(hexadecimal(*implementer));
    cpu.model = hexadecimal(field_of(info, "CPU part").value_or(""));
    cpu.microarchitecture = arm_microarchitecture(hexadecimal(*implementer), cpu.model);
    if (cpu.model_name.empty()) cpu.model_name = cpu.microarchitecture;
  }
  const auto flags = field_of(info, "flags").value_or(field_of(info, "Features").value_or(""));
  const auto words = base::split(flags, ' ');
  for (const std::string_view feature : kFeatures) {
    if (contains(words, feature)) cpu.features.emplace_back(feature);
  }
}

struct Topology {
  std::int64_t sockets = 0;
  std::int64_t cores = 0;
};

Topology sysfs_topology(const base::Path& folder, const std::vector<std::int64_t>& online) {
  std::set<std::int64_t> packages;
  std::set<std::string> cores;
  for (const std::int64_t cpu : online) {
    const base::Path topology = folder / fmt::format("cpu{}", cpu) / "topology";
    // -1 is the kernel's word for "not known", not a socket.
    if (const auto package = read_integer(topology / "physical_package_id"); package && *package >= 0) {
      packages.insert(*package);
    }
    auto siblings = read_line(topology / "core_cpus_list");
    if (!siblings) siblings = read_line(topology / "thread_siblings_list");
    if (siblings) cores.insert(*siblings);
  }
  return {static_cast<std::int64_t>(packages.size()), static_cast<std::int64_t>(cores.size())};
}

// Where /sys shows no topology (some containers hide it), x86 tells it in /proc/cpuinfo too.
Topology cpuinfo_topology(std::string_view info) {
  std::set<std::string> packages;
  std::set<std::pair<std::string, std::string>> cores;
  std::string package;
  for (const std::string_view line : base::split(info, '\n')) {
    if (const auto id = field_of(line, "physical id")) packages.insert(package = *id);
    if (const auto id = field_of(line, "core id")) cores.emplace(package, *id);
  }
  return {static_cast<std::int64_t>(packages.size()), static_cast<std::int64_t>(cores.size())};
}

std::int64_t count_processors(std::string_view info) {
  return std::ranges::count_if(base::split(info, '\n'),
                               [](std::string_view line) { return field_of(line, "processor").has_value(); });
}

std::string read_governor(const base::Path& folder, const std::vector<std::int64_t>& online) {
  std::set<std::string> names;
  for (const std::int64_t cpu : online) {
    if (auto name = read_line(folder / fmt::format("cpu{}", cpu) / "cpufreq" / "scaling_governor"); name) {
      names.insert(std::move(*name));
    }
  }
  return base::join(std::vector<std::string>(names.begin(), names.end()), ", ");
}

std::optional<bool> read_turbo(const base::Path& folder) {
  if (const auto off = read_integer(folder / "intel_pstate" / "no_turbo")) return *off == 0;
  if (const auto on = read_integer(folder / "cpufreq" / "boost")) return *on != 0;
  return std::nullopt;
}

// The hottest of the packages, as hwmon's coretemp ("Package id N") and k10temp ("Tctl" or "Tdie") tell it.
std::optional<record::Celsius> read_temperature(const base::Path& root) {
  std::optional<record::Celsius> hottest;
  std::error_code error;
  for (const auto& sensor : std::filesystem::directory_iterator(root / "sys/class/hwmon", error)) {
    const auto name = read_line(sensor.path() / "name");
    if (name != "coretemp" && name != "k10temp") continue;
    for (int i = 1; i <= 4; ++i) {
      const auto label = read_line(sensor.path() / fmt::format("temp{}_label", i));
      const auto milli = read_integer(sensor.path() / fmt::format("temp{}_input", i));
      if (!label || !milli || !(label->starts_with("Package") || *label == "Tctl" || *label == "Tdie")) continue;
      const record::Celsius value{static_cast<double>(*milli) * 1e-3};
      if (!hottest || value > *hottest) hottest = value;
    }
  }
  return hottest;
}

// The smallest CPU quota (processors) on the way from a cgroup's folder up to `mount`.
std::optional<double> smallest_quota(const base::Path& mount, std::string_view group) {
  std::optional<double> smallest;
  const auto take = [&](double quota, double period) {
    if (quota > 0 && period > 0 && (!smallest || quota / period < *smallest)) smallest = quota / period;
  };
  base::Path folder = mount / base::Path(group).relative_path();
  while (true) {
    if (const auto line = read_line(folder / "cpu.max")) {  // version 2: "max 100000" or "150000 100000"
      const auto parts = base::split(*line, ' ');
      if (parts.size() == 2) take(base::parse_number(parts[0]).value_or(0), base::parse_number(parts[1]).value_or(0));
    }
    const auto quota = read_integer(folder / "cpu.cfs_quota_us");  // version 1: -1 means none
    const auto period = read_integer(folder / "cpu.cfs_period_us");
    if (quota && period) take(static_cast<double>(*quota), static_cast<double>(*period));
    if (folder == mount || !folder.has_relative_path() || folder.parent_path() == folder) return smallest;
    folder = folder.parent_path();
  }
}

}  // namespace

std::optional<std::int64_t> read_usable_threads(const base::Path& root) {
  const auto status = base::read_text(root / "proc/self/status");
  const auto allowed = status ? field_of(*status, "Cpus_allowed_list") : std::nullopt;
  const auto cpus = allowed ? parse_cpu_list(*allowed) : std::nullopt;
  if (!cpus || cpus->empty()) return std::nullopt;
  auto usable = static_cast<std::int64_t>(cpus->size());
  const std::string groups = base::read_text(root / "proc/self/cgroup").value_or("");
  const base::Path mounts = root / "sys/fs/cgroup";
  for (const std::string_view line : base::split(groups, '\n')) {
    const auto parts = base::split(line, ':');  // "0::/path" or "4:cpu,cpuacct:/path"
    if (parts.size() < 3) continue;
    const bool second = parts[1].empty();
    if (!second && !contains(base::split(parts[1], ','), "cpu")) continue;
    for (const base::Path& mount :
         second ? std::array{mounts, mounts / "unified"} : std::array{mounts / "cpu", mounts / "cpu,cpuacct"}) {
      if (const auto quota = smallest_quota(mount, parts[2])) {
        // A quota of 1.5 processors lets two threads run, the second one half of the time.
        usable = std::min(usable, static_cast<std::int64_t>(std::ceil(*quota)));
      }
    }
  }
  return std::max<std::int64_t>(usable, 1);
}

record::Cpu read_cpu(const base::Path& root) {
  record::Cpu cpu;
  const base::Path folder = root / "sys/devices/system/cpu";
  const std::string info = base::read_text(root / "proc/cpuinfo").value_or("");
  read_identity(info, cpu);
  const auto online = parse_cpu_list(read_line(folder / "online").value_or("")).value_or(std::vector<std::int64_t>());
  cpu.threads = online.empty() ? count_processors(info) : static_cast<std::int64_t>(online.size());
  const Topology seen = sysfs_topology(folder, online);
  const Topology told = cpuinfo_topology(info);
  cpu.sockets = seen.sockets > 0 ? seen.sockets : told.sockets;
  cpu.cores = seen.cores > 0 ? seen.cores : told.cores;
  cpu.usable_threads = read_usable_threads(root).value_or(cpu.threads);
  if (const auto khz = read_integer(folder / "cpu0/cpufreq/cpuinfo_max_freq")) {
    cpu.max_frequency = record::Hertz{static_cast<double>(*khz) * 1e3};
  }
  if (const auto smt = read_integer(folder / "smt/active")) cpu.smt = *smt != 0;
  cpu.turbo = read_turbo(folder);
  cpu.governor = read_governor(folder, online);
  cpu.temperature = read_temperature(root);
  return cpu;
}

}  // namespace wattlens::machine
