#include "engine/slot_session.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

namespace wattlens::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Keeps what it was asked to do; a batch ends when it is waited for.
class FakeSession final : public SlotSession {
 public:
  explicit FakeSession(std::int64_t slots = 2, bool any_batch = false)
      : SlotSession({.input_shape = {2, 3}}, {}, slots, any_batch) {}

  std::vector<std::string> asked;
  bool input_fails = false;
  bool start_fails = false;
  bool next_batch_fails = false;

 private:
  Result<void> copy_input(std::int64_t slot, const TensorView& images) override {
    if (input_fails) return fail(ErrorKind::run_failed, "no memory for images");
    return tell(
        fmt::format("input {}{}", slot, images.shape[0] == batch() ? "" : fmt::format(" with {}", images.shape[0])));
  }
  Result<void> start(std::int64_t slot, std::int64_t images) override {
    if (start_fails) return fail(ErrorKind::run_failed, "no memory");
    started_.push_back(slot);
    return tell(fmt::format("start {}{}", slot, images == batch() ? "" : fmt::format(" with {}", images)));
  }
  Finished wait() override {
    const auto slot = started_.front();
    started_.pop_front();
    return {.completion = {.slot = slot, .time = clock().now()}, .failure = nullptr};
  }
  Result<void> settle(const Finished&) override {
    if (next_batch_fails) return fail(ErrorKind::run_failed, "the batch broke");
    return {};
  }
  Result<TensorView> read_output(std::int64_t) override { return TensorView{.shape = {1}, .values = output_}; }

  Result<void> tell(const std::string& what) {
    asked.push_back(what);
    return {};
  }

  std::deque<std::int64_t> started_;
  std::vector<float> output_{1.0F};
};

const std::vector<float> kImages(6, 1.0F);
const TensorView kInput{.shape = {2, 3}, .values = kImages};

TEST(SlotSession, TheEngineIsAskedInTurnOnly) {
  FakeSession session;
  EXPECT_THAT(session.enqueue(0, 2).error().message, HasSubstr("before set_input"));
  EXPECT_THAT(session.set_input({.shape = {3, 2}, .values = kImages}).error().message, HasSubstr("takes [2, 3]"));
  EXPECT_FALSE(session.set_input({.shape = {2, 3}, .values = std::span(kImages).first(5)}).has_value());
  ASSERT_TRUE(session.set_input(kInput).has_value());
  EXPECT_FALSE(session.enqueue(2, 2).has_value());
  EXPECT_FALSE(session.enqueue(-1, 2).has_value());
  EXPECT_FALSE(session.next_completion().has_value());
  EXPECT_FALSE(session.output(0).has_value());
  EXPECT_FALSE(session.output(7).has_value());
  ASSERT_TRUE(session.enqueue(1, 2).has_value());
  EXPECT_THAT(session.enqueue(1, 2).error().message, HasSubstr("slot 1 of 2 is busy"));
  EXPECT_THAT(session.set_input(kInput).error().message, HasSubstr("in flight"));
  ASSERT_TRUE(session.enqueue(0, 2).has_value());
  EXPECT_EQ(session.next_completion()->slot, 1);
  EXPECT_FALSE(session.output(0).has_value());
  EXPECT_TRUE(session.output(1).has_value());
  EXPECT_EQ(session.next_completion()->slot, 0);
  EXPECT_THAT(session.asked, ElementsAre("input 0", "input 1", "start 1", "start 0"));
}

TEST(SlotSession, ImagesThatCouldNotBeCopiedAreNotRun) {
  FakeSession session;
  ASSERT_TRUE(session.set_input(kInput).has_value());
  session.input_fails = true;
  EXPECT_EQ(session.set_input(kInput).error().message, "no memory for images");
  EXPECT_FALSE(session.enqueue(0, 2).has_value());
  session.input_fails = false;
  ASSERT_TRUE(session.set_input(kInput).has_value());
  EXPECT_TRUE(session.enqueue(0, 2).has_value());
}

TEST(SlotSession, ABatchThatCannotStartLeavesItsSlotFree) {
  FakeSession session;
  ASSERT_TRUE(session.set_input(kInput).has_value());
  session.start_fails = true;
  EXPECT_EQ(session.enqueue(0, 2).error().message, "no memory");
  EXPECT_FALSE(session.next_completion().has_value());
  session.start_fails = false;
  EXPECT_TRUE(session.enqueue(0, 2).has_value());
  EXPECT_TRUE(session.next_completion().has_value());
}

TEST(SlotSession, AFailedBatchGivesNoOutputAndItsSlotRunsTheNext) {
  FakeSession session;
  ASSERT_TRUE(session.set_input(kInput).has_value());
  ASSERT_TRUE(session.enqueue(0, 2).has_value());
  ASSERT_TRUE(session.next_completion().has_value());
  ASSERT_TRUE(session.output(0).has_value());
  session.next_batch_fails = true;
  ASSERT_TRUE(session.enqueue(0, 2).has_value());
  EXPECT_EQ(session.next_completion().error().message, "the batch broke");
  EXPECT_FALSE(session.output(0).has_value()) << "that of the batch before";
  session.next_batch_fails = false;
  ASSERT_TRUE(session.enqueue(0, 2).has_value());
  EXPECT_TRUE(session.next_completion().has_value());
  EXPECT_TRUE(session.output(0).has_value());
}

TEST(SlotSession, TheFirstInferenceIsTheFirstThatSucceeded) {
  FakeSession session;
  ASSERT_TRUE(session.set_input(kInput).has_value());
  EXPECT_FALSE(session.describe().first_inference.has_value());
  ASSERT_TRUE(session.enqueue(0, 2).has_value());
  ASSERT_TRUE(session.next_completion().has_value());
  const auto first = session.describe().first_inference;
  ASSERT_TRUE(first.has_value());
  EXPECT_GE(first->value, 0.0);
  ASSERT_TRUE(session.enqueue(1, 2).has_value());
  ASSERT_TRUE(session.next_completion().has_value());
  EXPECT_EQ(session.describe().first_inference, first);
}

TEST(SlotSession, SmallerBatchesRunOnlyWhereTheModelTakesThem) {
  FakeSession fixed;
  ASSERT_TRUE(fixed.set_input(kInput).has_value());
  EXPECT_THAT(fixed.enqueue(0, 1).error().message, HasSubstr("compiled for batches of 2"));

  FakeSession any(1, true);
  ASSERT_TRUE(any.set_input(kInput).has_value());
  EXPECT_FALSE(any.enqueue(0, 0).has_value());
  EXPECT_THAT(any.enqueue(0, 3).error().message, HasSubstr("batches up to 2"));
  ASSERT_TRUE(any.enqueue(0, 1).has_value());
  EXPECT_THAT(any.asked, ElementsAre("input 0", "start 0 with 1"));
}

TEST(SlotSession, ASlotRunsNoMoreImagesThanItWasGiven) {
  const TensorView one{.shape = {1, 3}, .values = std::span(kImages).first(3)};
  FakeSession session(2, true);
  ASSERT_TRUE(session.set_slot_input(1, one).has_value());
  EXPECT_THAT(session.enqueue(1, 2).error().message, HasSubstr("before set_input"));
  EXPECT_THAT(session.enqueue(0, 1).error().message, HasSubstr("before set_input"));
  ASSERT_TRUE(session.enqueue(1, 1).has_value());
  EXPECT_THAT(session.set_slot_input(1, one).error().message, HasSubstr("slot 1 of 2 is busy"));
  ASSERT_TRUE(session.set_slot_input(0, kInput).has_value());
  ASSERT_TRUE(session.set_slot_input(0, one).has_value());  // the second image stays
  ASSERT_TRUE(session.enqueue(0, 2).has_value());
  EXPECT_FALSE(session.set_slot_input(2, one).has_value());
  EXPECT_THAT(session.asked, ElementsAre("input 1 with 1", "start 1 with 1", "input 0", "input 0 with 1", "start 0"));
}

}  // namespace
}  // namespace wattlens::engine
