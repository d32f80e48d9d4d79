#include "machine/environment.h"

#include <algorithm>
#include <array>
#include <vector>

#include "base/text.h"
#include "machine/tree.h"

namespace wattlens::machine {
namespace {

struct Mark {
  std::string_view text;
  std::string_view name;
};

// What hypervisors write into DMI; the names are those of systemd-detect-virt.
constexpr auto kDmiMarks = std::to_array<Mark>({
    {"Amazon EC2", "amazon"},
    {"Google Compute Engine", "google"},
    {"VMware", "vmware"},
    {"VirtualBox", "oracle"},
    {"innotek GmbH", "oracle"},
    {"Xen", "xen"},
    {"Bochs", "bochs"},
    {"Parallels", "parallels"},
    {"BHYVE", "bhyve"},
    {"Virtual Machine", "microsoft"},
    {"KVM", "kvm"},
    {"OpenStack", "kvm"},
    {"QEMU", "qemu"},
});

constexpr auto kClockMarks = std::to_array<Mark>({
    {"kvm-clock", "kvm"},
    {"hyperv_clocksource", "microsoft"},
    {"xen", "xen"},
});

constexpr auto kGroupMarks = std::to_array<Mark>({
    {"kubepods", "kubernetes"},
    {"/docker", "docker"},
    {"libpod", "podman"},
    {"/lxc", "lxc"},
    {"machine.slice/systemd-nspawn", "systemd-nspawn"},
});

template <std::size_t N>
std::string_view name_in(std::string_view text, const std::array<Mark, N>& marks) {
  const auto found = std::ranges::find_if(marks, [&](const Mark& mark) { return text.contains(mark.text); });
  return found == marks.end() ? std::string_view{} : found->name;
}

}  // namespace

std::string read_virtual_machine(const base::Path& root, std::string_view cpuinfo) {
  if (const auto type = read_line(root / "sys/hypervisor/type"); type && !type->empty()) return *type;
  const base::Path dmi = root / "sys/class/dmi/id";
  std::string names;
  for (const auto* file : {"product_name", "sys_vendor", "board_vendor", "bios_vendor"}) {
    names += read_line(dmi / file).value_or("") + '\n';
  }
  const bool x86 = field_of(cpuinfo, "flags").has_value();
  if (x86) {
    // Clouds also rent bare machines under the same DMI names: on x86 the processor decides, DMI only names.
    const auto flags = field_of(cpuinfo, "flags").value_or("");
    const auto words = base::split(flags, ' ');
    if (std::ranges::find(words, "hypervisor") == words.end()) return {};
  } else if (read_line(dmi / "product_name").value_or("").ends_with(".metal")) {
    return {};
  }
  if (const auto name = name_in(names, kDmiMarks); !name.empty()) return std::string(name);
  if (const auto tree = read_line(root / "proc/device-tree/hypervisor/compatible")) {
    return tree->contains("kvm") ? "kvm" : tree->contains("xen") ? "xen" : "unknown";
  }
  const auto clocks =
      read_line(root / "sys/devices/system/clocksource/clocksource0/available_clocksource").value_or("");
  if (const auto name = name_in(clocks, kClockMarks); !name.empty()) return std::string(name);
  return x86 ? "unknown" : "";
}

std::string read_container(const base::Path& root) {
  std::error_code error;
  if (auto name = read_line(root / "run/systemd/container"); name && !name->empty()) return *name;
  const std::string groups = read_line(root / "proc/self/cgroup").value_or("");
  if (const auto name = name_in(groups, kGroupMarks); !name.empty()) return std::string(name);
  if (std::filesystem::exists(root / "run/.containerenv", error)) return "podman";
  if (std::filesystem::exists(root / ".dockerenv", error)) return "docker";
  return {};
}

}  // namespace wattlens::machine
