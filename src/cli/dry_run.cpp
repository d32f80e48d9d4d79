#include "cli/dry_run.h"

#include <fmt/format.h>

#include <cmath>

#include "record/json.h"

namespace wattlens::cli {
namespace {

std::string duration_text(base::Seconds time) {
  const auto whole = static_cast<std::int64_t>(std::ceil(time.value));
  if (whole < 120) return fmt::format("{} s", whole);
  if (whole < 7200) return fmt::format("{:.0f} min", static_cast<double>(whole) / 60.0);
  return fmt::format("{:.1f} h", static_cast<double>(whole) / 3600.0);
}

base::Json to_json(const experiment::Plan& plan, const experiment::Prediction& prediction) {
  base::Json json = {{"schema", "wattlens.dry_run/1"}, {"plan", experiment::to_json(plan)}};
  json["points"] = base::Json::array();
  for (const record::PlanPoint& point : experiment::plan_points(plan.axes)) {
    json["points"].push_back(record::to_json(point));
  }
  json["predicted"] = {
      {"repetitions", prediction.repetitions}, {"least_s", prediction.least.value}, {"most_s", prediction.most.value}};
  return json;
}

std::string json_text(const base::Json& json, report::Format format) {
  return (format == report::Format::json ? base::to_pretty_text(json) : base::to_text(json)) + "\n";
}

bool is_json(report::Format format) { return format == report::Format::json || format == report::Format::jsonl; }

constexpr std::string_view kNothingMeasured = "Nothing was measured: leave out --dry-run to begin.\n";

}  // namespace

std::string dry_run_text(const experiment::Plan& plan, const experiment::Prediction& prediction,
                         report::Format format) {
  if (is_json(format)) return json_text(to_json(plan, prediction), format);
  std::string text =
      fmt::format("{} points, each repeated {} times or more:\n", prediction.points, prediction.repetitions);
  for (const record::PlanPoint& point : experiment::plan_points(plan.axes)) text += "  " + point.id + "\n";
  if (prediction.least == prediction.most) {
    text += fmt::format("It will take about {}.\n", duration_text(prediction.most));
  } else {
    text += fmt::format(
        "It will take about {}, and up to {} where the machine is noisy (a guess from the networks' size).\n",
        duration_text(prediction.least), duration_text(prediction.most));
  }
  return text.append(kNothingMeasured);
}

std::string dry_run_text(const experiment::CommandPlan& plan, report::Format format) {
  if (is_json(format)) {
    return json_text({{"schema", "wattlens.dry_run/1"}, {"plan", experiment::to_json(plan)}}, format);
  }
  std::string text =
      fmt::format("{} command(s), each run once in {}{} blocks, after {} to warm up:\n", plan.commands.size(),
                  plan.planned_looks ? "6, 10, 16 or " : "", plan.most_blocks, plan.warm_ups);
  for (const std::string& command : plan.commands) text += "  " + command + "\n";
  text += "How long that takes is not known before they were run once.\n";
  return text.append(kNothingMeasured);
}

}  // namespace wattlens::cli
