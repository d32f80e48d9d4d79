#include "report/wall_report.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"
#include "record/json.h"
#include "report/number_text.h"

namespace wattlens::report {
namespace {

using base::Json;

template <class Unit>
std::string text_of(const record::Estimate<Unit>& estimate, double factor = 1.0) {
  return number_text(estimate.value.value * factor,
                     record::Interval<double>{estimate.low.value * factor, estimate.high.value * factor});
}
std::string text_of(const record::Estimate<double>& estimate, double factor = 1.0) {
  return number_text(estimate.value * factor, record::Interval<double>{estimate.low * factor, estimate.high * factor});
}

template <class Unit>
Json json_of(const record::Estimate<Unit>& estimate, const std::string& unit) {
  return {{"value_" + unit, estimate.value.value},
          {"low_" + unit, estimate.low.value},
          {"high_" + unit, estimate.high.value}};
}
Json json_of(const record::Estimate<double>& estimate) {
  return {{"value", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

std::string clock_text(const WallReport& report) {
  const auto& shift = report.found.alignment.shift;
  const std::string sure = fmt::format("known to {:.2g} s, correlation {:.4f}", (shift.high - shift.low).value / 2.0,
                                       report.found.alignment.correlation);
  if (!report.clock_ahead) {
    return fmt::format("the first sample lies at {:.2f} s of the meter's record; {}", shift.value.value, sure);
  }
  const double ahead = report.clock_ahead->value;
  return fmt::format("the meter's is {:.1f} s {}, to the second that the experiment's date has; {}", std::abs(ahead),
                     ahead < 0.0 ? "behind" : "ahead", sure);
}

void add_remarks(const WallReport& report, Section& section) {
  section.remarks.push_back(fmt::format(
      "Intervals are 95 %; they hold the scatter of {} readings, not the gain errors of the meter and of the "
      "components' sensors: 2 % too much in one of them makes the efficiency wrong by as much.",
      report.found.fit.readings));
  section.remarks.emplace_back(
      "Not covered: the supply's loss, and what no component's sensor sees (board, fans, disks, network, memory where "
      "it has no sensor). The offset is its constant part; what grows with the load is in the efficiency.");
  if (report.modelled) {
    section.remarks.emplace_back(
        "The components' power is modelled, not measured: offset and efficiency are corrections of the model here, and "
        "say nothing of the supply.");
  }
  if (!report.leaves_out.empty()) {
    section.remarks.push_back(fmt::format("Channels without readings: {}.", base::join(report.leaves_out, ", ")));
  }
}

}  // namespace

Json wall_json(const WallReport& report) {
  const wall::Reconciliation& found = report.found;
  const wall::SupplyFit& fit = found.fit;
  Json json = {{"schema", kWallSchema},
               {"meter", report.meter},
               {"experiment", report.experiment},
               {"components", {{"sums", report.sums}, {"missing", report.leaves_out}, {"modelled", report.modelled}}}};
  json["clock"] = json_of(found.alignment.shift, "s");
  json["clock"]["correlation"] = found.alignment.correlation;
  if (report.clock_ahead) json["clock"]["meter_ahead_s"] = report.clock_ahead->value;
  json["compared"] = {{"readings", fit.readings},
                      {"duration_s", found.compared.value},
                      {"wall_energy_j", found.wall_energy.value},
                      {"component_energy_j", found.component_energy.value},
                      {"not_covered", json_of(found.not_covered, "j")}};
  Json efficiency = {{"value", fit.efficiency.value}, {"low", fit.efficiency.low}};
  if (std::isfinite(fit.efficiency.high)) efficiency["high"] = fit.efficiency.high;
  json["fit"] = {{"offset", json_of(fit.offset, "w")},
                 {"slope", json_of(fit.slope)},
                 {"efficiency", efficiency},
                 {"residual_w", fit.residual.value},
                 {"residual_correlation", fit.residual_correlation},
                 {"degrees_of_freedom", fit.degrees}};
  json["warnings"] = Json::array();
  for (const record::Warning& warning : found.warnings) json["warnings"].push_back(record::to_json(warning));
  return json;
}

Page wall_page(const WallReport& report) {
  const wall::Reconciliation& found = report.found;
  const wall::SupplyFit& fit = found.fit;
  const double seconds = found.compared.value;
  const double wall_power = found.wall_energy.value / seconds;
  const double power = found.component_energy.value / seconds;
  Page page{.title = fmt::format("{} against {}", base::Path(report.meter).filename().string(), report.experiment)};
  Section& section = page.sections.emplace_back();
  const std::string efficiency = std::isfinite(fit.efficiency.high)
                                     ? text_of(fit.efficiency, 100.0) + " %"
                                     : fmt::format("{} % ({} % or more)", number_text(100.0 * fit.efficiency.value),
                                                   number_text(100.0 * fit.efficiency.low));
  section.facts = {
      {"clocks", clock_text(report)},
      {"compared", fmt::format("{} readings, {} s", fit.readings, number_text(seconds))},
      {"wall",
       fmt::format("{} kJ, {} W on average", number_text(found.wall_energy.value * 1e-3), number_text(wall_power))},
      {"components",
       fmt::format("{}{} kJ, {} W: {}", report.modelled ? "~" : "", number_text(found.component_energy.value * 1e-3),
                   number_text(power), base::join(report.sums, ", "))},
      {"not covered", fmt::format("{} kJ, {:.0f} % of the wall's", text_of(found.not_covered, 1e-3),
                                  100.0 * found.not_covered.value.value / found.wall_energy.value)},
      {"supply", "wall = offset + components / efficiency"},
      {"offset", text_of(fit.offset) + " W"},
      {"efficiency", efficiency},
      {"residual", fmt::format("{} W (standard deviation of one reading)", number_text(fit.residual.value))}};
  add_remarks(report, section);
  Section warnings;
  for (const record::Warning& warning : found.warnings) {
    warnings.remarks.push_back("warning: " + warning.message + (warning.hint.empty() ? "" : "; " + warning.hint));
  }
  if (!warnings.remarks.empty()) page.sections.push_back(std::move(warnings));
  return page;
}

}  // namespace wattlens::report
