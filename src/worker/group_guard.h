// Ends a worker's process group when its owner dies: the kernel kills the worker then, but not the worker's children.
//
// A process that does nothing but wait for its owner to end, however it ends. Not thread-safe.
#pragma once

#include <sys/types.h>

#include "base/file.h"
#include "base/result.h"

namespace wattlens::worker {

class GroupGuard {
 public:
  static Result<GroupGuard> start(pid_t group);
  GroupGuard(GroupGuard&& other) noexcept;
  GroupGuard& operator=(GroupGuard&& other) noexcept;
  ~GroupGuard();  // kills what is left of the group, and ends the guard

 private:
  GroupGuard(pid_t pid, base::FileDescriptor alive) : pid_(pid), alive_(std::move(alive)) {}

  pid_t pid_ = -1;
  base::FileDescriptor alive_;  // the guard sees it closed when its owner has ended
};

}  // namespace wattlens::worker
