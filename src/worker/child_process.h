// A worker's process: started with one socket and nothing else of ours, ended with its owner, its last words kept.
//
// The child and its own children die with this process (group_guard.h), also when they are stopped; the child dies
// already with the thread that started it (PR_SET_PDEATHSIG), so start() belongs on a thread that outlives it. It
// offers itself to the out-of-memory killer first, has its own process group (Ctrl-C reaches only its owner), no core
// dumps and, on request, a limit on its private memory (RLIMIT_DATA). Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/units.h"
#include "worker/group_guard.h"

namespace wattlens::worker {

struct ProcessOptions {
  base::Path executable;
  std::vector<std::string> arguments;    // after the program's name
  std::vector<std::string> environment;  // "NAME=value": added to ours, or in place of it
  std::optional<base::Bytes> memory_budget;
};

// How a process ended.
struct Exit {
  std::optional<int> status;  // of exit()
  int signal = 0;             // that killed it, where it did not exit
  std::string describe() const;
};

class ChildProcess {
 public:
  static constexpr int kSocket = 3;  // the child's end of the socket pair

  // Fails where the program cannot be executed; what goes wrong after that shows in wait().
  static Result<ChildProcess> start(const ProcessOptions& options, base::FileDescriptor socket);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ~ChildProcess();  // kills it

  pid_t pid() const { return pid_; }
  int exit_fd() const { return exit_.get(); }      // readable when it has ended
  int output_fd() const { return output_.get(); }  // readable when it has written to stdout or stderr

  // Takes what it has written until now; only the end is kept. False when it has closed both.
  bool read_output();
  const std::string& output() const { return text_; }
  std::string last_words() const;  // the last lines as one line; empty when it was silent

  bool wait(base::Seconds limit);  // true when it has ended by then
  void kill();                     // at once, and waits for it
  const std::optional<Exit>& exit() const { return result_; }

 private:
  ChildProcess(pid_t pid, base::FileDescriptor exit, base::FileDescriptor output)
      : pid_(pid), exit_(std::move(exit)), output_(std::move(output)) {}
  void reap();

  pid_t pid_ = -1;
  base::FileDescriptor exit_;
  base::FileDescriptor output_;
  std::string text_;
  std::optional<Exit> result_;
  std::optional<GroupGuard> guard_;  // of the children that it may have
};

}  // namespace wattlens::worker
