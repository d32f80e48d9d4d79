// What `wattlens run --resume` takes from the store, and the command that resumes an experiment.
#pragma once

#include <string>
#include <string_view>

#include "cli/run_options.h"
#include "experiment/continuation.h"
#include "experiment/plan.h"
#include "store/sqlite_store.h"

namespace wattlens::cli {

// The experiment that options.resume names (empty: the last one that was interrupted) with its runs. Fails with
// ErrorKind::not_found where there is none, with ErrorKind::usage where nothing is left to do or it is still running.
Result<experiment::Continuation> find_interrupted(const store::SqliteStore& store, const RunOptions& options);

// A flag or a plan file beside --resume must say what the stored plan says. `asked` is the stored plan with the flags
// of the command line put in.
Result<void> check_agreement(const experiment::Plan& stored, const experiment::Plan& asked, std::string_view id);

// "wattlens run --resume 20261121T100000-4f2a --store FILE"; no --store where `store` is empty.
std::string resume_command(std::string_view program, std::string_view id, const base::Path& store);

}  // namespace wattlens::cli
