#include "cli/grid_factor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/text.h"

namespace wattlens::cli {
namespace {

// Oil shale, the worst fuel in use, gives less than half of this.
constexpr double kHighest = 3000.0;

std::string lower(std::string_view text) {
  std::string result;
  for (const char c : text) result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace

Result<record::GridFactor> grid_factor(std::string_view text) {
  if (const auto number = base::parse_number(text)) {
    if (!std::isfinite(*number) || *number < 0.0 || *number > kHighest) {
      return fail(ErrorKind::usage, fmt::format("--carbon {} is impossible", text),
                  fmt::format("give 0 to {:.0f} g CO2e per kWh, or a zone such as DEU", kHighest));
    }
    return record::GridFactor{.zone = "", .g_per_kwh = *number, .year = {}, .source = "as given"};
  }
  WATTLENS_TRY(const base::Json table, base::parse_json(grid_carbon_text(), "data/grid_carbon.json"));
  const std::string wanted = lower(text);
  std::vector<std::string> names;
  for (const base::Json& zone : table.at("zones")) {
    const auto code = zone.at("code").get<std::string>();
    const auto name = zone.at("name").get<std::string>();
    if (lower(code) == wanted || lower(name) == wanted) {
      return record::GridFactor{.zone = fmt::format("{} {}", code, name),
                                .g_per_kwh = zone.at("g_per_kwh").get<double>(),
                                .year = zone.at("year").get<std::int64_t>(),
                                .source = table.at("source").get<std::string>()};
    }
    names.push_back(lower(name));
    names.push_back(lower(code));
  }
  const auto nearest = base::nearest_names(wanted, names, 3);
  const std::string like =
      nearest.empty() ? std::string() : fmt::format(" (did you mean {}?)", base::join(nearest, ", "));
  return fail(ErrorKind::usage, fmt::format("--carbon: there is no zone '{}'{}", text, like),
              "give a three-letter country code such as DEU, a country's name, or g CO2e per kWh");
}

}  // namespace wattlens::cli
