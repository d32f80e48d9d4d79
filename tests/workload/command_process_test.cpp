#include "workload/command_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>
#include <vector>

#include "base/clock.h"
#include "fake/temporary_folder.h"

namespace wattlens::workload {
namespace {

using base::Seconds;
using ::testing::HasSubstr;

class CommandProcessTest : public ::testing::Test {
 protected:
  // Starts a line of the shell and waits for its end.
  CommandProcess run(const std::string& line) {
    auto process = CommandProcess::start({.words = {"sh", "-c", line}, .ignored_signals = {}}, clock_);
    EXPECT_TRUE(process) << process.error().message;
    EXPECT_TRUE(process->wait_until(clock_.now() + Seconds{60.0}));
    return *std::move(process);
  }
  Error error_of(std::vector<std::string> words) {
    const auto process = CommandProcess::start({.words = std::move(words), .ignored_signals = {}}, clock_);
    return process ? Error{} : process.error();
  }

  base::SystemClock clock_;
};

TEST_F(CommandProcessTest, TheStatusIsTheCommandsOwn) {
  EXPECT_EQ(run("exit 0").status(), 0);
  EXPECT_EQ(run("exit 42").status(), 42);
  const CommandProcess killed = run("kill -TERM $$");
  EXPECT_EQ(killed.status(), 128 + SIGTERM);
  EXPECT_EQ(killed.signal(), SIGTERM);
}

TEST_F(CommandProcessTest, TheWindowGoesFromExecToExit) {
  const base::MonoTime before = clock_.now();
  const CommandProcess process = run("sleep 0.2");
  EXPECT_GE(process.began(), before);
  EXPECT_GE(process.ended() - process.began(), Seconds{0.2});
  EXPECT_LE(process.ended(), clock_.now());
}

TEST_F(CommandProcessTest, WaitingEndsAtItsTime) {
  auto process = CommandProcess::start({.words = {"sleep", "0.3"}, .ignored_signals = {}}, clock_);
  ASSERT_TRUE(process);
  EXPECT_FALSE(process->wait_until(clock_.now() + Seconds{0.01}));
  EXPECT_FALSE(process->wait_until(clock_.now() - Seconds{1.0}));
  EXPECT_TRUE(process->wait_until(clock_.now() + Seconds{60.0}));
  EXPECT_TRUE(process->wait_until(clock_.now() + Seconds{60.0}));
}

TEST_F(CommandProcessTest, WhatCannotBeRunIsToldAsAShellTellsIt) {
  EXPECT_EQ(error_of({"no-such-program-4711"}).kind, ErrorKind::not_found);
  EXPECT_THAT(error_of({"no-such-program-4711"}).message, HasSubstr("no-such-program-4711"));
  const fake::TemporaryFolder folder;
  const base::Path file = folder.path() / "text";
  std::ofstream(file) << "no program\n";
  EXPECT_EQ(error_of({file.string()}).kind, ErrorKind::run_failed);
  EXPECT_EQ(error_of({"/"}).kind, ErrorKind::run_failed);
  EXPECT_EQ(error_of({""}).kind, ErrorKind::not_found);
  EXPECT_EQ(error_of({}).kind, ErrorKind::usage);
}

TEST_F(CommandProcessTest, ASignalThatAProcessSendsIsHandedOn) {
  auto process = CommandProcess::start(
      {.words = {"sh", "-c", "trap 'exit 7' USR1; while :; do sleep 0.05; done"}, .ignored_signals = {}}, clock_);
  ASSERT_TRUE(process);
  ASSERT_FALSE(process->wait_until(clock_.now() + Seconds{0.3}));
  ::kill(::getpid(), SIGUSR1);
  ASSERT_TRUE(process->wait_until(clock_.now() + Seconds{60.0}));
  EXPECT_EQ(process->status(), 7);
}

TEST_F(CommandProcessTest, SignalsAreFreeAgainAfterwards) {
  sigset_t before;
  sigset_t after;
  ::sigprocmask(SIG_SETMASK, nullptr, &before);
  {
    run("exit 0");
  }
  ::sigprocmask(SIG_SETMASK, nullptr, &after);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD, SIGTSTP}) {
    EXPECT_EQ(sigismember(&before, signal), sigismember(&after, signal)) << signal;
  }
}

TEST_F(CommandProcessTest, IgnoredSignalsStayIgnoredAndOthersAreNot) {
  // As the program does for itself.
  const auto before = std::signal(SIGPIPE, SIG_IGN);
  const std::string line = "kill -PIPE $$; exit 3";
  EXPECT_EQ(run(line).status(), 128 + SIGPIPE);
  auto process = CommandProcess::start({.words = {"sh", "-c", line}, .ignored_signals = {SIGPIPE}}, clock_);
  ASSERT_TRUE(process);
  ASSERT_TRUE(process->wait_until(clock_.now() + Seconds{60.0}));
  EXPECT_EQ(process->status(), 3);
  std::signal(SIGPIPE, before);
}

TEST_F(CommandProcessTest, ProcessesThatAreLeftBehindAreNoticedAndLeftAlone) {
  EXPECT_FALSE(run("sleep 0 & wait").left_processes());
  const fake::TemporaryFolder folder;
  const std::string file = (folder.path() / "alive").string();
  const CommandProcess process = run("(sleep 0.4; echo yes > " + file + ") & exit 0");
  EXPECT_TRUE(process.left_processes());
  EXPECT_EQ(process.status(), 0);
  clock_.sleep_until(clock_.now() + Seconds{1.0});
  EXPECT_TRUE(std::ifstream(file).is_open());
}

TEST_F(CommandProcessTest, ACommandThatIsStoppedAndGoesOnIsWaitedFor) {
  const CommandProcess process = run("(sleep 0.3; kill -CONT $$) & kill -STOP $$; wait; exit 5");
  EXPECT_EQ(process.status(), 5);
  EXPECT_GT(process.stopped(), Seconds{0.05});
}

TEST_F(CommandProcessTest, ProcessorTimeIsThatOfTheCommand) {
  const CommandProcess busy = run("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done");
  EXPECT_GT(busy.cpu(), Seconds{0.005});
  EXPECT_LE(busy.cpu(), busy.ended() - busy.began() + Seconds{0.05});
}

}  // namespace
}  // namespace wattlens::workload
