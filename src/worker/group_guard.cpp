#include "worker/group_guard.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace wattlens::worker {
namespace {

// Only async-signal-safe calls: other threads of the owner may have held any lock at the fork.
[[noreturn]] void keep_watch(int owner_lives, pid_t group) {
  ::setpgid(0, 0);  // Ctrl-C is for the owner
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, nullptr);
  ::prctl(PR_SET_NAME, "wattlens-guard");
  // Nothing of the owner's may stay open here, above all no other guard's pipe.
  ::dup2(owner_lives, STDIN_FILENO);
  ::close_range(STDIN_FILENO + 1, ~0U, 0);
  char nothing = 0;
  ssize_t count = 0;
  do count = ::read(STDIN_FILENO, &nothing, 1);
  while (count > 0 || (count < 0 && errno == EINTR));
  ::kill(-group, SIGKILL);
  ::_exit(0);
}

}  // namespace

Result<GroupGuard> GroupGuard::start(pid_t group) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail_errno(errno, "cannot create the pipe of a guard");
  const base::FileDescriptor watched(ends[0]);
  base::FileDescriptor alive(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return base::fail_errno(errno, "cannot start the guard of a worker");
  if (pid == 0) keep_watch(watched.get(), group);
  return GroupGuard(pid, std::move(alive));
}

GroupGuard::GroupGuard(GroupGuard&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), alive_(std::move(other.alive_)) {}

GroupGuard& GroupGuard::operator=(GroupGuard&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(alive_, other.alive_);
  return *this;
}

GroupGuard::~GroupGuard() {
  if (pid_ < 0) return;
  alive_.reset();
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

}  // namespace wattlens::worker
