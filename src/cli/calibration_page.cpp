#include "cli/calibration_page.h"

#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "report/page.h"
#include "report/quantities.h"
#include "report/simulated.h"
#include "report/table.h"

namespace wattlens::cli {
namespace {

using base::Json;
using calibration::Finding;
using report::Fact;

// "100.20 ± 0.05 ms", by the report's rule for digits.
template <class T>
Fact fact(std::string name, const Finding<T>& finding, double times, std::string_view unit) {
  if (!finding.value) return {std::move(name), "not resolved: " + finding.reason};
  return {std::move(name),
          report::to_text(report::Cell(report::to_quantity(*finding.value, times))) + std::string(unit)};
}

}  // namespace

std::string calibration_text(const Calibrated& calibrated, const report::TextOptions& text) {
  report::Page page;
  for (std::size_t i = 0; i < calibrated.sensors.size(); ++i) {
    const calibration::KeptCalibration& one = calibrated.sensors[i];
    const calibration::Figures& figures = one.figures;
    report::Section section;
    section.heading = fmt::format("{}, {}", one.sensor.channel, one.sensor.method);
    if (calibrated.simulated) section.lead = report::kSimulatedLine;
    section.facts = {fact("update period", figures.update_period, 1e3, " ms"),
                     fact("jitter", figures.jitter, 1e3, " ms"),
                     fact("averaging window", figures.averaging_window, 1e3, " ms"),
                     fact("lag", figures.lag, 1e3, " ms"),
                     fact("sees of the time", figures.duty, 100.0, " %"),
                     fact("noise at rest", figures.idle_noise, 1.0, " W"),
                     fact("answer to the load", figures.load_power, 1.0, " W"),
                     {"load", one.load}};
    const std::string& why_not = calibrated.why_not_kept[i];
    section.remarks.push_back(why_not.empty() ? "Kept: it takes the place of what was known of the sensor."
                                              : fmt::format("Not kept: {}.", why_not));
    page.sections.push_back(std::move(section));
  }
  report::Section rest;
  for (const std::string& skipped : calibrated.skipped) rest.remarks.push_back("Left out: " + skipped);
  if (!rest.remarks.empty()) page.sections.push_back(std::move(rest));
  return report::to_terminal(page, text);
}

std::string calibration_json(const Calibrated& calibrated) {
  Json json;
  json["schema"] = "wattlens.calibration/1";
  if (calibrated.simulated) json["simulated"] = true;
  json["load"] = calibrated.load;
  json["channels"] = Json::array();
  for (std::size_t i = 0; i < calibrated.sensors.size(); ++i) {
    const calibration::KeptCalibration& one = calibrated.sensors[i];
    Json& channel = json["channels"].emplace_back();
    channel["id"] = one.sensor.channel;
    channel["method"] = one.sensor.method;
    channel["part"] = one.sensor.part;
    channel["driver"] = one.sensor.driver;
    channel["date"] = one.date;
    channel["kept"] = calibrated.why_not_kept[i].empty();
    channel["figures"] = calibration::to_json(one.figures);
  }
  json["left_out"] = calibrated.skipped;
  return base::to_pretty_text(json) + "\n";
}

}  // namespace wattlens::cli
