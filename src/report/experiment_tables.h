// The typed tables of an experiment: its points, and the batch that needs the least energy. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "record/experiment.h"
#include "report/table.h"

namespace wattlens::report {

// Every row begins with the id of its experiment.
void name_rows(Table& table, const std::string& experiment);

// The last column, of remarks, is not shown to people where all are empty.
void hide_empty_remarks(Table& table);

// One row per point, grouped by everything but the batch. With `name_experiment` each row begins with its id, so that
// rows of several experiments can be joined.
Table points_table(const record::ExperimentSummary& summary, bool name_experiment);

// One row per point with two repetitions or more: how speed and energy went from run to run. For a person only.
Table repetitions_table(const record::ExperimentSummary& summary);

// One row per group: least energy against the smallest batch.
Table savings_table(const record::ExperimentSummary& summary);

// What all points share, in words: "openvino on cpu, bf16, latency hint, 224 px, 2 threads".
std::string shared_conditions(const record::ExperimentSummary& summary);

// What the signs in the tables mean, as far as they occur, and each warning with the points that it concerns.
std::vector<std::string> explanations(const record::ExperimentSummary& summary);

// The model and whatever else varies: "resnet50, f32". Points that differ in their batch alone have the same.
std::string group_name(const record::ExperimentSummary& summary, const record::PlanPoint& point);

// "too_short" as "too short".
std::string in_words(std::string code);

Quantity to_quantity(const record::Energy& energy, std::optional<bool> complete);

}  // namespace wattlens::report
