#include "study/one_way.h"

#include <fmt/format.h>

#include <map>
#include <string>

namespace wattlens::study {
namespace {

using record::PlanPoint;

struct Condition {
  std::string_view flag;
  std::string (*value)(const PlanPoint&);
  bool of_each_model = false;  // models may differ, the points of one may not
};

constexpr Condition kConditions[] = {
    {"--engine", [](const PlanPoint& p) { return p.engine; }},
    {"--device", [](const PlanPoint& p) { return p.device; }},
    {"--precision", [](const PlanPoint& p) { return p.precision; }},
    {"--hint", [](const PlanPoint& p) { return p.hint; }},
    {"--threads", [](const PlanPoint& p) { return std::to_string(p.threads); }},
    {"--vary", [](const PlanPoint& p) { return p.settings; }},
    {"--preprocess", [](const PlanPoint& p) { return p.preprocess; }},
    {"--image-size", [](const PlanPoint& p) { return std::to_string(p.image_size); }, true},
};

}  // namespace

Result<void> check_one_way(std::span<const PlanPoint> points, std::string_view who) {
  for (const Condition& condition : kConditions) {
    std::map<std::string, std::string> seen;
    for (const PlanPoint& point : points) {
      const std::string value = condition.value(point);
      const auto& first = seen.emplace(condition.of_each_model ? point.model : "", value).first->second;
      if (first == value) continue;
      return fail(
          ErrorKind::usage,
          fmt::format("{} looks at one value of {}: '{}' and '{}' are there", who, condition.flag, first, value),
          fmt::format("measure with one value of {}; `wattlens optimise` finds the cheapest", condition.flag));
    }
  }
  return {};
}

}  // namespace wattlens::study
