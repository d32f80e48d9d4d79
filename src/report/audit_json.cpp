#include "report/audit_json.h"

#include "report/audit_report.h"
#include "report/audit_tables.h"

namespace wattlens::report {
namespace {

using base::Json;

Json bounds(const record::Interval<base::Joules>& interval) {
  return {{"low_j", interval.low.value}, {"high_j", interval.high.value}};
}

Json series_json(const audit::SeriesResult& series) {
  Json json = {{"name", series.info.name},
               {"device", series.info.device},
               {"kind", to_string(series.info.kind)},
               {"unit", series.info.unit},
               {"unit_named", series.info.unit_named},
               {"readings", series.readings},
               {"duration_s", series.covered.value},
               {"lowest_w", series.lowest.value},
               {"median_w", series.median.value},
               {"highest_w", series.highest.value}};
  if (series.usual_step) json["usual_step_s"] = series.usual_step->value;
  if (!series.integral) return json;
  json["energy_j"] = series.integral->energy.value;
  json["relative"] = bounds(series.integral->relative);
  if (series.integral->absolute) json["absolute"] = bounds(*series.integral->absolute);
  json["interval_holds"] = series.integral->holds;
  json["interval_leaves_out"] = series.integral->leaves_out;
  return json;
}

Json part_json(const audit::PartResult& part) {
  Json json = {{"name", part.name},          {"unit", part.unit},         {"rows", part.runs},
               {"energy_j", part.sum.value}, {"constant", part.constant}, {"total", part.total}};
  if (part.median_power) json["median_w"] = part.median_power->value;
  return json;
}

Json finding_json(const audit::Finding& finding) {
  Json json = {{"code", finding.code}, {"severity", to_string(finding.severity)}};
  if (finding.line > 0) json["line"] = finding.line;
  if (!finding.column.empty()) json["column"] = finding.column;
  json["seen"] = finding.seen;
  json["changes"] = finding.changes;
  json["mend"] = finding.mend;
  return json;
}

Json change_json(const audit::Change& change) {
  return {
      {"what", change.what}, {"claimed_j", change.claimed.value}, {"found_j", change.found.value}, {"why", change.why}};
}

template <class T, class ToJson>
Json list(const std::vector<T>& values, ToJson to_json) {
  Json json = Json::array();
  for (const T& value : values) json.push_back(to_json(value));
  return json;
}

Json against_json(const audit::AgainstReport& against, std::span<const audit::FileReport> files) {
  Json json = {{"table", against.table},
               {"energy_column", against.energy_column},
               {"tolerance", against.tolerance},
               {"durations_fit", against.durations_fit},
               {"rows_without_file", against.rows_without_file},
               {"files_without_row", Json::array()},
               {"findings", list(against.findings, finding_json)},
               {"runs", Json::array()}};
  for (const std::size_t file : against.files_without_row) json["files_without_row"].push_back(files[file].file);
  for (const audit::MatchedRun& run : against.runs) {
    Json one = {{"file", files[run.file].file},     {"line", run.line},
                {"claimed_j", run.claimed.value},   {"found_j", run.found.value},
                {"duration_s", run.duration.value}, {"agrees", run.agrees}};
    if (run.claimed_duration) one["claimed_duration_s"] = run.claimed_duration->value;
    if (run.fault != nullptr) one["fault"] = run.fault->code;
    json["runs"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

Json audit_json(std::span<const audit::FileReport> files, const audit::AgainstReport* against) {
  Json json = {{"schema", kAuditSchema}, {"files", Json::array()}};
  for (const audit::FileReport& file : files) {
    json["files"].push_back({{"file", file.file},
                             {"format", file.format},
                             {"rows", file.rows},
                             {"series", list(file.series, series_json)},
                             {"parts", list(file.parts, part_json)},
                             {"findings", list(file.findings, finding_json)},
                             {"changes", list(file.changes, change_json)}});
  }
  if (against != nullptr) json["against"] = against_json(*against, files);
  return json;
}

}  // namespace wattlens::report
