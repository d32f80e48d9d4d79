#include <fmt/format.h>

#include "base/text.h"
#include "record/json.h"
#include "record/names.h"
#include "report/comparison_report.h"
#include "report/experiment_report.h"
#include "report/machine_formats.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using base::Json;
using record::ComparedPair;
using record::ComparedSide;
using record::ComparisonResult;
using record::Finding;

template <class T>
Json estimate_json(const std::optional<record::Estimate<T>>& estimate) {
  if (!estimate) return nullptr;
  return {{"value", estimate->value.value}, {"low", estimate->low.value}, {"high", estimate->high.value}};
}

Json side_json(const ComparedSide& side) {
  Json json = {{"id", side.id},
               {"unit", side.unit},
               {"experiment", side.experiment},
               {"runs", side.runs},
               {"failed", side.failed},
               {"disturbed", side.disturbed},
               {"energy_per_unit", record::to_json(side.energy)},
               {"complete", side.complete},
               {"missing", side.missing},
               {"time_s", estimate_json(side.time)},
               {"power_w", estimate_json(side.power)},
               {"output_check", record::to_json(side.output_check)},
               {"energy_j", side.energy_values},
               {"energy_blocks", side.energy_blocks},
               {"duration_s", side.time_values},
               {"duration_blocks", side.time_blocks}};
  if (side.no_verdict) json["not_compared"] = *side.no_verdict;
  return json;
}

template <class T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json finding_json(const Finding& finding) {
  Json json = {{"quantity", finding.quantity}};
  if (!finding.ratio) {
    json["ratio"] = nullptr;
    json["reason"] = finding.reason;
    return json;
  }
  json["ratio"] = {{"value", finding.ratio->value},
                   {"low", finding.ratio->low},
                   {"high", finding.ratio->high},
                   {"confidence", finding.confidence}};
  if (finding.bca) json["ratio"]["bca"] = {{"low", finding.bca->low}, {"high", finding.bca->high}};
  json["verdicts"] = finding.verdicts;
  if (!finding.bounds.empty()) json["bounds"] = finding.bounds;
  json["pairs"] = finding.pairs;
  json["log_ratio_deviation"] = finding.deviation;
  json["sign_flip_p_holm"] = or_null(finding.p_value);
  json["cliffs_delta"] = finding.cliffs_delta;
  json["detectable_difference"] = or_null(finding.detectable);
  return json;
}

Json pair_json(const ComparisonResult& result, const ComparedPair& pair) {
  Json json = {{"base", result.sides[pair.base].id}, {"candidate", result.sides[pair.candidate].id}};
  json["findings"] = Json::array();
  for (const Finding& finding : pair.findings) json["findings"].push_back(finding_json(finding));
  json["advice"] = pair.advice;
  if (result.fail_above) json["over_limit"] = or_null(pair.over_limit);
  return json;
}

// One row per pair and quantity.
Table rows_of(const ComparisonResult& result) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"base", ""},
                   {"candidate", ""},
                   {"quantity", ""},
                   {"ratio", "", quantity},
                   {"confidence", "", number},
                   {"verdict", ""},
                   {"pairs", "", number},
                   {"sign_flip_p_holm", "", number},
                   {"cliffs_delta", "", number},
                   {"detectable_difference", "", number},
                   {"provenance", ""}};
  for (const ComparedPair& pair : result.pairs) {
    const ComparedSide& candidate = result.sides[pair.candidate];
    for (const Finding& finding : pair.findings) {
      Quantity ratio;
      if (finding.ratio)
        ratio = {.value = finding.ratio->value, .interval = {{finding.ratio->low, finding.ratio->high}}};
      const bool there = finding.ratio.has_value();
      table.rows.push_back({result.sides[pair.base].id, candidate.id, finding.quantity, ratio,
                            there ? Cell(finding.confidence) : Cell(), verdict_words(finding),
                            there ? Cell(finding.pairs) : Cell(), cell_of(finding.p_value),
                            there ? Cell(finding.cliffs_delta) : Cell(), cell_of(finding.detectable),
                            finding.quantity == "time" ? Cell(std::string("measured"))
                                                       : Cell(std::string(to_string(candidate.energy.provenance)))});
    }
  }
  return table;
}

// Text of an XML attribute; control characters are not allowed in XML at all.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    }
  }
  return out;
}

}  // namespace

Json comparison_json(const ComparisonResult& result) {
  Json json = {{"schema", kComparisonSchema}, {"experiment", result.experiment.id}};
  if (result.base_from) json["base_from"] = *result.base_from;
  json["created_at"] = result.experiment.created_at;
  json["design"] = result.design == record::ComparisonDesign::blocks ? "blocks" : "separate";
  json["blocks"] = result.blocks;
  json["planned_looks"] = result.planned_looks;
  json["equivalence_limit"] = result.equivalence_limit;
  if (result.fail_above) json["fail_above"] = *result.fail_above;
  json["machine"] = record::to_json(result.experiment.machine);
  json["channels"] = Json::array();
  for (const record::Channel& channel : result.experiment.channels) json["channels"].push_back(to_json(channel));
  json["sides"] = Json::array();
  for (std::size_t i = 0; i < result.sides.size(); ++i) {
    json["sides"].push_back(side_json(result.sides[i]));
    if (!result.letters.empty()) json["sides"].back()["letters"] = result.letters[i];
  }
  json["pairs"] = Json::array();
  for (const ComparedPair& pair : result.pairs) json["pairs"].push_back(pair_json(result, pair));
  json["warnings"] = Json::array();
  for (const record::Warning& warning : result.warnings) json["warnings"].push_back(to_json(warning));
  if (simulated(result.experiment.channels)) json["simulated"] = true;
  return json;
}

std::string comparison_text(const ComparisonResult& result, Format format, const TextOptions& text) {
  switch (format) {
    case Format::table: return to_terminal(comparison_page(result), text);
    case Format::markdown: return to_markdown(comparison_page(result));
    case Format::json: return base::to_pretty_text(comparison_json(result)) + '\n';
    case Format::jsonl: return to_json_lines(rows_of(result));
    case Format::csv: return to_csv(rows_of(result));
  }
  return {};
}

std::string comparison_junit(const ComparisonResult& result) {
  std::string cases;
  int failures = 0;
  int errors = 0;
  for (const ComparedPair& pair : result.pairs) {
    const Finding& energy = pair.findings.front();
    cases += fmt::format("  <testcase classname=\"wattlens.energy\" name=\"{} against {}\">",
                         xml(result.sides[pair.candidate].id), xml(result.sides[pair.base].id));
    const std::string found = energy.ratio
                                  ? fmt::format("energy ratio {:.4g} ({:.4g} to {:.4g}): {}", energy.ratio->value,
                                                energy.ratio->low, energy.ratio->high, verdict_words(energy))
                                  : verdict_words(energy);
    if (!energy.ratio) {
      ++errors;
      cases += fmt::format("<error message=\"{}\"/>", xml(found));
    } else if (pair.over_limit.value_or(false)) {
      ++failures;
      cases += fmt::format("<failure message=\"{}; the limit is {:.4g}\"/>", xml(found), 1.0 + *result.fail_above);
    }
    cases += fmt::format("<system-out>{}</system-out></testcase>\n", xml(found));
  }
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"wattlens compare\" tests=\"{}\" failures=\"{}\" "
      "errors=\"{}\" timestamp=\"{}\">\n{}</testsuite>\n",
      result.pairs.size(), failures, errors, xml(result.experiment.created_at), cases);
}

}  // namespace wattlens::report
