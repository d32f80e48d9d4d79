// What --dry-run shows: the points of a plan, or the commands of a comparison, and how long they will take.
#pragma once

#include <string>

#include "experiment/command_comparison.h"
#include "experiment/plan.h"
#include "experiment/prediction.h"
#include "report/format.h"

namespace wattlens::cli {

// json is schema "wattlens.dry_run/1"; every other format is text for people.
std::string dry_run_text(const experiment::Plan& plan, const experiment::Prediction& prediction, report::Format format);
std::string dry_run_text(const experiment::CommandPlan& plan, report::Format format);

}  // namespace wattlens::cli
