// wattlens: reads the command line, calls the command, prints its error, returns its exit code.

#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/cancel.h"
#include "cli/command_line.h"

namespace {

using namespace wattlens;

// A signal handler can reach nothing else.
base::Cancellation* interrupted = nullptr;

// The first Ctrl-C (or request to end, or a terminal that closes) ends cleanly, the second at once.
void on_interrupt(int signal) {
  interrupted->request();
  std::signal(signal, SIG_DFL);
}

int print_error(const Error& error) {
  fmt::print(stderr, "wattlens: {}\n", error.message);
  if (!error.hint.empty()) fmt::print(stderr, "  {}\n", error.hint);
  return static_cast<int>(cli::exit_code(error.kind));
}

int run_main(int argc, char** argv) {
  base::Cancellation cancel;
  interrupted = &cancel;
  // What a command that is measured must find as wattlens found it.
  std::vector<int> ignored;
  const auto handle = [&ignored](int signal, void (*handler)(int)) {
    if (std::signal(signal, handler) == SIG_IGN) ignored.push_back(signal);
  };
  handle(SIGINT, on_interrupt);
  handle(SIGTERM, on_interrupt);
  handle(SIGHUP, on_interrupt);
  if (!ignored.empty() && ignored.back() == SIGHUP) std::signal(SIGHUP, SIG_IGN);  // as under nohup
  handle(SIGPIPE, SIG_IGN);  // a closed pipe is an error of the write
  handle(SIGXFSZ, SIG_IGN);  // and so is a file that must not grow
  auto parsed = cli::parse_command_line(argc, argv);
  if (!parsed) return print_error(parsed.error());
  if (!parsed->command) {
    fmt::print("{}", parsed->text);
    return std::fflush(stdout) == 0 ? 0 : print_error({ErrorKind::io, "cannot write to standard output", ""});
  }
  if (auto* measure = std::get_if<cli::MeasureOptions>(&*parsed->command)) measure->ignored_signals = ignored;
  if (auto* compare = std::get_if<cli::CompareOptions>(&*parsed->command))
    compare->ignored_signals = std::move(ignored);
  const Result<cli::ExitCode> result = cli::execute(*parsed->command, cancel);
  return result ? static_cast<int>(*result) : print_error(result.error());
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run_main(argc, argv);
  } catch (const std::exception& exception) {
    return print_error({ErrorKind::internal, fmt::format("unexpected: {}", exception.what()),
                        "this is our bug: please report it with the command that you gave"});
  }
}
