#include "cli/command_load.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/types.h>

#include <csignal>
#include <utility>

#include "base/file.h"
#include "worker/child_process.h"

namespace wattlens::cli {
namespace {

class CommandLoad final : public calibration::Load {
 public:
  CommandLoad(std::string command, worker::ChildProcess process)
      : command_(std::move(command)), process_(std::move(process)) {}

  std::string describe() const override { return command_; }

  Result<void> set(bool on) override {
    // What it writes must not fill the pipe, or it would wait there.
    process_.read_output();
    if (process_.wait({})) {
      const std::string said = process_.last_words();
      return fail(
          ErrorKind::run_failed,
          fmt::format("the load '{}' {}{}{}", command_, process_.exit()->describe(), said.empty() ? "" : ": ", said),
          "give a command that goes on until it is ended");
    }
    if (::kill(-process_.pid(), on ? SIGCONT : SIGSTOP) == 0) return {};
    return base::fail_errno(errno, fmt::format("cannot stop the load '{}'", command_));
  }

 private:
  std::string command_;
  worker::ChildProcess process_;
};

}  // namespace

Result<std::unique_ptr<calibration::Load>> make_command_load(const std::string& command, base::Seconds ready,
                                                             const base::Clock& clock,
                                                             const base::Cancellation& cancel) {
  base::FileDescriptor nothing(::open("/dev/null", O_RDWR | O_CLOEXEC));
  WATTLENS_TRY(
      worker::ChildProcess process,
      worker::ChildProcess::start({.executable = "/bin/sh", .arguments = {"-c", command}}, std::move(nothing)));
  auto load = std::make_unique<CommandLoad>(command, std::move(process));
  if (cancel.sleep_until(clock, clock.now() + ready)) return fail(ErrorKind::cancelled, "interrupted");
  WATTLENS_CHECK(load->set(false));
  return load;
}

}  // namespace wattlens::cli
