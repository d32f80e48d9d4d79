// Finds the RAPL zones that the Linux powercap framework shows below a root folder. Thread-safe.
// Source: Documentation/power/powercap/powercap.rst of the Linux kernel.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/units.h"
#include "meter/rapl_channel.h"

namespace wattlens::meter {

struct RaplZone {
  base::Path folder;
  std::string key;    // "intel-rapl:0:1"
  bool mmio = false;  // the same registers seen through memory instead of model-specific registers
  RaplDomain domain = RaplDomain::other;
  std::int64_t package = 0;                  // of the zone or of the zone that it lies in
  std::optional<std::int64_t> die;           // where the kernel shows one zone per die
  std::optional<std::int64_t> range_uj;      // where the counter starts again from 0
  std::optional<base::Watts> largest_limit;  // of all power limits that the kernel publishes for the zone
};

struct RaplZones {
  std::vector<RaplZone> zones;  // packages before what lies in them; in the order of their keys
  // Why there is none: "absent" (no powercap folder, or none of RAPL in it) or "masked" (the folder names zones that
  // lead nowhere, as container runtimes do since CVE-2020-8694).
  std::string reason;
};

RaplZones find_rapl_zones(const base::Path& root);

}  // namespace wattlens::meter
