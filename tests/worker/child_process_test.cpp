#include "worker/child_process.h"

#include <gmock/gmock.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <fstream>
#include <thread>

namespace wattlens::worker {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr base::Seconds kLimit{20.0};

struct Started {
  base::FileDescriptor socket;
  Result<ChildProcess> process;
};

Started start(const ProcessOptions& options) {
  std::array<int, 2> ends{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  base::FileDescriptor ours(ends[0]);
  return {std::move(ours), ChildProcess::start(options, base::FileDescriptor(ends[1]))};
}

Started shell(std::string script, std::vector<std::string> environment = {}) {
  return start({"/bin/sh", {"-c", std::move(script)}, std::move(environment), {}});
}

// What a script writes until it ends.
std::string output_of(std::string script, std::vector<std::string> environment = {}) {
  auto started = shell(std::move(script), std::move(environment));
  EXPECT_TRUE(started.process);
  EXPECT_TRUE(started.process->wait(kLimit));
  return started.process->output();
}

TEST(ChildProcess, AProgramThatIsNotThereIsAnErrorAtOnce) {
  const auto started = start({"/no/such/worker", {}, {}, {}});
  ASSERT_FALSE(started.process);
  EXPECT_EQ(started.process.error().kind, ErrorKind::not_measurable);
  EXPECT_THAT(started.process.error().message, HasSubstr("/no/such/worker: No such file"));
  EXPECT_THAT(started.process.error().hint, HasSubstr("make build"));
}

TEST(ChildProcess, ItsExitStatusIsKept) {
  auto started = shell("exit 7");
  ASSERT_TRUE(started.process);
  ASSERT_TRUE(started.process->wait(kLimit));
  EXPECT_EQ(started.process->exit()->describe(), "exited with status 7");
}

TEST(ChildProcess, TheSignalThatKilledItIsNamed) {
  auto started = shell("kill -SEGV $$");
  ASSERT_TRUE(started.process);
  ASSERT_TRUE(started.process->wait(kLimit));
  EXPECT_THAT(started.process->exit()->describe(), HasSubstr("signal 11 (Segmentation fault)"));
}

TEST(ChildProcess, WhatItWritesIsKept) { EXPECT_EQ(output_of("echo out; echo err >&2"), "out\nerr\n"); }

TEST(ChildProcess, OnlyTheEndOfMuchOutputIsKept) {
  auto started = shell("i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done");
  ASSERT_TRUE(started.process);
  pollfd listener{started.process->output_fd(), POLLIN, 0};
  while (::poll(&listener, 1, 20'000) > 0 && started.process->read_output()) {
  }
  EXPECT_LE(started.process->output().size(), 8192U);
  EXPECT_THAT(started.process->last_words(), EndsWith("line 2997 | line 2998 | line 2999"));
}

TEST(ChildProcess, OneVeryLongLineIsCut) {
  auto started = shell("head -c 5000 /dev/zero | tr '\\0' x");
  ASSERT_TRUE(started.process);
  ASSERT_TRUE(started.process->wait(kLimit));
  EXPECT_LE(started.process->last_words().size(), 403U);
}

TEST(ChildProcess, SilenceHasNoLastWords) {
  auto started = shell("true");
  ASSERT_TRUE(started.process->wait(kLimit));
  EXPECT_EQ(started.process->last_words(), "");
}

TEST(ChildProcess, ItInheritsNoDescriptorBesidesItsFour) {
  const int leaky = ::dup(STDERR_FILENO);  // without O_CLOEXEC, as careless libraries do
  const std::string open = output_of("ls /proc/self/fd | tr '\\n' ' '");
  ::close(leaky);
  EXPECT_EQ(open, "0 1 2 3 4 ");  // 4 is the folder that ls reads
}

TEST(ChildProcess, ItsStandardInputIsEmpty) { EXPECT_EQ(output_of("cat; echo end"), "end\n"); }

TEST(ChildProcess, ItsEnvironmentIsOursWithTheAdditions) {
  ::setenv("WATTLENS_TEST_ONE", "1", 1);
  ::setenv("WATTLENS_TEST_TWO", "2", 1);
  EXPECT_EQ(output_of("echo $WATTLENS_TEST_ONE $WATTLENS_TEST_TWO", {"WATTLENS_TEST_TWO=other"}), "1 other\n");
  ::unsetenv("WATTLENS_TEST_ONE");
  ::unsetenv("WATTLENS_TEST_TWO");
}

TEST(ChildProcess, ItOffersItselfToTheOutOfMemoryKillerAndLeavesNoCore) {
  EXPECT_EQ(output_of("cat /proc/self/oom_score_adj; ulimit -c"), "1000\n0\n");
}

TEST(ChildProcess, ItHasItsOwnProcessGroup) {
  auto started = shell("read line");
  EXPECT_EQ(::getpgid(started.process->pid()), started.process->pid());
}

TEST(ChildProcess, AMemoryBudgetLimitsItsData) {
  auto started = start({"/bin/sh", {"-c", "ulimit -d"}, {}, base::mebibytes(512)});
  ASSERT_TRUE(started.process);
  ASSERT_TRUE(started.process->wait(kLimit));
  EXPECT_EQ(started.process->output(), "524288\n");
}

TEST(ChildProcess, BlockedSignalsOfTheParentAreNotInherited) {
  sigset_t usr1;
  sigset_t before;
  sigemptyset(&usr1);
  sigaddset(&usr1, SIGUSR1);
  ASSERT_EQ(::pthread_sigmask(SIG_BLOCK, &usr1, &before), 0);
  const std::string blocked = output_of("grep SigBlk /proc/self/status");
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  EXPECT_EQ(blocked, "SigBlk:\t0000000000000000\n");
}

TEST(ChildProcess, ItDiesWithItsOwner) {
  pid_t pid = 0;
  {
    const auto started = shell("exec sleep 1000");
    ASSERT_TRUE(started.process);
    pid = started.process->pid();
    EXPECT_EQ(::kill(pid, 0), 0);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(ChildProcess, ItDiesWithTheThreadThatStartedIt) {
  std::optional<Started> started;
  std::thread([&] { started = shell("exec sleep 1000"); }).join();
  ASSERT_TRUE(started->process);
  ASSERT_TRUE(started->process->wait(kLimit));
  EXPECT_EQ(started->process->exit()->signal, SIGKILL);
}

// Every process of the group that this process has inherited is waited for; how many there were, or -1 where some live
// on. They come here because this process is made their subreaper.
int ended_members_of(pid_t group) {
  int ended = 0;
  for (int tries = 0; tries < 2000; ++tries) {
    const pid_t pid = ::waitpid(-group, nullptr, WNOHANG);
    if (pid < 0) return ended;
    ended += pid > 0 ? 1 : 0;
    if (pid == 0) ::usleep(10'000);
  }
  return -1;
}

// Starts a worker with a child of its own in a process that is then killed; the group of both.
pid_t group_of_a_killed_owner(bool stopped) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::array<int, 2> ends{};
  EXPECT_EQ(::pipe(ends.data()), 0);
  const pid_t owner = ::fork();
  if (owner == 0) {
    auto started = shell("trap '' HUP TERM; sleep 1000 & echo ready; while :; do sleep 1000; done");
    if (!started.process) ::_exit(1);
    while (started.process->output().empty()) started.process->read_output();
    const pid_t pid = started.process->pid();
    (void)!::write(ends[1], &pid, sizeof pid);
    while (true) ::pause();
  }
  pid_t group = 0;
  EXPECT_EQ(::read(ends[0], &group, sizeof group), static_cast<ssize_t>(sizeof group));
  ::close(ends[0]);
  ::close(ends[1]);
  if (stopped) ::kill(-group, SIGSTOP);
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  return group;
}

TEST(ChildProcess, NothingOfItOutlivesAnOwnerThatIsKilled) {
  EXPECT_GE(ended_members_of(group_of_a_killed_owner(false)), 2);
}

TEST(ChildProcess, AStoppedOneDiesWithItsOwnerToo) { EXPECT_GE(ended_members_of(group_of_a_killed_owner(true)), 2); }

TEST(ChildProcess, ItsOwnChildrenEndWithIt) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  pid_t group = 0;
  {
    auto started = shell("sleep 1000 & echo ready; exit 0");
    ASSERT_TRUE(started.process);
    group = started.process->pid();
    ASSERT_TRUE(started.process->wait(kLimit));
    EXPECT_EQ(started.process->exit()->status, 0);
  }
  EXPECT_EQ(ended_members_of(group), 1);
}

TEST(ChildProcess, WaitingForARunningProcessEndsAtItsLimit) {
  auto started = shell("exec sleep 1000");
  EXPECT_FALSE(started.process->wait(base::Seconds{0.01}));
  EXPECT_FALSE(started.process->exit());
}

}  // namespace
}  // namespace wattlens::worker
