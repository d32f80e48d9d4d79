// One measurement at a time on a machine: two that overlap would each measure the other's joules.
//
// A lock file of the whole machine, which all users see and which the kernel gives free when its holder ends, however
// it ends. It holds nothing but the holder's process number and what it measures. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace wattlens::machine {

class MeasuringLock {
 public:
  // Fails with ErrorKind::not_measurable where another process holds it (the message names that process and what it
  // measures), with ErrorKind::io where there can be no such file.
  static Result<MeasuringLock> take(const base::Path& file, std::string_view what);

  // The process that holds it, as take() wrote it; empty where that is not known.
  static std::optional<std::int64_t> holder(const base::Path& file);

  // wattlens.lock in the first of /run/lock and /tmp in which everybody may write: it is the same for all users.
  static base::Path default_file(const base::Path& root = "/");

 private:
  explicit MeasuringLock(base::FileDescriptor file) : file_(std::move(file)) {}
  base::FileDescriptor file_;  // closing it gives the lock free
};

}  // namespace wattlens::machine
