// The search for the cheapest configuration as text for a person and as data for a program. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "record/optimisation.h"
#include "report/format.h"
#include "report/page.h"

namespace wattlens::report {

inline constexpr std::string_view kOptimisationSchema = "wattlens.optimise/1";  // docs/optimise.schema.json

struct OptimisationReport {
  record::Optimisation found;
  std::string command;  // that measures the winner again; empty where there is none
};

Page optimisation_page(const OptimisationReport& report);
base::Json optimisation_json(const OptimisationReport& report);

// table and md: the page; json: one document; jsonl and csv: one row per candidate.
std::string optimisation_text(const OptimisationReport& report, Format format, const TextOptions& text);

// One row per candidate: those that were measured, then those that were not.
Table candidates_table(const record::Optimisation& found);

// What was found, in words; each a sentence or two.
std::vector<std::string> optimisation_sentences(const OptimisationReport& report);

}  // namespace wattlens::report
