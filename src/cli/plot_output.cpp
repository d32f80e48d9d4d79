#include "cli/plot_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <string_view>
#include <utility>

#include "base/clock.h"
#include "base/version.h"
#include "plot/svg.h"
#include "plot/terminal.h"

namespace wattlens::cli {
namespace {

constexpr std::string_view kTerminal = "terminal";

}  // namespace

std::string shell_word(std::string_view word) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_";
  if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
  std::string text = "'";
  for (const char c : word) {
    if (c == '\'') {
      text.append("'\\''");
    } else {
      text.push_back(c);
    }
  }
  text.push_back('\'');
  return text;
}

std::string quoted_command(int argc, const char* const* argv) {
  std::string text = "wattlens";
  for (int i = 1; i < argc; ++i) text += fmt::format(" {}", shell_word(argv[i]));
  return text;
}

Result<PlotOutput> PlotOutput::open(const PlotOptions& options, const OutputOptions& output) {
  PlotOutput plot(options, output.text);
  if (!options.target) return plot;
  if (*options.target == kTerminal) {
    const bool person = output.format == report::Format::table || output.format == report::Format::markdown;
    if (!person && !output.file) {
      return fail(
          ErrorKind::usage,
          fmt::format("--plot terminal would stand among the {} on standard output", report::to_string(output.format)),
          "write the data to a file with -o, or the plot: --plot FILE.svg");
    }
    return plot;
  }
  const base::Path path = *options.target;
  if (path.extension() != ".svg") {
    return fail(ErrorKind::usage, fmt::format("--plot cannot draw '{}'", *options.target),
                "give FILE.svg, or the word terminal");
  }
  WATTLENS_TRY(base::OutputFile file, base::OutputFile::create(path));
  plot.file_.emplace(std::move(file));
  return plot;
}

Result<void> PlotOutput::write(const plot::Plot& plot, std::span<const std::string> experiments) {
  if (!wanted()) return {};
  if (!file_) {
    WATTLENS_TRY(const std::string text, plot::to_terminal(plot, {.colour = text_.colour, .width = text_.width}));
    return base::write_all(STDOUT_FILENO, "\n" + text, "standard output");
  }
  const plot::Origin origin{.command = options_.command,
                            .version = base::to_string(base::version()),
                            .experiments = {experiments.begin(), experiments.end()},
                            .date = base::SystemClock().wall_time()};
  WATTLENS_TRY(const std::string svg, plot::to_svg(plot, origin));
  WATTLENS_CHECK(file_->write(svg));
  return file_->commit();
}

}  // namespace wattlens::cli
