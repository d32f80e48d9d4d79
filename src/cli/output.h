// Where a command's data goes: standard output, or a file that appears only when it is complete.
//
// The file is made before the work, so that a path that cannot be written is found out first. Not thread-safe.
// The program must ignore SIGPIPE: a closed pipe is then an error of kind io, as a full disk is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "report/format.h"

namespace wattlens::cli {

struct OutputOptions {
  report::Format format = report::Format::table;
  std::optional<base::Path> file;  // -o; standard output where empty
  report::TextOptions text;
};

class Output {
 public:
  static Result<Output> open(OutputOptions options);

  report::Format format() const { return options_.format; }
  const report::TextOptions& text() const { return options_.text; }

  Result<void> write(std::string_view text);
  // The file takes its name; what is there before is replaced only now. For whoever opened it, once the command has
  // succeeded.
  Result<void> finish();

 private:
  explicit Output(OutputOptions options) : options_(std::move(options)) {}

  OutputOptions options_;
  std::optional<base::OutputFile> file_;  // empty: standard output; what was not finished goes with it
};

}  // namespace wattlens::cli
