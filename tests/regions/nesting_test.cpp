#include "regions/nesting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace wattlens::regions {
namespace {

using base::MonoTime;
using base::Seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Keeps what it is told.
class Sink final : public WindowSink {
 public:
  Slot begin(MonoTime time) override {
    begins.push_back(time);
    open.insert(static_cast<Slot>(begins.size() - 1));
    return static_cast<Slot>(begins.size() - 1);
  }
  void end(Slot slot, MonoTime time, std::size_t region) override {
    EXPECT_EQ(open.erase(slot), 1U);
    EXPECT_LE(begins[slot], time);
    ended.push_back(region);
  }
  void drop(Slot slot) override { EXPECT_EQ(open.erase(slot), 1U); }

  std::vector<MonoTime> begins;
  std::set<Slot> open;
  std::vector<std::size_t> ended;
};

class NestingTest : public ::testing::Test {
 protected:
  NestingTest() { nesting_.start(MonoTime{100}); }
  void mark(MarkKind kind, std::string name, std::int64_t thread = 7) {
    const MonoTime now{++now_};
    nesting_.take({.kind = kind, .time = now, .thread = {7, thread}, .name = std::move(name)}, now);
  }
  void begin(std::string name, std::int64_t thread = 7) { mark(MarkKind::begin, std::move(name), thread); }
  void end(std::string name, std::int64_t thread = 7) { mark(MarkKind::end, std::move(name), thread); }
  std::vector<std::string> codes() const {
    std::vector<std::string> codes;
    for (const record::Warning& warning : nesting_.warnings()) codes.push_back(warning.code);
    return codes;
  }

  std::int64_t now_ = 1000;
  Sink sink_;
  Nesting nesting_{sink_};
};

TEST_F(NestingTest, WithoutMarksThereIsNothing) {
  nesting_.finish(MonoTime{2000}, 7);
  EXPECT_THAT(nesting_.regions(), IsEmpty());
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(NestingTest, ANameCountsByItsPlaceAndThread) {
  begin("a");
  begin("b");
  end("b");
  begin("b");
  end("b");
  end("a");
  begin("b");
  begin("b", 8);
  end("b", 8);
  end("b");
  ASSERT_EQ(nesting_.regions().size(), 4U);
  const auto& inner = nesting_.regions()[1];
  EXPECT_EQ(inner.name, "b");
  EXPECT_EQ(inner.parent, 0U);
  EXPECT_EQ(inner.count, 2);
  EXPECT_DOUBLE_EQ(inner.time.value, 2e-9);
  EXPECT_FALSE(nesting_.regions()[2].parent);
  EXPECT_EQ(nesting_.regions()[3].thread, (Thread{7, 8}));
  EXPECT_THAT(codes(), IsEmpty());
  EXPECT_THAT(sink_.ended, ElementsAre(1, 1, 0, 3, 2));
}

TEST_F(NestingTest, ARegionMayBeInsideOneOfItsName) {
  begin("f");
  begin("f");
  end("f");
  end("f");
  EXPECT_THAT(sink_.ended, ElementsAre(1, 0));
  EXPECT_THAT(codes(), IsEmpty());
}

TEST_F(NestingTest, AnEndOfWhatWasNeverBegunIsNamedAndLeftOut) {
  end("x");
  begin("a");
  end("x");
  end("a");
  EXPECT_THAT(codes(), ElementsAre("region_never_begun"));
  EXPECT_THAT(nesting_.warnings()[0].message, HasSubstr("2 ends"));
  EXPECT_THAT(nesting_.warnings()[0].message, HasSubstr("'x' of thread 7/7"));
  EXPECT_EQ(nesting_.regions().size(), 1U);
  EXPECT_EQ(nesting_.regions()[0].count, 1);
}

TEST_F(NestingTest, WhatIsInsideAnEndedRegionIsInNoFigure) {
  begin("a");
  begin("b");
  end("a");
  EXPECT_THAT(codes(), ElementsAre("region_never_ended"));
  EXPECT_EQ(nesting_.regions()[0].count, 1);
  EXPECT_EQ(nesting_.regions()[1].count, 0);
  EXPECT_EQ(nesting_.regions()[1].unended, 1);
  EXPECT_TRUE(sink_.open.empty());
}

TEST_F(NestingTest, OnlyTheCommandsOwnThreadIsKnownToEndWithIt) {
  begin("main");
  begin("other", 8);
  nesting_.finish(MonoTime{2000}, 7);
  EXPECT_EQ(nesting_.regions()[0].count, 1);
  EXPECT_DOUBLE_EQ(nesting_.regions()[0].time.value, 999e-9);
  EXPECT_EQ(nesting_.regions()[1].count, 0);
  EXPECT_THAT(codes(), ElementsAre("region_never_ended"));
  EXPECT_TRUE(sink_.open.empty());
}

TEST_F(NestingTest, ImpossibleTimesAreNotBelieved) {
  // Before the command, and long after now.
  for (const std::int64_t time : {50, 2'000'000'000}) {
    nesting_.take({.kind = MarkKind::begin, .time = MonoTime{time}, .thread = {7, 7}, .name = "a"}, MonoTime{1500});
    nesting_.take({.kind = MarkKind::end, .time = MonoTime{1700}, .thread = {7, 7}, .name = "a"}, MonoTime{1800});
  }
  EXPECT_THAT(codes(), ElementsAre("region_time"));
  EXPECT_EQ(nesting_.regions()[0].count, 2);
  EXPECT_DOUBLE_EQ(nesting_.regions()[0].time.value, 400e-9);
  // An end before its begin.
  nesting_.take({.kind = MarkKind::begin, .time = MonoTime{1700}, .thread = {7, 7}, .name = "b"}, MonoTime{1800});
  nesting_.take({.kind = MarkKind::end, .time = MonoTime{1600}, .thread = {7, 7}, .name = "b"}, MonoTime{1800});
  EXPECT_EQ(nesting_.regions()[1].count, 0);
  EXPECT_EQ(nesting_.regions()[1].unended, 1);
  EXPECT_TRUE(sink_.open.empty());
}

TEST_F(NestingTest, AMillionOpenRegionsAreBoundedAndEndInOrder) {
  constexpr int kMany = 1'000'000;
  for (int i = 0; i < kMany; ++i) begin("deep");
  EXPECT_LE(sink_.open.size(), Nesting::kMostOpen);
  for (int i = 0; i < kMany; ++i) end("deep");
  EXPECT_TRUE(sink_.open.empty());
  EXPECT_THAT(codes(), ElementsAre("region_limit"));
}

TEST_F(NestingTest, NamesAreBounded) {
  for (std::size_t i = 0; i < Nesting::kMostRegions + 5; ++i) {
    begin(std::to_string(i));
    begin("inside");
    end("inside");
    end(std::to_string(i));
  }
  EXPECT_EQ(nesting_.regions().size(), Nesting::kMostRegions);
  EXPECT_TRUE(sink_.open.empty());
  EXPECT_THAT(codes(), ElementsAre("region_limit"));
}

}  // namespace
}  // namespace wattlens::regions
