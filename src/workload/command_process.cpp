#include "workload/command_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <span>
#include <utility>

namespace wattlens::workload {
namespace {

using base::MonoTime;
using base::Seconds;

constexpr Seconds kTwice{2.0};       // within which a second Ctrl-C ends the command
constexpr Seconds kLastChance{1.0};  // between SIGTERM and SIGKILL
constexpr auto kHandedOn =
    std::to_array({SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGALRM, SIGTSTP, SIGCONT});
// What wattlens changes for itself and a command must find as it was.
constexpr auto kChanged = std::to_array({SIGINT, SIGTERM, SIGPIPE, SIGXFSZ});

bool contains(std::span<const int> signals, int signal) { return std::ranges::find(signals, signal) != signals.end(); }

// Not glibc's function: the header of glibc 2.36 declares it with C++ linkage.
base::FileDescriptor open_pidfd(pid_t pid) {
  return base::FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

// Only wattlens's wake-up could be stamped from outside, and on a busy machine that is late.
[[noreturn]] void become_command(const std::vector<char*>& words, const CommandOptions& options, const sigset_t& mask,
                                 const base::Clock& clock, int report) {
  for (const int signal : kChanged) ::signal(signal, contains(options.ignored_signals, signal) ? SIG_IGN : SIG_DFL);
  for (const auto& [name, value] : options.environment) ::setenv(name.c_str(), value.c_str(), 1);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  const MonoTime begin = clock.now();
  [[maybe_unused]] ssize_t written = ::write(report, &begin, sizeof begin);
  ::execvp(words[0], words.data());
  const int error = errno;
  written = ::write(report, &error, sizeof error);
  ::_exit(127);
}

// False once the other end is closed.
template <class T>
bool read_value(int pipe, T& value) {
  ssize_t count = 0;
  do count = ::read(pipe, &value, sizeof value);
  while (count < 0 && errno == EINTR);
  return count == sizeof value;
}

std::unexpected<Error> cannot_run(const std::string& program, int error) {
  const std::string message = fmt::format("cannot run '{}': {}", program, std::strerror(error));
  if (error == ENOENT) {
    return fail(ErrorKind::not_found, message,
                "give a program and its arguments; for a line of a shell: wattlens measure -- sh -c 'LINE'");
  }
  return fail(ErrorKind::run_failed, message, "give a program that may be executed, or the interpreter before it");
}

// As Ctrl-Z would have done, had it not been blocked; returns when the shell lets the job go on.
void stop_with_the_command() {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  // That of Ctrl-Z may still be pending, and would stop a second time.
  const timespec at_once{};
  ::sigtimedwait(&stop, nullptr, &at_once);
  ::raise(SIGTSTP);
  ::sigprocmask(SIG_UNBLOCK, &stop, nullptr);
  ::sigprocmask(SIG_BLOCK, &stop, nullptr);
}

Seconds to_seconds(const timeval& time) {
  return {static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6};
}

}  // namespace

Result<CommandProcess> CommandProcess::start(const CommandOptions& options, base::Clock& clock) {
  if (options.words.empty()) return fail(ErrorKind::usage, "there is no command", "give one after --");
  std::vector<char*> words;
  for (const std::string& word : options.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail_errno(errno, "cannot create a pipe for the command");
  const base::FileDescriptor report(ends[0]);
  base::FileDescriptor report_write(ends[1]);

  CommandProcess process(clock);
  process.ignored_ = options.ignored_signals;
  process.terminal_ = std::make_unique<Terminal>();
  sigset_t blocked;
  sigemptyset(&blocked);
  for (const int signal : kHandedOn) sigaddset(&blocked, signal);
  sigaddset(&blocked, SIGCHLD);
  sigset_t mask;
  ::sigprocmask(SIG_BLOCK, &blocked, &mask);
  process.mask_ = mask;
  process.signals_ = base::FileDescriptor(::signalfd(-1, &blocked, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!process.signals_.is_open()) return base::fail_errno(errno, "cannot listen to signals");
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);

  const pid_t pid = ::fork();
  if (pid < 0) return base::fail_errno(errno, fmt::format("cannot start '{}'", options.words.front()));
  if (pid == 0) become_command(words, options, mask, clock, report_write.get());
  report_write.reset();
  // The pipe closes on exec: then there is no error to read.
  process.began_ = clock.now();
  read_value(report.get(), process.began_);
  if (int error = 0; read_value(report.get(), error)) {
    ::waitpid(pid, nullptr, 0);
    return cannot_run(options.words.front(), error);
  }
  process.pid_ = pid;
  process.exit_ = open_pidfd(pid);
  if (!process.exit_.is_open())
    return base::fail_errno(errno, "cannot watch the command", "it needs Linux 5.3 or newer");
  return process;
}

CommandProcess::CommandProcess(CommandProcess&& other) noexcept = default;

CommandProcess::~CommandProcess() {
  if (!terminal_) return;  // moved from
  terminal_->restore();
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
  if (mask_) ::sigprocmask(SIG_SETMASK, &*mask_, nullptr);
}

bool CommandProcess::wait_until(MonoTime time, int also) {
  while (!has_ended_) {
    const MonoTime now = clock_->now();
    if (kill_at_ && now >= *kill_at_) {
      ::kill(pid_, SIGKILL);
      kill_at_.reset();
    }
    const MonoTime until = kill_at_ ? std::min(time, *kill_at_) : time;
    const std::int64_t left = std::max<std::int64_t>(0, until.ns - now.ns);
    const timespec timeout{left / 1'000'000'000, left % 1'000'000'000};
    std::array<pollfd, 3> listeners{pollfd{exit_.get(), POLLIN, 0}, pollfd{signals_.get(), POLLIN, 0},
                                    pollfd{also, POLLIN, 0}};
    const int ready = ::ppoll(listeners.data(), listeners.size(), &timeout, nullptr);
    if (listeners[0].revents != 0) {
      ended_ = clock_->now();
      reap();
      return true;
    }
    if (listeners[1].revents != 0) read_signals();
    if (listeners[2].revents != 0) return false;
    if (ready <= 0 && clock_->now() >= time) return false;
  }
  return true;
}

bool CommandProcess::stop_requested() {
  read_signals();
  return std::exchange(stop_requested_, false);
}

void CommandProcess::read_signals() {
  signalfd_siginfo info{};
  while (::read(signals_.get(), &info, sizeof info) == sizeof info) {
    const auto signal = static_cast<int>(info.ssi_signo);
    if (signal == SIGCHLD) {
      if (!has_ended_) on_child_state();
    } else {
      handle(signal, info.ssi_code == SI_KERNEL, contains(ignored_, signal));
    }
  }
}

void CommandProcess::handle(int signal, bool from_terminal, bool ignored) {
  if (ignored) return;
  if (has_ended_) {
    stop_requested_ |= signal == SIGINT || signal == SIGTERM || signal == SIGHUP || signal == SIGQUIT;
    return;
  }
  if (from_terminal && signal == SIGINT) on_interrupt();
  // What the terminal sends it sends to the whole group.
  if (!from_terminal) ::kill(pid_, signal);
}

void CommandProcess::on_interrupt() {
  const MonoTime now = clock_->now();
  if (kill_at_) {
    kill_at_ = now;
  } else if (interrupted_at_ && now - *interrupted_at_ < kTwice) {
    ::kill(pid_, SIGTERM);
    ::kill(pid_, SIGCONT);
    kill_at_ = now + kLastChance;
  }
  interrupted_at_ = now;
}

// Stops with the command, so that the shell takes the terminal; goes on with it.
void CommandProcess::on_child_state() {
  siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(pid_), &info, WSTOPPED | WCONTINUED | WNOHANG) == 0 && info.si_pid == pid_) {
    if (info.si_code == CLD_CONTINUED) {
      if (stopped_at_) stopped_ += clock_->now() - *stopped_at_;
      stopped_at_.reset();
    } else if (info.si_code == CLD_STOPPED && !stopped_at_) {
      stopped_at_ = clock_->now();
      const bool job_control = info.si_status == SIGTSTP || info.si_status == SIGTTIN || info.si_status == SIGTTOU;
      if (job_control && terminal_->exists()) {
        stop_with_the_command();
      }
    }
    info = {};
  }
  // Processes that it left behind have nobody else to wait for them.
  while (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 && info.si_pid != pid_) {
    ::waitpid(info.si_pid, nullptr, 0);
    info = {};
  }
}

void CommandProcess::reap() {
  int status = 0;
  rusage usage{};
  pid_t waited = 0;
  do waited = ::wait4(pid_, &status, 0, &usage);
  while (waited < 0 && errno == EINTR);
  has_ended_ = true;
  if (stopped_at_) stopped_ += ended_ - *stopped_at_;
  signal_ = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  status_ = signal_ != 0 ? 128 + signal_ : WEXITSTATUS(status);
  cpu_ = to_seconds(usage.ru_utime) + to_seconds(usage.ru_stime);
  // Those that it left behind and that have ended are waited for; then there are others, or no children at all.
  siginfo_t info{};
  int found = 0;
  do {
    info = {};
    found = ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG);
  } while (found == 0 && info.si_pid != 0);
  left_processes_ = found == 0;
}

}  // namespace wattlens::workload
