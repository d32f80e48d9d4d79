// The points of an experiment that serve requests, as a typed table. Pure functions.
#pragma once

#include "record/experiment.h"
#include "report/table.h"

namespace wattlens::report {

bool serves_requests(const record::ExperimentSummary& summary);

// One row per point, grouped by everything but the policy. With `name_experiment` each row begins with its id.
Table serving_table(const record::ExperimentSummary& summary, bool name_experiment);

}  // namespace wattlens::report
