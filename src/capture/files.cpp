#include "capture/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <set>

#include "base/text.h"

namespace wattlens::capture {
namespace {

using base::Path;

constexpr std::array kSingle = {
    "etc/os-release",
    "usr/lib/os-release",
    "proc/cpuinfo",
    "proc/loadavg",
    "proc/meminfo",
    "proc/stat",
    "proc/self/status",
    "proc/sys/kernel/osrelease",
    "proc/device-tree/compatible",
    "proc/device-tree/hypervisor/compatible",
    "run/systemd/container",
    "run/.containerenv",
    ".dockerenv",
    "dev/ipmi0",
    "dev/ipmi/0",
    "dev/ipmidev/0",
    "sys/hypervisor/type",
    "sys/class/dmi/id/bios_vendor",
    "sys/class/dmi/id/board_vendor",
    "sys/class/dmi/id/product_name",
    "sys/class/dmi/id/sys_vendor",
    "sys/devices/system/clocksource/clocksource0/available_clocksource",
    "sys/devices/system/cpu/online",
    "sys/devices/system/cpu/smt/active",
    "sys/devices/system/cpu/cpufreq/boost",
    "sys/devices/system/cpu/intel_pstate/no_turbo",
};
// Whether they are there is all that counts.
constexpr std::array kMarks = {".dockerenv", "run/.containerenv", "dev/ipmi0", "dev/ipmi/0", "dev/ipmidev/0"};
constexpr std::array kOfProcessor = {"topology/physical_package_id", "topology/core_cpus_list",
                                     "topology/thread_siblings_list", "cpufreq/scaling_governor",
                                     "cpufreq/cpuinfo_max_freq"};
constexpr std::array kOfGroup = {"cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us", "memory.max",
                                 "memory.limit_in_bytes"};
constexpr std::array kGroupMounts = {"", "unified", "cpu", "cpu,cpuacct", "memory"};
// Words by which a container is known; the rest of a group's name may be an id or a user.
constexpr std::array kGroupWords = {"kubepods", "docker", "libpod", "lxc", "systemd-nspawn"};
constexpr std::array kPlainGroups = {"machine.slice", "system.slice", "user.slice", "init.scope"};

bool is_numbered(std::string_view name, std::string_view kind) {
  if (!name.starts_with(kind)) return false;
  name.remove_prefix(kind.size());
  return !name.empty() && name.front() >= '0' && name.front() <= '9';
}

// "power1_average", "in0_label", "update_interval"; not "uevent" or what boards are told apart by.
bool is_sensor_file(std::string_view name) {
  if (name == "name" || name == "update_interval") return true;
  constexpr std::array kKinds = {"temp", "in", "curr", "power", "energy"};
  return std::ranges::any_of(kKinds, [&](std::string_view kind) { return is_numbered(name, kind); });
}

bool is_zone_file(std::string_view name) {
  return name == "name" || name == "energy_uj" || name == "max_energy_range_uj" || name == "enabled" ||
         name.starts_with("constraint_");
}

// Names of groups without what they may tell of a person: the same name always becomes the same one.
class GroupNames {
 public:
  std::string path(std::string_view group) {
    std::string out;
    for (const std::string_view part : base::split(group, '/')) {
      if (part.empty()) continue;
      out += '/';
      out += name(part);
    }
    return out.empty() ? "/" : out;
  }

 private:
  std::string name(std::string_view part) {
    if (std::ranges::find(kPlainGroups, part) != kPlainGroups.end() || part == "..") return std::string(part);
    const auto [found, added] = numbers_.try_emplace(std::string(part), numbers_.size() + 1);
    const auto word = std::ranges::find_if(kGroupWords, [&](std::string_view one) { return part.contains(one); });
    return fmt::format("{}-{}", word == kGroupWords.end() ? "group" : *word, found->second);
  }
  std::map<std::string, std::size_t, std::less<>> numbers_;
};

std::string lines_that_begin(std::string_view text, std::string_view begin, bool keep) {
  std::string out;
  for (const std::string_view line : base::split(text, '\n')) {
    if (!line.empty() && line.starts_with(begin) == keep) out += fmt::format("{}\n", line);
  }
  return out;
}

class Collector {
 public:
  explicit Collector(const Path& root) : root_(root) {}

  std::vector<CapturedFile> collect() {
    for (const char* path : kSingle) take(path);
    take_processors();
    take_folders("sys/class/powercap", is_zone_file);
    take_folders("sys/class/hwmon", is_sensor_file);
    take_groups();
    std::vector<CapturedFile> files;
    for (auto& [path, file] : files_) files.push_back(std::move(file));
    return files;
  }

 private:
  // `as`: the path under which it is passed on, where that is another one.
  void take(const std::string& path, std::string as = {}) {
    std::error_code error;
    const auto status = std::filesystem::status(root_ / path, error);
    if (as.empty()) as = path;
    const bool mark = std::ranges::find(kMarks, path) != kMarks.end();
    if (mark && std::filesystem::exists(status)) files_[as] = {.path = as, .text = "", .link = {}};
    if (mark || !std::filesystem::is_regular_file(status)) return;
    auto text = base::read_text(root_ / path);
    CapturedFile file{.path = as, .text = {}, .link = {}};
    if (text) file.text = passed_on(path, *std::move(text));
    files_[as] = std::move(file);
  }

  void take_processors() {
    const std::string folder = "sys/devices/system/cpu";
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(root_ / folder, error)) {
      const std::string name = entry.path().filename().string();
      if (!is_numbered(name, "cpu")) continue;
      for (const char* file : kOfProcessor) take(fmt::format("{}/{}/{}", folder, name, file));
    }
  }

  // The files of every folder in `parent`, and the name of the device that it belongs to.
  void take_folders(const std::string& parent, bool (*wanted)(std::string_view)) {
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(root_ / parent, error)) {
      const std::string folder = fmt::format("{}/{}", parent, entry.path().filename().string());
      std::error_code ignored;
      for (const auto& file : std::filesystem::directory_iterator(entry.path(), ignored)) {
        const std::string name = file.path().filename().string();
        if (wanted(name)) take(fmt::format("{}/{}", folder, name));
      }
      const Path device = std::filesystem::canonical(entry.path() / "device", ignored);
      if (ignored) continue;
      const std::string name = device.filename().string();
      const std::string mark = fmt::format("sys/devices/captured/{}/present", name);
      files_[mark] = {.path = mark, .text = "", .link = {}};
      const std::string link = folder + "/device";
      files_[link] = {.path = link, .text = {}, .link = fmt::format("../../../devices/captured/{}", name)};
    }
  }

  void take_groups() {
    const auto groups = base::read_text(root_ / "proc/self/cgroup");
    if (!groups) return;
    GroupNames names;
    std::string text;
    for (const std::string_view line : base::split(*groups, '\n')) {
      const auto parts = base::split(line, ':');
      if (parts.size() < 3) continue;
      text += fmt::format("{}:{}:{}\n", parts[0], parts[1], names.path(parts[2]));
      for (const char* mount : kGroupMounts) take_group(mount, parts[2], names);
    }
    files_["proc/self/cgroup"] = {.path = "proc/self/cgroup", .text = std::move(text), .link = {}};
  }

  // From the group up to the mount: limits hold for all below them.
  void take_group(const std::string& mount, std::string_view group, GroupNames& names) {
    const std::string folder = fmt::format("sys/fs/cgroup{}{}", mount.empty() ? "" : "/", mount);
    std::string here(group);
    while (true) {
      const std::string plain = here == "/" ? "" : here;
      const std::string as = plain.empty() ? "" : names.path(plain);
      for (const char* file : kOfGroup) {
        take(fmt::format("{}{}/{}", folder, plain, file), fmt::format("{}{}/{}", folder, as, file));
      }
      const std::size_t slash = here.rfind('/');
      if (plain.empty() || slash == std::string::npos) return;
      here = here.substr(0, slash);
    }
  }

  const Path& root_;
  std::map<std::string, CapturedFile> files_;
};

}  // namespace

std::string passed_on(std::string_view path, std::string text) {
  if (path == "proc/cpuinfo") return lines_that_begin(text, "Serial", false);
  if (path == "proc/self/status") return lines_that_begin(text, "Cpus_allowed", true);
  if (path == "proc/stat") return lines_that_begin(text, "cpu", true);
  return text;
}

std::vector<CapturedFile> capture_files(const base::Path& root) { return Collector(root).collect(); }

bool is_moving(const CapturedFile& file) {
  if (!file.text) return false;
  const std::string name = Path(file.path).filename().string();
  if (file.path.starts_with("sys/class/powercap/")) return name == "energy_uj";
  if (file.path.starts_with("sys/class/hwmon/")) {
    return !name.starts_with("temp") && (name.ends_with("_input") || name.ends_with("_average"));
  }
  return file.path == "proc/stat";
}

Result<void> write_files(const std::vector<CapturedFile>& files, const base::Path& folder) {
  for (const CapturedFile& file : files) {
    const Path path = folder / file.path;
    std::error_code error;
    std::filesystem::create_directories(path.parent_path(), error);
    if (!error && !file.link.empty()) std::filesystem::create_symlink(file.link, path, error);
    if (error) return fail(ErrorKind::io, fmt::format("cannot make {}: {}", path.string(), error.message()));
    if (!file.link.empty()) continue;
    WATTLENS_CHECK(base::write_text(path, file.text.value_or("")));
    if (!file.text) std::filesystem::permissions(path, std::filesystem::perms::none, error);
  }
  return {};
}

}  // namespace wattlens::capture
