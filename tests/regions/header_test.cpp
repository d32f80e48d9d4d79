// The header for programs, against the reader: tests/regions/mark_regions.c is the program.
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "fake/paths.h"
#include "fake/temporary_folder.h"
#include "regions/mark.h"
#include "regions/mark_pipe.h"

namespace wattlens::regions {
namespace {

// Its wait status: 0 where all is well.
int run(std::string steps, std::string pause_ns) {
  std::string program = (fake::build_folder() / "mark_regions").string();
  const std::array<char*, 4> words{program.data(), steps.data(), pause_ns.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, words.data(), environ) != 0) return -1;
  int status = -1;
  return ::waitpid(child, &status, 0) == child ? status : -1;
}

struct Received {
  std::vector<Mark> marks;
  MarkFaults faults;
};

Received receive(const std::string& steps, const std::string& pause_ns) {
  const fake::TemporaryFolder folder;
  auto pipe = MarkPipe::create(folder.path());
  EXPECT_TRUE(pipe);
  ::setenv(kVariable, pipe->path().c_str(), 1);
  EXPECT_EQ(run(steps, pause_ns), 0);
  ::unsetenv(kVariable);
  Received received;
  MarkReader reader;
  while (pipe->read(
      [&](std::string_view bytes) { reader.read(bytes, [&](const Mark& mark) { received.marks.push_back(mark); }); })) {
  }
  reader.end();
  received.faults = reader.faults();
  return received;
}

TEST(RegionsHeader, WithoutWattlensItDoesNothing) { EXPECT_EQ(run("10", "0"), 0); }

TEST(RegionsHeader, APathThatIsNoPipeIsLeftAlone) {
  const fake::TemporaryFolder folder;
  const base::Path file = folder.path() / "file";
  ASSERT_TRUE(base::write_text(file, "mine"));
  ::setenv(kVariable, file.c_str(), 1);
  EXPECT_EQ(run("10", "0"), 0);
  ::unsetenv(kVariable);
  EXPECT_EQ(base::read_text(file), "mine");
}

TEST(RegionsHeader, MarksOfCAndCxxComeThroughOnePipeInOrder) {
  const Received received = receive("3", "1000");
  ASSERT_EQ(received.marks.size(), 10U);
  EXPECT_EQ(received.marks[0].name, "all");
  EXPECT_EQ(received.marks[1].name, "step");
  EXPECT_EQ(received.marks[7].name, "100 % more\xEF\xBF\xBD");  // the line feed
  EXPECT_EQ(received.marks[9].kind, MarkKind::end);
  EXPECT_EQ(received.faults.lines.count, 0);
  EXPECT_EQ(received.faults.names.count, 2);
  std::set<Thread> threads;
  base::MonoTime last;
  for (const Mark& mark : received.marks) {
    threads.insert(mark.thread);
    ASSERT_TRUE(mark.time);
    EXPECT_LE(last, *mark.time);
    last = *mark.time;
  }
  EXPECT_EQ(threads.size(), 1U);
  EXPECT_EQ(threads.begin()->process, threads.begin()->thread);
}

TEST(RegionsHeader, AFullPipeNeitherBlocksNorEndsAProgram) {
  const Received received = receive("100000", "0");
  EXPECT_GT(received.marks.size(), 1000U);
  EXPECT_LT(received.marks.size(), 200'000U);
  EXPECT_EQ(received.faults.lines.count, 0);
}

}  // namespace
}  // namespace wattlens::regions
