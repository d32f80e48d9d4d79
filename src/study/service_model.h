// What a batch costs, by its size, from an experiment in which batches of each size followed each other. Pure and
// thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "experiment/plan.h"
#include "record/experiment.h"
#include "record/run.h"
#include "serving/service_model.h"

namespace wattlens::study {

// Turns `plan` into that experiment: as many clients as the largest batch holds, each of which asks again as soon as it
// is answered, and fixed batches of 1, 2, 4 … up to it. So no time passes between two batches.
experiment::Plan service_plan(experiment::Plan plan);

// Of one network. Fails with not_measurable where a size has no energy, with run_failed where one was not measured.
Result<serving::ServiceModel> service_model(const record::ExperimentSummary& summary, std::span<const record::Run> runs,
                                            const std::string& model);

}  // namespace wattlens::study
