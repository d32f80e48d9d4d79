#include "meter/powercap.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/text.h"

namespace wattlens::meter {
namespace {

std::optional<std::int64_t> read_integer(const base::Path& path) {
  const auto text = base::read_text(path);
  return text ? base::parse_integer(*text) : std::nullopt;
}

// intel-rapl:0, intel-rapl:0:1, intel-rapl-mmio:0; without a colon it is the control type, not a zone.
bool is_zone_key(std::string_view name) { return name.starts_with("intel-rapl") && name.contains(':'); }

// All zone folders by key. The class folder lists them flat; without it the device tree is walked.
std::map<std::string, base::Path> zone_folders(const base::Path& root) {
  std::map<std::string, base::Path> folders;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root / "sys/class/powercap", error)) {
    if (const auto name = entry.path().filename().string(); is_zone_key(name)) folders.emplace(name, entry.path());
  }
  const base::Path devices = root / "sys/devices/virtual/powercap";
  const auto options = std::filesystem::directory_options::skip_permission_denied;
  std::filesystem::recursive_directory_iterator walk(devices, options, error);
  for (; !error && walk != std::filesystem::recursive_directory_iterator(); walk.increment(error)) {
    const auto name = walk->path().filename().string();
    // A dangling link of the class folder must not hide a zone that is there.
    if (is_zone_key(name) && std::filesystem::exists(walk->path() / "name", error)) folders[name] = walk->path();
    if (walk.depth() >= 3) walk.disable_recursion_pending();
  }
  return folders;
}

std::optional<base::Watts> largest_limit(const base::Path& folder) {
  std::optional<base::Watts> largest;
  for (int i = 0; i < 3; ++i) {  // PL1 long_term, PL2 short_term, PL4 peak_power
    for (const auto* what : {"power_limit_uw", "max_power_uw"}) {
      const auto limit = read_integer(folder / fmt::format("constraint_{}_{}", i, what));
      if (!limit || *limit <= 0) continue;
      const base::Watts power{static_cast<double>(*limit) * 1e-6};
      if (!largest || power > *largest) largest = power;
    }
  }
  return largest;
}

// "package-1" or "package-1-die-0".
void read_package_name(std::string_view name, RaplZone& zone) {
  const auto parts = base::split(name, '-');
  zone.domain = RaplDomain::package;
  if (parts.size() >= 2) zone.package = base::parse_integer(parts[1]).value_or(0);
  if (parts.size() >= 4 && parts[2] == "die") zone.die = base::parse_integer(parts[3]);
}

RaplDomain domain_of(std::string_view name) {
  if (name == "core") return RaplDomain::cores;
  if (name == "uncore") return RaplDomain::uncore;
  if (name == "dram") return RaplDomain::dram;
  if (name == "psys") return RaplDomain::psys;
  return RaplDomain::other;
}

}  // namespace

RaplZones find_rapl_zones(const base::Path& root) {
  RaplZones found;
  const auto folders = zone_folders(root);
  std::map<std::string, const RaplZone*> by_key;
  found.zones.reserve(folders.size());         // by_key points into it
  for (const auto& [key, folder] : folders) {  // a parent's key sorts before its children's
    const auto text = base::read_text(folder / "name");
    if (!text) continue;
    const std::string_view name = base::trim(*text);
    RaplZone zone;
    zone.folder = folder;
    zone.key = key;
    zone.mmio = key.starts_with("intel-rapl-mmio");
    if (name.starts_with("package-")) {
      read_package_name(name, zone);
    } else {
      zone.domain = domain_of(name);
      const auto parent = by_key.find(key.substr(0, key.rfind(':')));
      if (parent != by_key.end()) {
        zone.package = parent->second->package;
        zone.die = parent->second->die;
      }
    }
    zone.range_uj = read_integer(folder / "max_energy_range_uj");
    if (zone.range_uj && *zone.range_uj <= 0) zone.range_uj.reset();
    zone.largest_limit = largest_limit(folder);
    by_key[key] = &found.zones.emplace_back(std::move(zone));
  }
  if (found.zones.empty()) found.reason = folders.empty() ? "absent" : "masked";
  return found;
}

}  // namespace wattlens::meter
