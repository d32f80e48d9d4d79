#include "report/policy_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "record/arrivals_name.h"
#include "report/experiment_tables.h"
#include "report/machine_formats.h"
#include "report/number_text.h"
#include "report/quantities.h"
#include "report/table.h"

namespace wattlens::report {
namespace {

using base::Json;
using record::PolicyChoice;
using record::PredictedPolicy;

constexpr std::size_t kShown = 6;  // policies for a person; programs get all

std::string heading_of(const PolicyChoice& choice) {
  return fmt::format("{}, {}, {}", choice.model, record::arrivals_name(choice.arrivals),
                     base::join(choice.limits, ", "));
}

// What measuring says in place of a prediction.
std::vector<Cell> measured_cells(const PolicyChoice& choice) {
  const record::PointSummary& point = choice.measured->point;
  std::vector<Cell> cells = {Cell(to_quantity(point.energy_per_image, point.complete))};
  if (point.serving) {
    cells.emplace_back(to_quantity(point.serving->response, 1e3));
    cells.emplace_back(to_quantity(point.serving->response_p99, 1e3));
  } else {
    cells.resize(3);
  }
  return cells;
}

std::string remark_of(const PredictedPolicy& policy) {
  if (policy.saturated) return "more requests than it can serve";
  return policy.meets ? "" : fmt::format("breaks {}", policy.binding);
}

std::string remark_of(const record::MeasuredPolicy& measured) {
  if (measured.point.serving && measured.point.serving->saturated) return "more requests than it can serve";
  if (!measured.meets) return fmt::format("breaks {}", measured.binding);
  return measured.certain ? "" : fmt::format("keeps {} on average, not for certain", measured.binding);
}

Table predictions_table(std::span<const PolicyChoice> choices, std::size_t most) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"model", ""},
                   {"arrivals", ""},
                   {"policy", "policy"},
                   {"source", "source"},
                   {"energy_j_per_request", "J/request", quantity},
                   {"response_ms", "response ms", quantity},
                   {"response_p99_ms", "p99 ms", quantity},
                   {"load", "load", number, true},
                   {"meets", ""},
                   {"", "remarks"}};
  for (const PolicyChoice& choice : choices) {
    if (choice.ranked.empty()) continue;
    begin_group(table, heading_of(choice));
    for (std::size_t i = 0; i < std::min(most, choice.ranked.size()); ++i) {
      const PredictedPolicy& policy = choice.ranked[i];
      table.rows.push_back({choice.model, choice.arrivals, policy.policy, std::string("predicted"),
                            to_quantity(policy.energy_per_request, 1.0), to_quantity(policy.response, 1e3),
                            to_quantity(policy.response_p99, 1e3), policy.load, policy.meets, remark_of(policy)});
      if (i > 0 || !choice.measured) continue;
      auto cells = measured_cells(choice);
      table.rows.push_back({choice.model, choice.arrivals, policy.policy, std::string("measured"), std::move(cells[0]),
                            std::move(cells[1]), std::move(cells[2]), Cell(), choice.measured->meets,
                            remark_of(*choice.measured)});
    }
  }
  return table;
}

// "the prediction of the energy holds": the measured value lies in the predicted interval.
template <class T>
std::string held(const record::Estimate<T>& predicted, double measured, std::string_view what) {
  const bool inside = measured >= predicted.low.value && measured <= predicted.high.value;
  return fmt::format("{} lies {} what was predicted ({:+.1f} %)", what, inside ? "within" : "outside",
                     100.0 * (measured / predicted.value.value - 1.0));
}

std::string sentence_of(const PolicyChoice& choice) {
  const std::string about = fmt::format("{} at {}", choice.model, record::arrivals_name(choice.arrivals));
  if (choice.ranked.empty()) {
    return fmt::format("{}: not searched{}.", about, choice.failure ? ": " + choice.failure->message : "");
  }
  const PredictedPolicy& best = choice.ranked.front();
  if (!choice.met) {
    return fmt::format("{}: no policy keeps {}; the closest is {}, which {}.", about, base::join(choice.limits, ", "),
                       best.policy,
                       best.saturated ? std::string("cannot serve as many requests as come")
                                      : fmt::format("needs {:.0f} % of {}", 100.0 * best.use_of_limit, best.binding));
  }
  std::string text = fmt::format("{}: {} needs the least energy of {} policies that were simulated", about, best.policy,
                                 choice.ranked.size());
  if (choice.failure) return fmt::format("{}; it could not be measured: {}.", text, choice.failure->message);
  if (!choice.measured) return text + "; it was not measured.";
  const record::PointSummary& point = choice.measured->point;
  if (point.serving && point.energy_per_image.value) {
    text += fmt::format("; measured, {}, and {}",
                        held(best.energy_per_request, point.energy_per_image.value->value, "its energy"),
                        held(best.response_p99, point.serving->response_p99.value.value, "its p99"));
  }
  text += ". ";
  if (point.serving && point.serving->saturated) return text + "Measured, it could not serve as many requests as came.";
  const std::string verdict = choice.measured->meets ? "keeps" : "breaks";
  return text + fmt::format("Measured, it {} {}{}.", verdict, choice.measured->binding,
                            choice.measured->meets && !choice.measured->certain ? ", not for certain" : "");
}

Json choice_json(const PolicyChoice& choice) {
  Json json = {{"model", choice.model}, {"arrivals", choice.arrivals},       {"limits", choice.limits},
               {"met", choice.met},     {"experiments", choice.experiments}, {"sentence", sentence_of(choice)}};
  json["kept"] = choice.measured ? Json(choice.measured->meets) : Json();
  if (choice.failure) json["failure"] = choice.failure->message;
  return json;
}

}  // namespace

Page policy_page(std::span<const PolicyChoice> choices) {
  Page page;
  Section section{.heading = "Cheapest policies within the limits",
                  .lead = "Predicted: simulated from measured batches; the interval is that of one further window.",
                  .table = predictions_table(choices, kShown)};
  page.sections.push_back(std::move(section));
  Section found{.heading = "Found"};
  for (const PolicyChoice& choice : choices) found.remarks.push_back(sentence_of(choice));
  page.sections.push_back(std::move(found));
  return page;
}

Json policy_json(std::span<const PolicyChoice> choices) {
  Json json = {{"schema", kPolicySearchSchema}};
  json["choices"] = Json::array();
  for (const PolicyChoice& choice : choices) {
    Json one = choice_json(choice);
    one["policies"] = rows_json(predictions_table(std::span(&choice, 1), choice.ranked.size()));
    json["choices"].push_back(std::move(one));
  }
  return json;
}

std::string policy_text(std::span<const PolicyChoice> choices, Format format, const TextOptions& text) {
  constexpr std::size_t kAll = 1'000'000;
  switch (format) {
    case Format::table: return to_terminal(policy_page(choices), text);
    case Format::markdown: return to_markdown(policy_page(choices));
    case Format::csv: return to_csv(predictions_table(choices, kAll));
    case Format::jsonl: return to_json_lines(predictions_table(choices, kAll));
    case Format::json: return base::to_pretty_text(policy_json(choices)) + '\n';
  }
  return {};
}

}  // namespace wattlens::report
