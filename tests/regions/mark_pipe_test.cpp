#include "regions/mark_pipe.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "fake/temporary_folder.h"

namespace wattlens::regions {
namespace {

std::string read_all(MarkPipe& pipe) {
  std::string all;
  while (pipe.read([&](std::string_view bytes) { all += bytes; })) {
  }
  return all;
}

base::FileDescriptor open_as_a_program(const MarkPipe& pipe) {
  return base::FileDescriptor(::open(pipe.path().c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
}

TEST(MarkPipe, NobodyElseMayEnterAndNothingIsLeft) {
  const fake::TemporaryFolder folder;
  base::Path path;
  {
    auto pipe = MarkPipe::create(folder.path());
    ASSERT_TRUE(pipe) << pipe.error().message;
    path = pipe->path();
    struct stat status = {};
    ASSERT_EQ(::stat(path.parent_path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0700U);
    const MarkPipe moved = *std::move(pipe);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path.parent_path()));
}

TEST(MarkPipe, AFolderThatIsNotThereIsAnErrorWithItsName) {
  const auto pipe = MarkPipe::create("/no/such/folder");
  ASSERT_FALSE(pipe);
  EXPECT_NE(pipe.error().message.find("/no/such/folder"), std::string::npos);
}

TEST(MarkPipe, WhatProgramsWriteIsReadAndNothingIsWaitedFor) {
  const fake::TemporaryFolder folder;
  auto pipe = MarkPipe::create(folder.path());
  ASSERT_TRUE(pipe);
  EXPECT_EQ(read_all(*pipe), "");
  {
    const base::FileDescriptor program = open_as_a_program(*pipe);
    ASSERT_TRUE(base::write_all(program.get(), "a\nb\n", "pipe"));
  }
  EXPECT_EQ(read_all(*pipe), "a\nb\n");
  EXPECT_EQ(read_all(*pipe), "");
  EXPECT_FALSE(pipe->was_full());
}

TEST(MarkPipe, AFullOneRefusesAndIsNoticed) {
  const fake::TemporaryFolder folder;
  auto pipe = MarkPipe::create(folder.path());
  ASSERT_TRUE(pipe);
  const base::FileDescriptor program = open_as_a_program(*pipe);
  const std::string line = std::string(99, 'x') + "\n";
  std::size_t written = 0;
  while (::write(program.get(), line.data(), line.size()) == static_cast<ssize_t>(line.size())) written += line.size();
  EXPECT_EQ(errno, EAGAIN);
  EXPECT_EQ(read_all(*pipe).size(), written);
  EXPECT_TRUE(pipe->was_full());
}

TEST(MarkPipe, AProgramOutlivesItsReader) {
  const fake::TemporaryFolder folder;
  base::FileDescriptor program;
  {
    auto pipe = MarkPipe::create(folder.path());
    ASSERT_TRUE(pipe);
    program = open_as_a_program(*pipe);
  }
  // No SIGPIPE: the program has it open for reading too.
  EXPECT_EQ(::write(program.get(), "x\n", 2), 2);
}

}  // namespace
}  // namespace wattlens::regions
