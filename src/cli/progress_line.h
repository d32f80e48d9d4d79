// The line at the foot of the terminal that tells how far an experiment is.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>

#include "experiment/progress.h"

namespace wattlens::cli {

// "[ 12/120]  1:05 left  resnet50 bf16 batch 8: warming up"; `columns` cuts it to the terminal.
std::string progress_text(const experiment::Progress& progress, std::size_t columns);

// Rewrites one line of a terminal; silent where `out` is none. Not thread-safe.
class ProgressLine {
 public:
  explicit ProgressLine(std::FILE* out);
  ~ProgressLine() { clear(); }
  // `part` stands before it: what of a longer work this is.
  void show(const experiment::Progress& progress, std::string_view part = {});
  void show_text(std::string_view text);  // is cut to the terminal
  void clear();

 private:
  std::FILE* out_;
  bool terminal_;
  bool shown_ = false;
};

}  // namespace wattlens::cli
