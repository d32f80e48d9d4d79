#include "store/writer.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "fake/temporary_folder.h"

namespace wattlens::store {
namespace {

TEST(Writer, ThisProcessIsAlive) { EXPECT_TRUE(may_be_alive(this_process())); }

TEST(Writer, NobodyIsNotAlive) {
  EXPECT_FALSE(may_be_alive(""));
  EXPECT_FALSE(may_be_alive("nonsense"));
}

TEST(Writer, AnEndedProcessIsNotAlive) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string name = this_process();
    const auto written = write(ends[1], name.data(), name.size());
    _exit(written == static_cast<ssize_t>(name.size()) ? 0 : 1);
  }
  int status = 1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  char name[512];
  const auto length = read(ends[0], name, sizeof name);
  ASSERT_GT(length, 0);
  close(ends[0]);
  close(ends[1]);
  EXPECT_FALSE(may_be_alive({name, static_cast<std::size_t>(length)}));
}

TEST(Writer, AProcessThatNobodyHasWaitedForYetIsNotAlive) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    const std::string name = this_process();
    (void)!write(ends[1], name.data(), name.size());
    pause();
  }
  char text[512];
  const auto length = read(ends[0], text, sizeof text);
  ASSERT_GT(length, 0);
  close(ends[0]);
  close(ends[1]);
  const std::string_view name(text, static_cast<std::size_t>(length));
  EXPECT_TRUE(may_be_alive(name));
  kill(child, SIGKILL);
  siginfo_t ended;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  EXPECT_FALSE(may_be_alive(name));
  waitpid(child, nullptr, 0);
}

TEST(Writer, AProcessOfAnotherBootIsNotAlive) {
  std::string name = this_process();
  name.replace(0, name.find('/'), "00000000-0000-0000-0000-000000000000");
  EXPECT_FALSE(may_be_alive(name));
}

TEST(Writer, AProcessThatTookOverThePidIsNotTheWriter) { EXPECT_FALSE(may_be_alive(this_process() + "1")); }

TEST(Writer, WhoeverCannotBeSeenMayBeAlive) {
  const fake::TemporaryFolder without_proc;
  EXPECT_TRUE(may_be_alive(this_process(), without_proc.path()));
}

}  // namespace
}  // namespace wattlens::store
