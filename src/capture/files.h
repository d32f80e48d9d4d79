// The files of /proc and /sys that wattlens reads of a machine, in a form that can be passed on to others.
//
// What names a machine, a container or a person is left out: serial numbers, container ids and groups of users (written
// as numbers), all of /proc/self/status but the processors that may be used. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"

namespace wattlens::capture {

struct CapturedFile {
  std::string path;                 // below the root, without a slash at its beginning
  std::optional<std::string> text;  // empty: it is there and cannot be read
  std::string link;                 // not empty: a symbolic link that leads there, relative to its own folder
};

// Sorted by path; what the machine does not have is not in it.
std::vector<CapturedFile> capture_files(const base::Path& root);

// Those of capture_files() whose text changes while nothing else does: energies, powers, the processors' times.
bool is_moving(const CapturedFile& file);

// As it may be passed on; `path` is below the root.
std::string passed_on(std::string_view path, std::string text);

// Makes the files below `folder`, which exists. A file that could not be read has mode 0.
Result<void> write_files(const std::vector<CapturedFile>& files, const base::Path& folder);

}  // namespace wattlens::capture
