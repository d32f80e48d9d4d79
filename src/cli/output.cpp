#include "cli/output.h"

#include <unistd.h>

#include <utility>

namespace wattlens::cli {

Result<Output> Output::open(OutputOptions options) {
  Output output(std::move(options));
  if (output.options_.file) {
    WATTLENS_TRY(base::OutputFile file, base::OutputFile::create(*output.options_.file));
    output.file_.emplace(std::move(file));
  }
  return output;
}

Result<void> Output::write(std::string_view text) {
  return file_ ? file_->write(text) : base::write_all(STDOUT_FILENO, text, "standard output");
}

Result<void> Output::finish() { return file_ ? file_->commit() : Result<void>(); }

}  // namespace wattlens::cli
