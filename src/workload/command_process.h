// A command of the user's, run as if nobody watched: its streams, its signals, its terminal and its end are its own.
//
// It stays in the process group of wattlens, so that the terminal's signals reach it as they would without wattlens
// (Ctrl-C, Ctrl-Z and window changes go to both). Signals that a process sends to wattlens are handed on. Two Ctrl-C
// within 2 s, from a terminal, end a command that does not end by itself: SIGTERM with the second, SIGKILL a second
// later or with the third. When the command is stopped by job control, wattlens stops too, so that the shell notices.
// Processes that it leaves behind become children of wattlens as long as that lives (their processor time is then
// known), and are not ended. Not thread-safe; start() forks, so no other thread may be running.
#pragma once

#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/file.h"
#include "base/result.h"
#include "base/units.h"
#include "workload/command_terminal.h"

namespace wattlens::workload {

struct CommandOptions {
  std::vector<std::string> words;    // the program, looked up in PATH as a shell does, and its arguments
  std::vector<int> ignored_signals;  // those that wattlens was told to ignore when it was started, and no others
  std::vector<std::pair<std::string, std::string>> environment;  // variables that are added
};

class CommandProcess {
 public:
  // Returns once the program runs. ErrorKind::not_found where there is no such program (a shell's status 127),
  // ErrorKind::run_failed where it cannot be executed (126), ErrorKind::io where there can be no process.
  static Result<CommandProcess> start(const CommandOptions& options, base::Clock& clock);
  CommandProcess(CommandProcess&& other) noexcept;
  CommandProcess& operator=(CommandProcess&&) = delete;
  // Puts signals and the terminal back. A command that still runs goes on.
  ~CommandProcess();

  // Waits until then, until the command ends or until there is something to read from `also` (-1: nothing), and hands
  // signals on meanwhile; true when it has ended.
  bool wait_until(base::MonoTime time, int also = -1);
  // After the end: whether the user asked wattlens to stop since the last question.
  bool stop_requested();

  std::int64_t pid() const { return pid_; }
  base::MonoTime began() const { return began_; }  // at exec
  base::MonoTime ended() const { return ended_; }
  int status() const { return status_; }      // as a shell tells it: 128 + n where signal n ended it
  int signal() const { return signal_; }      // that ended it; 0: none
  base::Seconds cpu() const { return cpu_; }  // of it and of its descendants that were waited for
  base::Seconds stopped() const { return stopped_; }
  bool left_processes() const { return left_processes_; }

 private:
  explicit CommandProcess(base::Clock& clock) : clock_(&clock) {}
  void read_signals();
  void handle(int signal, bool from_terminal, bool ignored);
  void on_interrupt();
  void reap();
  void on_child_state();

  base::Clock* clock_;
  pid_t pid_ = -1;
  base::FileDescriptor exit_;     // pidfd
  base::FileDescriptor signals_;  // signalfd
  std::optional<sigset_t> mask_;  // to put back
  std::unique_ptr<Terminal> terminal_;
  std::vector<int> ignored_;
  base::MonoTime began_;
  base::MonoTime ended_;
  std::optional<base::MonoTime> interrupted_at_;
  std::optional<base::MonoTime> kill_at_;
  std::optional<base::MonoTime> stopped_at_;
  base::Seconds stopped_;
  base::Seconds cpu_;
  int status_ = 0;
  int signal_ = 0;
  bool has_ended_ = false;
  bool left_processes_ = false;
  bool stop_requested_ = false;
};

}  // namespace wattlens::workload
