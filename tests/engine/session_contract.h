// What the sessions of every engine have to do. A fixture names an engine, a model of it, and what the model computes:
//
//     static ModelSource source();
//     static SessionOptions small(std::int64_t batch);
//     static Images images(std::int64_t batch);
//     std::vector<double> expected(const Images& images);
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "engine/engine_fixture.h"

namespace wattlens::engine {

template <class Fixture>
class SessionContract : public Fixture {
 protected:
  // With images set.
  std::unique_ptr<Session> ready(std::int64_t batch, const std::string& hint = "latency") {
    auto options = this->small(batch);
    options.hint = hint;
    auto session = this->compiled(this->source(), options);
    EXPECT_TRUE(session != nullptr && session->set_input(this->images(batch).view()).has_value());
    return session;
  }

  static void run_every_slot(Session& session, std::int64_t images) {
    for (std::int64_t slot = 0; slot < session.slots(); ++slot) {
      ASSERT_TRUE(session.enqueue(slot, images).has_value());
    }
    std::set<std::int64_t> completed;
    for (std::int64_t i = 0; i < session.slots(); ++i) {
      const auto completion = session.next_completion();
      ASSERT_TRUE(completion.has_value()) << completion.error().message;
      EXPECT_TRUE(completed.insert(completion->slot).second);
    }
  }

  static void expect_near(const Result<TensorView>& output, std::int64_t batch, const std::vector<double>& expected) {
    ASSERT_TRUE(output.has_value()) << output.error().message;
    EXPECT_THAT(output->shape, testing::ElementsAre(batch, std::ssize(expected) / batch));
    ASSERT_EQ(output->values.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(output->values[i], expected[i], Fixture::kTolerance);
  }
};

TYPED_TEST_SUITE_P(SessionContract);

TYPED_TEST_P(SessionContract, EverySlotGivesTheRightOutput) {
  for (const std::int64_t batch : {1, 3}) {
    const auto expected = this->expected(this->images(batch));
    for (const std::string hint : {"latency", "throughput"}) {
      const auto session = this->ready(batch, hint);
      ASSERT_NE(session, nullptr);
      ASSERT_GE(session->slots(), 1);
      EXPECT_TRUE(hint == "throughput" || session->slots() == 1);
      for (int round = 0; round < 3; ++round) {
        this->run_every_slot(*session, batch);
        for (std::int64_t slot = 0; slot < session->slots(); ++slot) {
          this->expect_near(session->output(slot), batch, expected);
        }
      }
    }
  }
}

TYPED_TEST_P(SessionContract, SmallerBatchesOfAModelForAnyBatchGiveTheSameRows) {
  const auto expected = this->expected(this->images(4));
  const auto row = std::ssize(expected) / 4;
  for (const std::string hint : {"latency", "throughput"}) {
    auto options = this->small(4);
    options.hint = hint;
    options.any_batch = true;
    const auto session = this->compiled(this->source(), options);
    ASSERT_NE(session, nullptr);
    ASSERT_TRUE(session->set_input(this->images(4).view()).has_value());
    for (const std::int64_t images : {1, 3, 4, 2}) {
      this->run_every_slot(*session, images);
      const std::vector<double> first(expected.begin(), expected.begin() + images * row);
      for (std::int64_t slot = 0; slot < session->slots(); ++slot) {
        this->expect_near(session->output(slot), images, first);
      }
    }
    EXPECT_FALSE(session->enqueue(0, 5).has_value());
  }
}

// The first rows of one slot are replaced, those of others and the rest stay.
TYPED_TEST_P(SessionContract, ASlotCanBeGivenImagesOfItsOwn) {
  const Images images = this->images(3);
  const auto expected = this->expected(images);
  const auto row = std::ssize(expected) / 3;
  const auto image = static_cast<std::int64_t>(images.values.size()) / 3;
  for (const std::string hint : {"latency", "throughput"}) {
    const auto session = this->ready(3, hint);
    ASSERT_NE(session, nullptr);
    auto shape = images.shape;
    shape[0] = 1;
    ASSERT_TRUE(session->set_slot_input(0, {shape, std::span(images.values).subspan(2 * image, image)}).has_value());
    this->run_every_slot(*session, 3);
    auto mixed = expected;
    std::copy_n(expected.begin() + 2 * row, row, mixed.begin());
    for (std::int64_t slot = 0; slot < session->slots(); ++slot) {
      this->expect_near(session->output(slot), 3, slot == 0 ? mixed : expected);
    }
  }
}

TYPED_TEST_P(SessionContract, TellsTheImagesThatItTakes) {
  const auto session = this->ready(3);
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->describe().input_shape, this->images(3).shape);
  EXPECT_EQ(session->describe().input_layout, "NCHW");
}

TYPED_TEST_P(SessionContract, CompletionsAreStampedAfterTheyWereEnqueuedAndNeverGoBack) {
  const base::SystemClock clock;
  for (const std::string hint : {"latency", "throughput"}) {
    const auto session = this->ready(1, hint);
    ASSERT_NE(session, nullptr);
    auto before = clock.now();
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(session->enqueue(i % session->slots(), 1).has_value());
      const auto completion = session->next_completion();
      ASSERT_TRUE(completion.has_value());
      EXPECT_EQ(completion->slot, i % session->slots());
      EXPECT_GT(completion->time, before);
      EXPECT_LE(completion->time, clock.now());
      before = completion->time;
    }
    EXPECT_GT(session->describe().first_inference.value_or(base::Seconds{}).value, 0.0);
  }
}

TYPED_TEST_P(SessionContract, AnUntouchedInputIsNeverRun) {
  const auto session = this->compiled(this->source(), this->small(1));
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->enqueue(0, 1).has_value());
  EXPECT_FALSE(session->output(0).has_value());
  EXPECT_FALSE(session->next_completion().has_value());
}

TYPED_TEST_P(SessionContract, ASlotThatIsBusyOrUnknownIsRefused) {
  const auto session = this->ready(1);
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->enqueue(-1, 1).has_value());
  EXPECT_FALSE(session->enqueue(1, 1).has_value());
  ASSERT_TRUE(session->enqueue(0, 1).has_value());
  EXPECT_FALSE(session->enqueue(0, 1).has_value());
  EXPECT_FALSE(session->output(0).has_value());
  EXPECT_FALSE(session->set_input(this->images(1).view()).has_value());
  EXPECT_TRUE(session->next_completion().has_value());
  EXPECT_TRUE(session->output(0).has_value());
}

TYPED_TEST_P(SessionContract, ImagesOfAnotherShapeAreRefused) {
  const auto session = this->compiled(this->source(), this->small(2));
  ASSERT_NE(session, nullptr);
  const Images images = this->images(2);
  EXPECT_THAT(session->set_input(this->images(1).view()).error().message,
              testing::HasSubstr(fmt::format("takes {}", images.shape)));
  EXPECT_FALSE(session->set_input({images.shape, std::span(images.values).first(7)}).has_value());
}

TYPED_TEST_P(SessionContract, ASessionMayEndWhileBatchesAreInFlight) {
  auto session = this->ready(4, "throughput");
  ASSERT_NE(session, nullptr);
  for (std::int64_t slot = 0; slot < session->slots(); ++slot) ASSERT_TRUE(session->enqueue(slot, 4).has_value());
  session.reset();
}

REGISTER_TYPED_TEST_SUITE_P(SessionContract, EverySlotGivesTheRightOutput,
                            SmallerBatchesOfAModelForAnyBatchGiveTheSameRows, ASlotCanBeGivenImagesOfItsOwn,
                            TellsTheImagesThatItTakes, CompletionsAreStampedAfterTheyWereEnqueuedAndNeverGoBack,
                            AnUntouchedInputIsNeverRun, ASlotThatIsBusyOrUnknownIsRefused,
                            ImagesOfAnotherShapeAreRefused, ASessionMayEndWhileBatchesAreInFlight);

}  // namespace wattlens::engine
