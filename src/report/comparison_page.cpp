#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "record/names.h"
#include "report/comparison_report.h"
#include "report/experiment_tables.h"
#include "report/machine_formats.h"
#include "report/number_text.h"
#include "report/quantities.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using record::ComparedPair;
using record::ComparedSide;
using record::ComparisonResult;
using record::Finding;

// Errors are powers of ten apart: two digits of each.
Cell short_number(const std::optional<double>& number) {
  return number ? Cell(fmt::format("{:.2g}", *number)) : Cell();
}

std::string output_words(const record::OutputCheck& check) {
  if (check.error) return fmt::format("{:.2g}", *check.error);
  return check.status == record::CheckStatus::not_run ? "" : std::string(record::to_string(check.status));
}

// How a side is called in tables: "A", "B", ...
std::string short_name(std::size_t position) {
  std::string name;
  for (std::size_t left = position + 1; left > 0; left = (left - 1) / 26) {
    name.insert(name.begin(), static_cast<char>('A' + static_cast<int>((left - 1) % 26)));
  }
  return name;
}

bool in_milliseconds(const ComparisonResult& result) {
  return std::ranges::all_of(result.sides, [](const auto& side) { return !side.time || side.time->value.value < 1.0; });
}

Table sides_table(const ComparisonResult& result) {
  const std::string unit = result.sides.empty() ? "run" : result.sides.front().unit;
  const bool ms = in_milliseconds(result);
  const bool checked =
      std::ranges::any_of(result.sides, [](const auto& s) { return !output_words(s.output_check).empty(); });
  Table table;
  table.columns = {{"", "side"},
                   {"", "runs", ColumnKind::number},
                   {"", "J/" + unit + " gross", ColumnKind::energy},
                   {"", (ms ? "ms/" : "s/") + unit, ColumnKind::quantity},
                   {"", "W", ColumnKind::quantity},
                   {"", checked ? "output error" : "", ColumnKind::text},
                   {"", result.letters.empty() ? "" : "letters", ColumnKind::text}};
  for (std::size_t i = 0; i < result.sides.size(); ++i) {
    const ComparedSide& side = result.sides[i];
    table.rows.push_back({short_name(i), side.runs, to_quantity(side.energy, side.complete),
                          to_quantity(side.time, ms ? 1e3 : 1.0), to_quantity(side.power),
                          output_words(side.output_check), result.letters.empty() ? std::string() : result.letters[i]});
  }
  return table;
}

Cell percent(const std::optional<double>& share) {
  return share ? Cell(fmt::format("{:.2g}", 100.0 * *share)) : Cell();
}

Table pairs_table(const ComparisonResult& result) {
  using enum ColumnKind;
  Table table;
  table.columns = {{"", "of"}, {"", "ratio", quantity}, {"", "verdict"},
                   {"", "p"},  {"", "Cliff's δ"},       {"", "detectable %"}};
  for (const ComparedPair& pair : result.pairs) {
    begin_group(table, fmt::format("{} / {}", short_name(pair.candidate), short_name(pair.base)));
    for (const Finding& finding : pair.findings) {
      if (finding.quantity == "power" && !finding.ratio) continue;  // said with the energy
      table.rows.push_back(
          {finding.quantity, to_quantity(finding.ratio), verdict_words(finding), short_number(finding.p_value),
           finding.ratio ? Cell(fmt::format("{:.2f}", finding.cliffs_delta)) : Cell(), percent(finding.detectable)});
    }
  }
  return table;
}

std::string conditions(const ComparisonResult& result) {
  const double limit = 100.0 * result.equivalence_limit;
  std::string text;
  if (result.design == record::ComparisonDesign::separate) {
    text = fmt::format("Measured apart from {}: Welch's interval of the log ratios, 95 %.",
                       result.base_from.value_or("the base"));
  } else if (result.planned_looks) {
    text = fmt::format("{} blocks in random order; looks planned at 6, 10, 16 and 24, each at 98.5 %.", result.blocks);
  } else {
    text = fmt::format("{} blocks in random order; one look, 95 %.", result.blocks);
  }
  if (result.pairs.size() > 1) text += " Holm's levels over all pairs.";
  return text + fmt::format(" Equivalent: within ±{:.3g} %.", limit);
}

// "B needs 12 ± 2 % less energy per run than A: less, beyond the limit".
std::string sentence(const ComparisonResult& result, const ComparedPair& pair) {
  const Finding& energy = pair.findings.front();
  const std::string base = short_name(pair.base);
  const std::string candidate = short_name(pair.candidate);
  if (!energy.ratio) return fmt::format("{} / {}: the energies are not compared: {}", candidate, base, energy.reason);
  const record::Estimate<double>& ratio = *energy.ratio;
  const bool less = ratio.value < 1.0;
  const double sign = less ? -100.0 : 100.0;
  const double one = sign * (ratio.low - 1.0);
  const double other = sign * (ratio.high - 1.0);
  const std::string share =
      number_text(sign * (ratio.value - 1.0), record::Interval<double>{std::min(one, other), std::max(one, other)});
  const ComparedSide& side = result.sides[pair.candidate];
  const bool modelled = side.energy.provenance == record::Provenance::modelled;
  return fmt::format("{} needs {} % {} energy per {} than {}{}: {}", candidate, share, less ? "less" : "more",
                     side.unit, base, modelled ? ", by the model" : "", verdict_words(energy));
}

std::string gate_words(const ComparisonResult& result, const ComparedPair& pair) {
  const double limit = 100.0 * *result.fail_above;
  const std::string name = short_name(pair.candidate);
  if (!pair.over_limit) return fmt::format("Gate: no verdict on {}.", name);
  const Finding& energy = pair.findings.front();
  const std::string found =
      energy.detectable ? fmt::format("; {:.2g} % more would have been found in 9 of 10", 100.0 * *energy.detectable)
                        : std::string();
  if (*pair.over_limit) return fmt::format("Gate: BROKEN, {} needs more than {:.3g} % more energy.", name, limit);
  if (energy.ratio->high > 1.0 + *result.fail_above) {
    return fmt::format("Gate: kept, but {} may lie above +{:.3g} %: the interval holds both{}.", name, limit, found);
  }
  return fmt::format("Gate: kept, {} lies below +{:.3g} %{}.", name, limit, found);
}

std::vector<std::string> remarks(const ComparisonResult& result) {
  std::vector<std::string> out;
  for (const ComparedPair& pair : result.pairs) out.push_back(sentence(result, pair) + ".");
  if (result.fail_above) {
    for (const ComparedPair& pair : result.pairs) out.push_back(gate_words(result, pair));
  }
  for (const ComparedPair& pair : result.pairs) {
    for (const std::string& advice : pair.advice) {
      out.push_back(
          fmt::format("What would narrow {} / {}: {}.", short_name(pair.candidate), short_name(pair.base), advice));
    }
    const Finding& energy = pair.findings.front();
    if (energy.bca) {
      out.push_back(fmt::format("BCa beside it, energy {} / {}: {:.4g} to {:.4g}.", short_name(pair.candidate),
                                short_name(pair.base), energy.bca->low, energy.bca->high));
    }
  }
  if (!result.letters.empty()) out.emplace_back("Sides that share a letter were not shown to differ in energy.");
  for (const record::Warning& warning : result.warnings) {
    if (warning.code != "simulated") out.push_back("Warning: " + warning.message + ".");
  }
  return out;
}

}  // namespace

std::string verdict_words(const Finding& finding) {
  if (!finding.ratio) return finding.reason.empty() ? "not compared" : "not compared: " + finding.reason;
  std::string text = base::join(finding.verdicts, ", ");
  if (finding.bounds == "beyond the limit") text += ", beyond the limit";
  return text;
}

Page comparison_page(const ComparisonResult& result) {
  Page page;
  if (simulated(result.experiment.channels)) page.sections.push_back({.lead = std::string(kSimulatedLine)});
  Section names{.lead = conditions(result)};
  for (std::size_t i = 0; i < result.sides.size(); ++i) {
    const ComparedSide& side = result.sides[i];
    const bool other = side.experiment != result.experiment.id;
    names.facts.push_back({short_name(i), other ? fmt::format("{} ({})", side.id, side.experiment) : side.id});
  }
  page.sections.push_back(std::move(names));
  page.sections.push_back({.heading = "Sides", .table = sides_table(result)});
  Section pairs{.heading = "Ratios", .table = pairs_table(result), .remarks = remarks(result)};
  if (result.pairs.empty()) pairs = {.lead = "There is nothing to compare: one side only."};
  page.sections.push_back(std::move(pairs));
  return page;
}

}  // namespace wattlens::report
