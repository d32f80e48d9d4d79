#include "report/batching_report.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "record/arrivals_name.h"
#include "report/experiment_report.h"
#include "report/experiment_tables.h"
#include "report/machine_formats.h"
#include "report/serving_table.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using base::Json;
using record::BatchingStudy;
using record::PolicyTest;

std::string quantity_words(const PolicyTest& test) {
  return test.quantity == "energy" ? "J/request" : "mean response time";
}

Table tests_table(const BatchingStudy& study) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"", "quantity"},     {"", "policies", number}, {"", "H", number},        {"", "p", number},
                   {"", "eta²", number}, {"", "effect"},           {"", "pairs that differ"}};
  for (const PolicyTest& test : study.tests) {
    begin_group(table, fmt::format("{}, {}", test.model, record::arrivals_name(test.arrivals)));
    std::int64_t different = 0;
    for (const record::PolicyPair& pair : test.pairs) different += pair.p_value < 0.05 ? 1 : 0;
    const bool tested = test.why_not.empty();
    table.rows.push_back({quantity_words(test), std::ssize(test.policies), tested ? Cell(test.h) : Cell(),
                          tested ? Cell(test.p_value) : Cell(), tested ? Cell(test.eta_squared) : Cell(),
                          tested ? test.magnitude : test.why_not,
                          tested ? Cell(fmt::format("{} of {}", different, test.pairs.size())) : Cell()});
  }
  return table;
}

Json test_json(const PolicyTest& test) {
  Json json = {
      {"model", test.model}, {"arrivals", test.arrivals}, {"quantity", test.quantity}, {"policies", test.policies}};
  if (!test.why_not.empty()) {
    json["why_not"] = test.why_not;
    return json;
  }
  json["h"] = test.h;
  json["p_value"] = test.p_value;
  json["eta_squared"] = test.eta_squared;
  json["magnitude"] = test.magnitude;
  json["pairs"] = Json::array();
  for (const record::PolicyPair& pair : test.pairs) {
    json["pairs"].push_back({{"one", pair.one},
                             {"other", pair.other},
                             {"p_value", pair.p_value},
                             {"cliffs_delta", pair.cliffs_delta},
                             {"magnitude", pair.magnitude}});
  }
  return json;
}

}  // namespace

Page batching_page(const BatchingStudy& study) {
  Page page;
  if (simulated(study.summary.experiment)) page.sections.push_back({.lead = std::string(kSimulatedLine)});
  page.sections.push_back({.lead = shared_conditions(study.summary),
                           .table = serving_table(study.summary, false),
                           .remarks = explanations(study.summary)});
  if (!study.tests.empty()) {
    page.sections.push_back(
        {.heading = "Does the policy change it? (Kruskal–Wallis; Dunn with Holm)", .table = tests_table(study)});
  }
  if (!study.findings.empty()) page.sections.push_back({.heading = "Found", .remarks = study.findings});
  return page;
}

Json batching_json(const BatchingStudy& study) {
  Json json = {{"schema", kBatchingSchema}, {"experiment", experiment_json(study.summary)}};
  json["tests"] = Json::array();
  for (const PolicyTest& test : study.tests) json["tests"].push_back(test_json(test));
  json["frontier"] = Json::array();
  for (const record::FrontierPolicy& policy : study.frontier) {
    json["frontier"].push_back({{"model", policy.model},
                                {"arrivals", policy.arrivals},
                                {"policy", policy.policy},
                                {"response_s", policy.response.value},
                                {"energy_j_per_request", to_json(Cell(to_quantity(policy.energy_per_request, true)))}});
  }
  json["findings"] = study.findings;
  return json;
}

std::string batching_text(const BatchingStudy& study, Format format, const TextOptions& text) {
  switch (format) {
    case Format::table: return to_terminal(batching_page(study), text);
    case Format::markdown: return to_markdown(batching_page(study));
    case Format::csv: return to_csv(serving_table(study.summary, true));
    case Format::jsonl: return to_json_lines(serving_table(study.summary, true));
    case Format::json: return base::to_pretty_text(batching_json(study)) + '\n';
  }
  return {};
}

}  // namespace wattlens::report
