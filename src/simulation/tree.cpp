#include "simulation/tree.h"

#include <fmt/format.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <string_view>

#include "base/text.h"
#include "simulation/register.h"

namespace wattlens::simulation {
namespace {

// In place: a new file of the same name would leave readers with the old one.
Result<void> write_in_place(const base::Path& path, const std::string& text) {
  std::ofstream stream(path, std::ios::binary | std::ios::trunc);
  stream << text;
  if (stream.flush()) return {};
  return base::fail_errno(errno, fmt::format("cannot write {}", path.string()));
}

// Writes all zones of one scenario at one time.
class TreeWriter {
 public:
  TreeWriter(const Scenario& scenario, Seconds time, const base::Path& folder)
      : scenario_(scenario), time_(time), folder_(folder / "sys/class/powercap") {}

  Result<void> write() {
    // Parents first: the others are numbered below them.
    for (const Sensor& sensor : scenario_.sensors) {
      if (sensor.id.starts_with("cpu.package.") || sensor.id.starts_with("psys.")) WATTLENS_CHECK(write_top(sensor));
    }
    for (const Sensor& sensor : scenario_.sensors) {
      for (const std::string_view part : {"cores", "uncore", "dram"}) {
        if (sensor.id.starts_with(fmt::format("cpu.{}.", part))) WATTLENS_CHECK(write_part(sensor, part));
      }
    }
    return {};
  }

 private:
  static std::string number_of(const Sensor& sensor) { return sensor.id.substr(sensor.id.rfind('.') + 1); }

  Result<void> write_top(const Sensor& sensor) {
    const bool package = sensor.id.starts_with("cpu.");
    for (int die = 0; die < sensor.dies; ++die) {
      std::string name = package ? fmt::format("package-{}", number_of(sensor)) : "psys";
      if (sensor.dies > 1) name += fmt::format("-die-{}", die);
      if (sensor.msr) {
        const std::string key = fmt::format("intel-rapl:{}", next_top_++);
        if (package) parents_.try_emplace(number_of(sensor), key);
        WATTLENS_CHECK(write_zone(key, name, sensor, die));
      }
      if (sensor.mmio) {
        const std::string key = fmt::format("intel-rapl-mmio:{}", next_mmio_++);
        if (package && !sensor.msr) parents_.try_emplace(number_of(sensor), key);
        WATTLENS_CHECK(write_zone(key, name, sensor, die));
      }
    }
    return {};
  }

  Result<void> write_part(const Sensor& sensor, std::string_view part) {
    const auto parent = parents_.find(number_of(sensor));
    if (parent == parents_.end()) {
      return fail(ErrorKind::usage, fmt::format("{}: there is no cpu.package.{}", sensor.id, number_of(sensor)),
                  "a tree of files has it inside a package");
    }
    const std::string key = fmt::format("{}:{}", parent->second, next_part_[parent->second]++);
    return write_zone(key, std::string(part == "cores" ? "core" : part), sensor, 0);
  }

  Result<void> write_zone(const std::string& key, const std::string& name, const Sensor& sensor, int die) {
    Register source(scenario_, sensor, die);
    const RawReading reading = source.read(time_);
    const base::Path zone = folder_ / key;
    std::error_code error;
    if (reading.status == RawStatus::unplugged && !std::filesystem::exists(zone, error)) return {};
    std::filesystem::create_directories(zone, error);
    if (error) return fail(ErrorKind::io, fmt::format("cannot make {}: {}", zone.string(), error.message()));
    if (!std::filesystem::exists(zone / "name", error)) WATTLENS_CHECK(write_description(zone, name, sensor, source));
    const base::Path energy = zone / "energy_uj";
    const bool readable = reading.status == RawStatus::ok;
    // One that was closed before opens again.
    std::filesystem::permissions(energy, std::filesystem::perms{0644U}, error);
    WATTLENS_CHECK(write_in_place(energy, readable ? fmt::format("{}\n", reading.value) : std::string()));
    if (reading.status != RawStatus::permission) return {};
    std::filesystem::permissions(energy, std::filesystem::perms::none, error);
    return {};
  }

  // What does not change.
  static Result<void> write_description(const base::Path& zone, const std::string& name, const Sensor& sensor,
                                        const Register& source) {
    WATTLENS_CHECK(write_in_place(zone / "name", name + "\n"));
    if (const auto range = source.range_uj()) {
      WATTLENS_CHECK(write_in_place(zone / "max_energy_range_uj", fmt::format("{}\n", *range)));
    }
    if (!sensor.limit) return {};
    const auto limit_uw = static_cast<std::int64_t>(sensor.limit->value * 1e6);
    return write_in_place(zone / "constraint_0_power_limit_uw", fmt::format("{}\n", limit_uw));
  }

  const Scenario& scenario_;
  Seconds time_;
  base::Path folder_;
  int next_top_ = 0;
  int next_mmio_ = 0;
  std::map<std::string, std::string> parents_;  // key of the zone, by the package's number
  std::map<std::string, int> next_part_;        // below each parent
};

}  // namespace

Result<void> write_tree(const Scenario& scenario, Seconds time, const base::Path& folder) {
  return TreeWriter(scenario, time, folder).write();
}

}  // namespace wattlens::simulation
