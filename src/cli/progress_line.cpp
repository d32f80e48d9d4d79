#include "cli/progress_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmath>

#include "report/terminal_text.h"

namespace wattlens::cli {
namespace {

using experiment::Activity;

std::string_view activity_text(Activity activity) {
  switch (activity) {
    case Activity::idle_baseline: return "idle baseline";
    case Activity::preparing: return "compiling and checking the output";
    case Activity::warming_up: return "warming up";
    case Activity::measuring: return "measuring";
    case Activity::finished: return "done";
  }
  return "";
}

std::size_t terminal_columns(int fd) {
  winsize size{};
  return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

std::string time_text(base::Seconds time) {
  const auto whole = static_cast<std::int64_t>(std::ceil(time.value));
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

std::string progress_text(const experiment::Progress& progress, std::size_t columns) {
  std::string text = progress.prepared < progress.points
                         ? fmt::format("[{}/{} models]", progress.prepared, progress.points)
                         : fmt::format("[{}/{} runs]", progress.runs, progress.runs_expected);
  if (progress.left) text += fmt::format("  {} left", time_text(*progress.left));
  text += "  ";
  if (progress.point && progress.point->precision.empty()) {
    text += fmt::format("{}: ", progress.point->model);  // a command
  } else if (progress.point) {
    text += fmt::format("{} {} batch {}: ", progress.point->model, progress.point->precision, progress.point->batch);
  }
  text += activity_text(progress.activity);
  return std::string(report::cut(text, columns > 0 ? columns - 1 : 0));
}

ProgressLine::ProgressLine(std::FILE* out) : out_(out), terminal_(isatty(fileno(out)) == 1) {}

void ProgressLine::show(const experiment::Progress& progress, std::string_view part) {
  if (!terminal_) return;
  const std::string text = progress_text(progress, terminal_columns(fileno(out_)));
  show_text(part.empty() ? text : fmt::format("{}: {}", part, text));
}

void ProgressLine::show_text(std::string_view text) {
  if (!terminal_) return;
  const std::size_t columns = terminal_columns(fileno(out_));
  fmt::print(out_, "\r\x1b[K{}", report::cut(text, columns > 0 ? columns - 1 : 0));
  std::fflush(out_);
  shown_ = true;
}

void ProgressLine::clear() {
  if (!shown_) return;
  fmt::print(out_, "\r\x1b[K");
  std::fflush(out_);
  shown_ = false;
}

}  // namespace wattlens::cli
