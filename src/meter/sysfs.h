// The kernel's files of one value. Thread-safe, but for one NumberFile.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/file.h"

namespace wattlens::meter {

// Without blanks around it; empty where the file is not there or cannot be read.
std::string sysfs_text(const base::Path& path);

bool is_there(const base::Path& path);

// A file of one whole number that stays open: reading it again costs one system call.
class NumberFile {
 public:
  explicit NumberFile(const base::Path& path);

  int error_number() const { return error_number_; }  // why it could not be opened; 0 where it could
  std::optional<std::int64_t> read() const;

 private:
  base::FileDescriptor file_;
  int error_number_ = 0;
};

}  // namespace wattlens::meter
