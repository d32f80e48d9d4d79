// Flags that many commands have.
#pragma once

#include <vector>

#include "base/file.h"
#include "cli/output.h"
#include "cli/plot_output.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace wattlens::cli {

// How wide the terminal behind a descriptor is and whether it wants colour; a file or a pipe gets plain text.
report::TextOptions text_options(int fd);

// --format and -o; a terminal's width and colour are looked up here. `formats`: only these.
void add_output(CLI::App& command, OutputOptions& output, const std::vector<report::Format>& formats = {});

CLI::Option* add_plot(CLI::App& command, PlotOptions& plot);

void add_store(CLI::App& command, base::Path& store);

}  // namespace wattlens::cli
