// An experiment in any format: its results alone (`wattlens run`), or with all that is known of it (`wattlens show`).
//
// Pure functions. json is schema "wattlens.experiment/1" (docs/formats.md); jsonl and csv have one line per point.
#pragma once

#include <string>
#include <string_view>

#include "record/experiment.h"
#include "report/format.h"
#include "report/page.h"

namespace wattlens::report {

inline constexpr std::string_view kExperimentSchema = "wattlens.experiment/1";

// Points, the batch of least energy per network, and what the signs mean.
std::string experiment_results(const record::ExperimentSummary& summary, Format format, const TextOptions& text = {});

// Machine, plan, idle power, sensors, points, savings, models as they ran, warnings. Machine formats: as above.
std::string experiment_in_full(const record::ExperimentSummary& summary, Format format, const TextOptions& text = {});

// Whether its energies come from a scenario (--simulate).
bool simulated(const record::Experiment& experiment);

base::Json experiment_json(const record::ExperimentSummary& summary);
Page results_page(const record::ExperimentSummary& summary);
Page full_page(const record::ExperimentSummary& summary);

}  // namespace wattlens::report
