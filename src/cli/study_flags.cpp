#include "cli/study_flags.h"

#include <CLI/CLI.hpp>

#include "cli/batching_flags.h"
#include "cli/timeline_flags.h"

namespace wattlens::cli {

void add_study(CLI::App& app, StudyCommands& studies) {
  CLI::App& study = *app.add_subcommand("study", "The published experiments, on this machine");
  study.require_subcommand(1);
  study.footer("\nExamples:\n  wattlens study batching --quick\n  wattlens study timeline --quick");
  add_batching(study, studies.batching);
  add_timeline(study, studies.timeline);
}

}  // namespace wattlens::cli
