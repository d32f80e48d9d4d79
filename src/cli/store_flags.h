// The flags of the commands that read the store.
#pragma once

#include "cli/export_command.h"
#include "cli/list_command.h"
#include "cli/show_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

void add_list(CLI::App& app, ListOptions& options);
void add_show(CLI::App& app, ShowOptions& options);
CLI::App& add_export(CLI::App& app, ExportOptions& options);  // its command, for what stands below it

}  // namespace wattlens::cli
