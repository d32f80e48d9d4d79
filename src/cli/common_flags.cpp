#include "cli/common_flags.h"

#include <CLI/CLI.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "base/text.h"

namespace wattlens::cli {
report::TextOptions text_options(int fd) {
  report::TextOptions text;
  winsize size{};
  if (isatty(fd) == 1 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    text.width = size.ws_col;
    const char* no_colour = std::getenv("NO_COLOR");
    text.colour = !no_colour || !*no_colour;
  }
  return text;
}

void add_output(CLI::App& command, OutputOptions& output, const std::vector<report::Format>& only) {
  output.text = text_options(STDOUT_FILENO);
  std::vector<std::string> names;
  std::map<std::string, report::Format> formats;
  for (const report::FormatInfo& format : report::all_formats()) {
    if (!only.empty() && std::ranges::find(only, format.format) == only.end()) continue;
    names.emplace_back(format.name);
    formats.emplace(format.name, format.format);
  }
  command
      .add_option_function<std::string>(
          "--format", [&output, formats](const std::string& name) { output.format = formats.at(name); },
          "Form of the data: " + base::join(names, ", "))
      ->check(CLI::IsMember(names))
      ->type_name("FORMAT");
  command.add_option("-o,--output", output.file, "Write the data to FILE, not to standard output")->type_name("FILE");
}

CLI::Option* add_plot(CLI::App& command, PlotOptions& plot) {
  return command.add_option("--plot", plot.target, "Draw it into FILE.svg, or on the terminal: terminal")
      ->type_name("FILE.svg");
}

void add_store(CLI::App& command, base::Path& store) {
  command.add_option("--store", store, "The store (default: wattlens.db in your data folder)")->type_name("FILE");
}

}  // namespace wattlens::cli
