// What `wattlens run --dry-run` shows: the points of a plan and how long they will take.
#pragma once

#include <string>

#include "experiment/plan.h"
#include "experiment/prediction.h"
#include "report/format.h"

namespace wattlens::cli {

// json is schema "wattlens.dry_run/1"; every other format is text for people.
std::string dry_run_text(const experiment::Plan& plan, const experiment::Prediction& prediction, report::Format format);

}  // namespace wattlens::cli
