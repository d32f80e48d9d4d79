#include "settings/sysfs_settings.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <string>
#include <utility>

#include "base/text.h"

namespace wattlens::settings {
namespace {

constexpr std::string_view kProcessors = "sys/devices/system/cpu";

class FileControl final : public Control {
 public:
  explicit FileControl(base::Path file) : file_(std::move(file)) {}

  Result<std::string> read() override {
    WATTLENS_TRY(const std::string text, base::read_text(file_));
    return std::string(base::trim(text));
  }

  // In place, in one write(2), as the kernel wants it; a file is never made.
  Result<void> write(std::string_view value) override {
    const base::FileDescriptor file(::open(file_.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC));
    ssize_t written = -1;
    if (file.is_open()) {
      do {
        written = ::write(file.get(), value.data(), value.size());
      } while (written < 0 && errno == EINTR);
    }
    if (written == static_cast<ssize_t>(value.size())) return {};
    const int error = written >= 0 ? EIO : errno;
    return base::fail_errno(error, fmt::format("cannot write {} to {}", value, file_.string()), mend(error));
  }

 private:
  std::string mend(int error) const {
    if (error == EACCES || error == EPERM) {
      return fmt::format("run it as root (sudo), or let this user write it: sudo chown $USER {}", file_.string());
    }
    if (error == EROFS) return "a container shows /sys read-only: run it outside, or with --privileged";
    return "the kernel refused it: firmware, a driver or another limit does not allow this value at present";
  }

  base::Path file_;
};

std::optional<std::string> word_in(const base::Path& file) {
  const auto text = base::read_text(file);
  if (!text) return std::nullopt;
  return std::string(base::trim(*text));
}
std::optional<std::int64_t> number_in(const base::Path& file) {
  const auto text = word_in(file);
  return text ? base::parse_integer(*text) : std::nullopt;
}

// In the order of the numbers in their names: policy2 before policy10.
std::vector<base::Path> folders_named(const base::Path& parent, std::string_view prefix) {
  std::vector<std::pair<std::int64_t, base::Path>> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(parent, error)) {
    const std::string name = entry.path().filename().string();
    if (!name.starts_with(prefix)) continue;
    if (const auto number = base::parse_integer(std::string_view(name).substr(prefix.size()))) {
      found.emplace_back(*number, entry.path());
    }
  }
  std::ranges::sort(found);
  std::vector<base::Path> folders;
  for (auto& [number, path] : found) folders.push_back(std::move(path));
  return folders;
}

struct Tree {
  base::Path root;
  std::vector<base::Path> policies;

  Place place(const base::Path& file) const {
    return {file.lexically_relative(root).string(), std::make_shared<FileControl>(file)};
  }

  // That file of every policy that has it.
  std::vector<Place> in_policies(std::string_view name) const {
    std::vector<Place> places;
    for (const base::Path& policy : policies) {
      if (std::filesystem::exists(policy / name)) places.push_back(place(policy / name));
    }
    return places;
  }

  // The words that every policy knows.
  std::vector<std::string> words(std::string_view list) const {
    std::optional<std::vector<std::string>> common;
    for (const base::Path& policy : policies) {
      const std::string text = word_in(policy / list).value_or("");
      std::vector<std::string> here;
      for (const std::string_view word : base::split(text, ' ')) {
        if (!word.empty()) here.emplace_back(word);
      }
      if (!common) common = here;
      std::erase_if(*common, [&](const std::string& word) { return std::ranges::find(here, word) == here.end(); });
    }
    return common.value_or(std::vector<std::string>());
  }

  // The kernel cuts what one policy cannot; that is read back.
  std::optional<std::int64_t> extreme(std::string_view name, bool largest) const {
    std::optional<std::int64_t> extreme;
    for (const base::Path& policy : policies) {
      const auto value = number_in(policy / name);
      if (value && (!extreme || (largest ? *value > *extreme : *value < *extreme))) extreme = value;
    }
    return extreme;
  }
};

Setting with_places(std::string name, Encoding encoding, std::vector<Place> places) {
  Setting setting;
  setting.name = std::move(name);
  setting.encoding = encoding;
  setting.places = std::move(places);
  return setting;
}

void add_frequencies(const Tree& tree, std::vector<Setting>& settings) {
  Setting governor = with_places("cpu.governor", Encoding::word, tree.in_policies("scaling_governor"));
  governor.words = tree.words("scaling_available_governors");
  // Drivers set the preference themselves where the governor is "performance" (intel_pstate.rst).
  governor.followers = tree.in_policies("energy_performance_preference");
  Setting preference =
      with_places("cpu.energy_preference", Encoding::word, tree.in_policies("energy_performance_preference"));
  preference.words = tree.words("energy_performance_available_preferences");
  for (Setting* setting : {&governor, &preference}) {
    if (!setting->places.empty() && !setting->words.empty()) settings.push_back(std::move(*setting));
  }
  for (const auto& [name, file] :
       {std::pair{"cpu.max_frequency", "scaling_max_freq"}, std::pair{"cpu.min_frequency", "scaling_min_freq"}}) {
    Setting setting = with_places(name, Encoding::kilohertz, tree.in_policies(file));
    setting.lowest = tree.extreme("cpuinfo_min_freq", false);
    setting.highest = tree.extreme("cpuinfo_max_freq", true);
    if (!setting.places.empty()) settings.push_back(std::move(setting));
  }
}

void add_turbo(const Tree& tree, std::vector<Setting>& settings) {
  const base::Path processors = tree.root / kProcessors;
  const base::Path off = processors / "intel_pstate/no_turbo";
  const base::Path on = processors / "cpufreq/boost";
  if (std::filesystem::exists(off)) {
    settings.push_back(with_places("cpu.turbo", Encoding::zero_is_on, {tree.place(off)}));
  } else if (std::filesystem::exists(on)) {
    settings.push_back(with_places("cpu.turbo", Encoding::one_is_on, {tree.place(on)}));
  }
}

// "cpu.package.0.power_limit" is the long-term limit, which energy follows; the short-term one has a name of its own.
void add_package(const Tree& tree, const base::Path& zone, std::string_view package, std::vector<Setting>& settings) {
  for (int i = 0; std::filesystem::exists(zone / fmt::format("constraint_{}_power_limit_uw", i)); ++i) {
    const std::string prefix = fmt::format("constraint_{}_", i);
    const std::string kind = word_in(zone / (prefix + "name")).value_or("");
    if (kind != "long_term" && kind != "short_term") continue;
    const std::string name =
        fmt::format("cpu.package.{}.{}power_limit", package, kind == "long_term" ? "" : "short_term_");
    Setting setting = with_places(name, Encoding::microwatts, {tree.place(zone / (prefix + "power_limit_uw"))});
    constexpr std::int64_t kOneWatt = 1'000'000;  // a mistake for kW or for a share, not a limit
    setting.lowest = number_in(zone / (prefix + "min_power_uw")).value_or(kOneWatt);
    setting.lowest = std::max(*setting.lowest, kOneWatt);
    const auto highest = number_in(zone / (prefix + "max_power_uw"));
    if (highest && *highest > *setting.lowest) setting.highest = highest;
    if (word_in(zone / "enabled") == "0") {
      setting.obstacle = fmt::format("power limits of this package are switched off ({} is 0)",
                                     (zone / "enabled").lexically_relative(tree.root).string());
    }
    settings.push_back(std::move(setting));
  }
}

void add_power_limits(const Tree& tree, std::vector<Setting>& settings) {
  constexpr std::string_view kPackage = "package-";
  for (const base::Path& zone : folders_named(tree.root / "sys/class/powercap", "intel-rapl:")) {
    const std::string name = word_in(zone / "name").value_or("");
    if (name.starts_with(kPackage)) add_package(tree, zone, std::string_view(name).substr(kPackage.size()), settings);
  }
}

}  // namespace

std::vector<Setting> sysfs_settings(const base::Path& root) {
  Tree tree{root, folders_named(root / kProcessors / "cpufreq", "policy")};
  std::vector<Setting> settings;
  add_frequencies(tree, settings);
  add_turbo(tree, settings);
  add_power_limits(tree, settings);
  return settings;
}

}  // namespace wattlens::settings
