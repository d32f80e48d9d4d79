#include "report/serving_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "base/text.h"
#include "record/arrivals_name.h"
#include "record/json.h"
#include "record/names.h"
#include "report/experiment_tables.h"
#include "report/quantities.h"

namespace wattlens::report {
namespace {

using record::PointSummary;
using record::ServingSummary;

// A cell of what was served; empty where the point served nothing.
Cell served(const PointSummary& point, const std::function<Cell(const ServingSummary&)>& cell) {
  return point.serving ? cell(*point.serving) : Cell();
}

Cell milliseconds(const PointSummary& point, record::Estimate<record::Seconds> ServingSummary::* time) {
  return served(point, [&](const ServingSummary& serving) { return Cell(to_quantity(serving.*time, 1e3)); });
}

Cell number(const PointSummary& point, record::Estimate<double> ServingSummary::* value, double factor = 1.0) {
  return served(point, [&](const ServingSummary& serving) { return Cell(to_quantity(serving.*value, factor)); });
}

std::string remarks_of(const PointSummary& point) {
  std::vector<std::string> words;
  if (point.repetitions == 0) words.push_back(point.failure ? "failed: " + point.failure->message : "not run");
  if (point.repetitions > 0 && point.failed > 0) words.push_back(fmt::format("{} failed", point.failed));
  if (point.stop_reason == "interrupted") words.emplace_back("interrupted");
  if (point.stop_reason == "budget") words.emplace_back("fewer runs: budget");
  if (point.serving && point.serving->saturated) words.emplace_back("saturated");
  for (const auto& warning : point.warnings) {
    const std::string code = in_words(warning.code);
    if (std::ranges::find(words, code) == words.end()) words.push_back(code);
  }
  return base::join(words, ", ");
}

std::vector<Cell> row_of(const PointSummary& point) {
  const auto& p = point.point;
  base::Json warnings = base::Json::array();
  for (const auto& warning : point.warnings) warnings.push_back(record::to_json(warning));
  return {p.model,
          p.engine,
          p.device,
          p.precision,
          p.image_size,
          p.threads,
          p.preprocess,
          p.settings,
          p.arrivals,
          p.policy,
          p.requests ? Cell(*p.requests) : Cell(),
          point.repetitions,
          point.failed,
          to_quantity(point.energy_per_image, point.complete),
          to_quantity(point.net_energy_per_image, point.complete),
          milliseconds(point, &ServingSummary::response),
          milliseconds(point, &ServingSummary::response_p50),
          milliseconds(point, &ServingSummary::response_p95),
          milliseconds(point, &ServingSummary::response_p99),
          milliseconds(point, &ServingSummary::response_max),
          milliseconds(point, &ServingSummary::waiting),
          number(point, &ServingSummary::batch),
          point.images_per_s ? Cell(to_quantity(*point.images_per_s, 1.0)) : Cell(),
          number(point, &ServingSummary::offered_per_s),
          number(point, &ServingSummary::capacity_per_s),
          number(point, &ServingSummary::busy, 100.0),
          served(point, [](const ServingSummary& s) { return Cell(1e6 * s.lateness_p99.value); }),
          served(point, [](const ServingSummary& s) { return Cell(s.saturated); }),
          base::Json(point.energy_values),
          served(point, [](const ServingSummary& s) { return Cell(base::Json(s.response_s)); }),
          std::string(record::to_string(point.output_check.status)),
          point.stop_reason,
          std::move(warnings),
          point.failure ? Cell(point.failure->message) : Cell(),
          remarks_of(point)};
}

}  // namespace

bool serves_requests(const record::ExperimentSummary& summary) {
  return std::ranges::any_of(summary.points, [](const PointSummary& point) { return !point.point.policy.empty(); });
}

Table serving_table(const record::ExperimentSummary& summary, bool name_experiment) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"model", ""},
                   {"engine", ""},
                   {"device", ""},
                   {"precision", ""},
                   {"image_size", "", ColumnKind::number},
                   {"threads", "", ColumnKind::number},
                   {"preprocess", ""},
                   {"settings", ""},
                   {"arrivals", ""},
                   {"policy", "policy"},
                   {"requests", "", ColumnKind::number},
                   {"repetitions", "runs", ColumnKind::number, true},
                   {"failed", "", ColumnKind::number},
                   {"energy_j_per_request", "J/request gross", energy},
                   {"net_energy_j_per_request", "net", energy, true},
                   {"response_ms", "response ms", quantity},
                   {"response_p50_ms", "", quantity},
                   {"response_p95_ms", "", quantity},
                   {"response_p99_ms", "p99 ms", quantity},
                   {"response_max_ms", "", quantity},
                   {"waiting_ms", "", quantity},
                   {"requests_per_batch", "per batch", quantity, true},
                   {"requests_per_s", "", quantity},
                   {"offered_per_s", "", quantity},
                   {"capacity_per_s", "", quantity},
                   {"busy_percent", "busy %", quantity, true},
                   {"lateness_p99_us", "", ColumnKind::number},
                   {"saturated", ""},
                   {"energy_j_per_request_by_run", ""},
                   {"response_s_by_run", ""},
                   {"output_check", ""},
                   {"stop_reason", ""},
                   {"warnings", ""},
                   {"failure", ""},
                   {"", "remarks"}};
  for (const PointSummary& point : summary.points) {
    begin_group(table,
                fmt::format("{}, {}", group_name(summary, point.point), record::arrivals_name(point.point.arrivals)));
    table.rows.push_back(row_of(point));
  }
  if (name_experiment) name_rows(table, summary.experiment.id);
  hide_empty_remarks(table);
  return table;
}

}  // namespace wattlens::report
