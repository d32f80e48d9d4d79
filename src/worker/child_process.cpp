#include "worker/child_process.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace wattlens::worker {
namespace {

constexpr std::size_t kMostOutput = 8192;  // bytes kept of what a worker writes
constexpr std::size_t kMostLastWords = 400;

struct Pipe {
  base::FileDescriptor read_end;
  base::FileDescriptor write_end;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return base::fail_errno(errno, "cannot create a pipe for a worker");
  return Pipe{base::FileDescriptor(ends[0]), base::FileDescriptor(ends[1])};
}

// Everything that the child needs between fork and exec, made before: there it may neither allocate nor lock.
struct Image {
  std::vector<char*> arguments;
  std::vector<char*> environment;
  rlimit memory{RLIM_INFINITY, RLIM_INFINITY};
  pid_t parent = 0;
  int socket = -1;
  int output = -1;
  int failure = -1;  // takes errno where exec fails
};

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (const auto& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> merged_environment(const std::vector<std::string>& additions) {
  std::vector<std::string> result = additions;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('=') + 1);
    const bool replaced =
        std::any_of(additions.begin(), additions.end(), [&](const std::string& own) { return own.starts_with(name); });
    if (!replaced) result.emplace_back(text);
  }
  return result;
}

// Only async-signal-safe calls: other threads of the parent may have held any lock at the fork.
[[noreturn]] void become_worker(const Image& image) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != image.parent) ::_exit(1);  // the parent died before the line above
  ::setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::signal(signal, SIG_DFL);
  if (const int file = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); file >= 0) {
    [[maybe_unused]] const ssize_t written = ::write(file, "1000", 4);
    ::close(file);
  }
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (image.memory.rlim_cur != RLIM_INFINITY) ::setrlimit(RLIMIT_DATA, &image.memory);
  // Away from 0 ... 3 first, so that no step below overwrites what a later one needs.
  const int socket = ::fcntl(image.socket, F_DUPFD_CLOEXEC, 10);
  const int output = ::fcntl(image.output, F_DUPFD_CLOEXEC, 10);
  const int failure = ::fcntl(image.failure, F_DUPFD_CLOEXEC, 10);
  const int nothing = ::open("/dev/null", O_RDONLY);
  const bool placed = ::dup2(nothing, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
                      ::dup2(output, STDERR_FILENO) >= 0 && ::dup2(socket, ChildProcess::kSocket) >= 0;
  // Descriptors that a library opened without O_CLOEXEC would leak; kernels before 5.11 refuse the flag, harmlessly.
  ::close_range(ChildProcess::kSocket + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  if (placed) ::execve(image.arguments[0], image.arguments.data(), image.environment.data());
  const int error = errno;
  [[maybe_unused]] const ssize_t written = ::write(failure, &error, sizeof error);
  ::_exit(126);
}

// Not glibc's function: the header of glibc 2.36 declares it with C++ linkage.
base::FileDescriptor open_pidfd(pid_t pid) {
  return base::FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

// The errno of a failed exec; 0 once the child has become the program (the pipe closes on exec).
int exec_error(int pipe) {
  int error = 0;
  ssize_t count = 0;
  do count = ::read(pipe, &error, sizeof error);
  while (count < 0 && errno == EINTR);
  return count == sizeof error ? error : 0;
}

}  // namespace

std::string Exit::describe() const {
  if (status) return fmt::format("exited with status {}", *status);
  return fmt::format("was killed by signal {} ({})", signal, ::strsignal(signal));
}

Result<ChildProcess> ChildProcess::start(const ProcessOptions& options, base::FileDescriptor socket) {
  WATTLENS_TRY(Pipe output, make_pipe());
  WATTLENS_TRY(Pipe failure, make_pipe());
  ::fcntl(output.read_end.get(), F_SETFL, O_NONBLOCK);

  std::vector<std::string> arguments = options.arguments;
  arguments.insert(arguments.begin(), options.executable.string());
  const std::vector<std::string> environment = merged_environment(options.environment);
  Image image{.arguments = pointers(arguments),
              .environment = pointers(environment),
              .parent = ::getpid(),
              .socket = socket.get(),
              .output = output.write_end.get(),
              .failure = failure.write_end.get()};
  if (options.memory_budget) {
    image.memory.rlim_cur = image.memory.rlim_max = static_cast<rlim_t>(options.memory_budget->value);
  }

  const pid_t pid = ::fork();
  if (pid < 0) return base::fail_errno(errno, fmt::format("cannot start {}", options.executable.string()));
  if (pid == 0) become_worker(image);
  ChildProcess child(pid, open_pidfd(pid), std::move(output.read_end));
  failure.write_end.reset();
  if (const int error = exec_error(failure.read_end.get()); error != 0) {
    return fail(ErrorKind::not_measurable,
                fmt::format("cannot start the worker {}: {}", options.executable.string(), std::strerror(error)),
                "run make build; wattlens doctor lists the engines");
  }
  // Here too: the guard must know the group even where the child has not come so far.
  ::setpgid(pid, pid);
  WATTLENS_TRY(child.guard_, GroupGuard::start(pid));
  if (!child.exit_.is_open())
    return base::fail_errno(errno, "cannot watch a worker (pidfd_open)", "Linux 5.3 or newer");
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      exit_(std::move(other.exit_)),
      output_(std::move(other.output_)),
      text_(std::move(other.text_)),
      result_(other.result_),
      guard_(std::move(other.guard_)) {
  other.guard_.reset();
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(exit_, other.exit_);
  std::swap(output_, other.output_);
  std::swap(text_, other.text_);
  std::swap(result_, other.result_);
  std::swap(guard_, other.guard_);
  return *this;
}

ChildProcess::~ChildProcess() { kill(); }

bool ChildProcess::read_output() {
  std::array<char, 4096> buffer;
  while (true) {
    const ssize_t count = ::read(output_.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) return false;
    if (count < 0) return errno == EAGAIN;
    text_.append(buffer.data(), static_cast<std::size_t>(count));
    if (text_.size() > kMostOutput) text_.erase(0, text_.size() - kMostOutput / 2);
  }
}

std::string ChildProcess::last_words() const {
  std::vector<std::string> lines;
  for (const auto line : base::split(text_, '\n')) {
    if (!base::trim(line).empty()) lines.emplace_back(base::trim(line));
  }
  if (lines.size() > 3) lines.erase(lines.begin(), lines.end() - 3);
  std::string words = base::join(lines, " | ");
  if (words.size() > kMostLastWords) words = "..." + words.substr(words.size() - kMostLastWords);
  return words;
}

bool ChildProcess::wait(base::Seconds limit) {
  if (pid_ < 0 || result_) return true;
  pollfd listener{exit_.get(), POLLIN, 0};
  int ready = 0;
  do ready = ::poll(&listener, 1, static_cast<int>(limit.value * 1e3));
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) return false;
  reap();
  return true;
}

void ChildProcess::kill() {
  if (pid_ < 0 || result_) return;
  ::kill(pid_, SIGKILL);
  reap();
}

void ChildProcess::reap() {
  ::kill(-pid_, SIGKILL);  // its own children; until it is waited for, the group's number is its own
  int status = 0;
  pid_t waited = 0;
  do waited = ::waitpid(pid_, &status, 0);
  while (waited < 0 && errno == EINTR);
  Exit result;
  if (WIFSIGNALED(status)) {
    result.signal = WTERMSIG(status);
  } else {
    result.status = WEXITSTATUS(status);
  }
  result_ = result;
  guard_.reset();
  if (output_.is_open()) read_output();
}

}  // namespace wattlens::worker
