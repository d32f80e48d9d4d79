// `--plot`: a command's plot, into an SVG file or onto the terminal.
//
// The file is made before the work, so that a path that cannot be written is found out first. Not thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"
#include "cli/output.h"
#include "plot/plot.h"

namespace wattlens::cli {

struct PlotOptions {
  std::optional<std::string> target;  // FILE.svg, or "terminal"; empty: no plot
  std::string command;                // the whole command line, for the file
};

class PlotOutput {
 public:
  // Errors: usage, where the target is neither, or where the plot would stand among the data of a machine format.
  static Result<PlotOutput> open(const PlotOptions& options, const OutputOptions& output);

  bool wanted() const { return options_.target.has_value(); }

  // Nothing, where none is wanted. The file takes its name only now.
  Result<void> write(const plot::Plot& plot, std::span<const std::string> experiments);

 private:
  PlotOutput(PlotOptions options, report::TextOptions text) : options_(std::move(options)), text_(text) {}

  PlotOptions options_;
  report::TextOptions text_;
  std::optional<base::OutputFile> file_;
};

// As a shell reads it as one word.
std::string shell_word(std::string_view word);

// The command line in one line, so that a shell reads the same words.
std::string quoted_command(int argc, const char* const* argv);

}  // namespace wattlens::cli
