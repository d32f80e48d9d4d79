// Records as JSON and back. Reading ignores members it does not know and names the first bad one by its path.
#pragma once

#include "base/json.h"
#include "record/experiment.h"

namespace wattlens::record {

inline constexpr std::string_view kRunSchema = "wattlens.run/1";
inline constexpr std::string_view kStoredExperimentSchema = "wattlens.stored_experiment/1";

base::Json to_json(const Experiment& experiment);  // with "schema"
base::Json to_json(const Run& run);                // with "schema"; without samples
base::Json to_json(const PlanPoint& point);
base::Json to_json(const MachineState& machine);
base::Json to_json(const ChangedSetting& setting);
base::Json to_json(const Channel& channel);
base::Json to_json(const Energy& energy);
base::Json to_json(const Warning& warning);
base::Json to_json(const OutputCheck& check);
base::Json to_json(const Accuracy& accuracy);
base::Json to_json(const WorkloadInfo& info);

Result<Experiment> experiment_from_json(const base::Json& json);
Result<Run> run_from_json(const base::Json& json);
Result<OutputCheck> output_check_from_json(const base::Json& json);
Result<WorkloadInfo> workload_info_from_json(const base::Json& json);
Result<PlanPoint> plan_point_from_json(const base::Json& json);

}  // namespace wattlens::record
