#include "machine/measuring_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "fake/temporary_folder.h"

namespace wattlens::machine {
namespace {

using ::testing::HasSubstr;

class MeasuringLockTest : public ::testing::Test {
 protected:
  // A child that holds the lock until it is killed; returns once it does.
  pid_t hold(const char* what) const {
    int ready[2];
    EXPECT_EQ(pipe(ready), 0);
    const pid_t child = fork();
    if (child == 0) {
      const auto lock = MeasuringLock::take(file_, what);
      const char state = lock ? 'y' : 'n';
      (void)!write(ready[1], &state, 1);
      pause();
      _exit(0);
    }
    char state = 0;
    EXPECT_EQ(read(ready[0], &state, 1), 1);
    EXPECT_EQ(state, 'y');
    close(ready[0]);
    close(ready[1]);
    return child;
  }

  fake::TemporaryFolder folder_;
  base::Path file_ = folder_ / "wattlens.lock";
};

TEST_F(MeasuringLockTest, IsFreeAgainWhenItIsGivenBack) {
  std::optional<Result<MeasuringLock>> first = MeasuringLock::take(file_, "resnet50");
  ASSERT_TRUE(*first) << first->error().message;
  first.reset();
  EXPECT_TRUE(MeasuringLock::take(file_, "resnet50"));
}

TEST_F(MeasuringLockTest, ASecondProcessIsToldWhoMeasuresWhat) {
  const pid_t holder = hold("resnet50, alexnet");
  const auto second = MeasuringLock::take(file_, "vit_b_16");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::not_measurable);
  EXPECT_THAT(second.error().message, HasSubstr(std::to_string(holder)));
  EXPECT_THAT(second.error().message, HasSubstr("resnet50, alexnet"));
  EXPECT_THAT(second.error().hint, HasSubstr("--wait"));
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
}

TEST_F(MeasuringLockTest, TheKernelGivesItFreeWhenTheHolderIsKilled) {
  const pid_t holder = hold("resnet50");
  kill(holder, SIGKILL);
  ASSERT_EQ(waitpid(holder, nullptr, 0), holder);
  EXPECT_TRUE(MeasuringLock::take(file_, "vit_b_16"));
}

TEST_F(MeasuringLockTest, OtherUsersMayTakeItLater) {
  ASSERT_TRUE(MeasuringLock::take(file_, "resnet50"));
  struct stat found{};
  ASSERT_EQ(stat(file_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0666U);
}

TEST_F(MeasuringLockTest, WhatTheHolderWroteCannotUpsetATerminal) {
  const pid_t holder = hold("a\x1b[2Jb\nc");
  const auto second = MeasuringLock::take(file_, "vit_b_16");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message.find('\x1b'), std::string::npos);
  EXPECT_EQ(second.error().message.find('\n'), std::string::npos);
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
}

TEST_F(MeasuringLockTest, ALinkIsNotFollowed) {
  const base::Path target = folder_ / "precious";
  ASSERT_TRUE(base::write_text(target, "keep me"));
  std::filesystem::create_symlink(target, file_);
  const auto lock = MeasuringLock::take(file_, "resnet50");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().kind, ErrorKind::io);
  EXPECT_EQ(base::read_text(target).value(), "keep me");
}

TEST_F(MeasuringLockTest, AFolderThatIsMissingIsAnError) {
  const auto lock = MeasuringLock::take(folder_ / "no/such/file", "resnet50");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().kind, ErrorKind::io);
}

TEST_F(MeasuringLockTest, LiesWhereEverybodyMayWrite) {
  const base::Path root = folder_ / "root";
  std::filesystem::create_directories(root / "run/lock");
  std::filesystem::create_directories(root / "tmp");
  ASSERT_EQ(chmod((root / "run/lock").c_str(), 0755), 0);
  ASSERT_EQ(chmod((root / "tmp").c_str(), 01777), 0);
  EXPECT_EQ(MeasuringLock::default_file(root), root / "tmp/wattlens.lock");
  ASSERT_EQ(chmod((root / "run/lock").c_str(), 01777), 0);
  EXPECT_EQ(MeasuringLock::default_file(root), root / "run/lock/wattlens.lock");
}

}  // namespace
}  // namespace wattlens::machine
