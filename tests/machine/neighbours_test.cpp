#include "machine/neighbours.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <string>

#include "fake/fake_clock.h"
#include "fake/temp_tree.h"

namespace wattlens::machine {
namespace {

// A tree with process 100 as ourselves. Times in seconds; ticks are 10 ms here.
struct FakeMachine {
  fake::TempTree tree;
  fake::FakeClock clock;

  static std::int64_t ticks(double seconds) {
    return std::llround(seconds * static_cast<double>(::sysconf(_SC_CLK_TCK)));
  }

  void all(double busy, double steal = 0.0) const {
    tree.write("proc/stat", fmt::format("cpu  {} 0 0 90000 0 0 0 {} 0 0\ncpu0 1 0 0 1 0 0 0 0 0 0\nintr 0\n",
                                        ticks(busy), ticks(steal)));
  }
  void schedstat(double cpu0, double cpu1) const {
    tree.write("proc/schedstat",
               fmt::format(
                   "version 15\ntimestamp 1\ncpu0 0 0 0 0 0 0 {:.0f} 5 9\ndomain0 3 1 2\ncpu1 0 0 0 0 0 0 {:.0f} 5 9\n",
                   cpu0 * 1e9, cpu1 * 1e9));
  }
  // The command's name holds what must not confuse a parser.
  void process(int pid, int parent, double self, double children, bool is_self = false) const {
    const auto line = fmt::format("{} (a) b) S {} 1 1 0 -1 0 0 0 0 0 {} 0 {} 0 20 0 1 0\n", pid, parent, ticks(self),
                                  ticks(children));
    tree.write(fmt::format("proc/{}/stat", pid), line);
    if (is_self) tree.write("proc/self/stat", line);
  }
  void thread(int pid, int tid, double run, const std::string& children = "") const {
    tree.write(fmt::format("proc/{}/task/{}/schedstat", pid, tid), fmt::format("{:.0f} 1 1\n", run * 1e9));
    tree.write(fmt::format("proc/{}/task/{}/children", pid, tid), children);
  }
};

TEST(NeighbourWatch, AnEmptyTreeTellsNothing) {
  const fake::TempTree tree;
  fake::FakeClock clock;
  NeighbourWatch watch(clock, tree.root());
  watch.begin();
  clock.advance(base::seconds(3));
  const auto result = watch.end();
  EXPECT_FALSE(result.other_cores.has_value());
  EXPECT_FALSE(result.steal_cores.has_value());
}

TEST(NeighbourWatch, NoTimeGivesNoShare) {
  FakeMachine machine;
  machine.all(10);
  machine.process(100, 1, 1, 0, true);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  EXPECT_FALSE(watch.end().other_cores.has_value());
}

TEST(NeighbourWatch, TicksUnderTwoSecondsGiveNoAnswer) {
  FakeMachine machine;
  machine.all(10);
  machine.process(100, 1, 1, 0, true);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.all(11);
  machine.clock.advance(base::seconds(1.9));
  const auto result = watch.end();
  EXPECT_FALSE(result.other_cores.has_value());
  EXPECT_EQ(result.method, "ticks");
}

TEST(NeighbourWatch, TicksOverTwoSecondsTellTheShareOfOthers) {
  FakeMachine machine;
  machine.all(10);
  machine.process(100, 1, 1, 0, true);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.all(13);
  machine.process(100, 1, 3, 0, true);
  machine.clock.advance(base::seconds(2));
  const auto result = watch.end();
  ASSERT_TRUE(result.other_cores.has_value());
  EXPECT_NEAR(*result.other_cores, 0.5, 1e-9);
  EXPECT_EQ(result.method, "ticks");
}

TEST(NeighbourWatch, SchedstatTellsAShortWindow) {
  FakeMachine machine;
  machine.schedstat(5, 5);
  machine.process(100, 1, 1, 0, true);
  machine.thread(100, 100, 1.0);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.schedstat(5.2, 5.02);
  machine.thread(100, 100, 1.19);
  machine.clock.advance(base::seconds(0.2));
  const auto result = watch.end();
  ASSERT_TRUE(result.other_cores.has_value());
  EXPECT_NEAR(*result.other_cores, 0.15, 1e-6);
  EXPECT_EQ(result.method, "schedstat");
}

TEST(NeighbourWatch, DescendantsAreOwn) {
  FakeMachine machine;
  machine.schedstat(5, 5);
  machine.process(100, 1, 0, 0, true);
  machine.thread(100, 100, 0, "200");
  machine.process(200, 100, 0, 0);
  machine.thread(200, 200, 0, "300 ");
  machine.process(300, 200, 0, 0);
  machine.thread(300, 300, 0);
  machine.thread(300, 301, 0);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.schedstat(6, 6);
  machine.thread(200, 200, 0.5, "300");
  machine.thread(300, 300, 0.5);
  machine.thread(300, 301, 0.9);
  machine.clock.advance(base::seconds(1));
  EXPECT_NEAR(watch.end().other_cores.value(), 0.1, 1e-6);
}

TEST(NeighbourWatch, WithoutListsOfChildrenEveryProcessIsLookedAt) {
  FakeMachine machine;
  machine.all(10);
  machine.process(100, 1, 0, 0, true);
  machine.tree.write("proc/100/task/100/schedstat", "0 0 0\n");
  machine.process(200, 100, 0, 0);
  machine.tree.write("proc/200/task/200/schedstat", "0 0 0\n");
  machine.process(999, 1, 0, 0);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.all(14);
  machine.process(200, 100, 2, 0);
  machine.process(999, 1, 2, 0);
  machine.clock.advance(base::seconds(2));
  EXPECT_NEAR(watch.end().other_cores.value(), 1.0, 1e-9);
}

TEST(NeighbourWatch, ADescendantThatEndedAndWasWaitedForIsStillOwn) {
  FakeMachine machine;
  machine.all(10);
  machine.process(100, 1, 0, 0, true);
  machine.thread(100, 100, 0, "200");
  machine.process(200, 100, 1, 0);
  machine.thread(200, 200, 1);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.tree.remove("proc/200");
  machine.all(12);
  machine.process(100, 1, 0, 3, true);
  machine.thread(100, 100, 0, "");
  machine.clock.advance(base::seconds(2));
  EXPECT_NEAR(watch.end().other_cores.value(), 0.0, 1e-9);
}

TEST(NeighbourWatch, AThreadThatEndedIsStillOwn) {
  FakeMachine machine;
  machine.all(10);
  machine.process(100, 1, 1, 0, true);
  machine.thread(100, 100, 0.5);
  machine.thread(100, 101, 0.5);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.tree.remove("proc/100/task/101");
  machine.all(11);
  machine.process(100, 1, 2, 0, true);
  machine.clock.advance(base::seconds(2));
  EXPECT_NEAR(watch.end().other_cores.value(), 0.0, 1e-9);
}

TEST(NeighbourWatch, NobodyElseIsZeroAndNotNegative) {
  FakeMachine machine;
  machine.all(10);
  machine.process(100, 1, 1, 0, true);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.all(11.98);
  machine.process(100, 1, 3, 0, true);
  machine.clock.advance(base::seconds(2));
  EXPECT_EQ(watch.end().other_cores.value(), 0.0);
}

TEST(NeighbourWatch, SchedstatThatLagsBehindItsTasksIsNotUsed) {
  FakeMachine machine;
  machine.schedstat(5, 5);
  machine.all(10);
  machine.process(100, 1, 1, 0, true);
  machine.thread(100, 100, 1.0);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.schedstat(5.5, 5);
  machine.all(12.5);
  machine.thread(100, 100, 3.0);
  machine.clock.advance(base::seconds(2));
  const auto result = watch.end();
  EXPECT_EQ(result.method, "ticks");
  EXPECT_NEAR(result.other_cores.value(), 0.25, 1e-9);
}

TEST(NeighbourWatch, StealIsToldApart) {
  FakeMachine machine;
  machine.all(10, 1);
  machine.process(100, 1, 1, 0, true);
  NeighbourWatch watch(machine.clock, machine.tree.root());
  watch.begin();
  machine.all(10, 1.5);
  machine.clock.advance(base::seconds(2));
  const auto result = watch.end();
  EXPECT_NEAR(result.steal_cores.value(), 0.25, 1e-9);
  EXPECT_NEAR(result.other_cores.value(), 0.0, 1e-9);
}

}  // namespace
}  // namespace wattlens::machine
