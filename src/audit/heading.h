// What a column holds, from its heading: power, energy, time; its unit; which part of the machine it speaks of.
// Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace wattlens::audit {

enum class Dimension { power, energy, time };

// A unit as it is written, as a factor to W, J or s. "mJ" and "MJ" differ; of "_mj" at the end of a name, all in small
// letters, milli is meant.
struct Unit {
  Dimension dimension;
  double factor = 1.0;
  std::string name;  // as written
};
std::optional<Unit> unit_of(std::string_view text);

enum class Role {
  other,
  time,         // of a reading
  duration,     // of a run
  power,        // a reading, or the mean of a run
  power_sum,    // of all readings of a run: no physical quantity
  power_limit,  // what the part is allowed to draw
  energy,
  boards,  // how many boards are in the numbers
};

struct Heading {
  std::string name;  // as written, without blanks around it
  Role role = Role::other;
  std::optional<Unit> unit;  // empty where none is named
  std::string part;          // "cpu", "gpu", "gpu0", "ram", "psys", "total"; empty: not told
};
Heading read_heading(std::string_view text);

}  // namespace wattlens::audit
