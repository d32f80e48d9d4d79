// A wall meter held against the components' power: for programs (schema "wattlens.wall/1") and for a person. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "report/page.h"
#include "wall/reconciliation.h"

namespace wattlens::report {

inline constexpr std::string_view kWallSchema = "wattlens.wall/1";

struct WallReport {
  std::string meter;       // its file
  std::string experiment;  // id
  std::vector<std::string> sums;
  std::vector<std::string> leaves_out;
  bool modelled = false;  // the components' power comes from a model
  wall::Reconciliation found;
  std::optional<base::Seconds> clock_ahead;  // of the machine's wall clock; where the log has dates
};

base::Json wall_json(const WallReport& report);
Page wall_page(const WallReport& report);

}  // namespace wattlens::report
