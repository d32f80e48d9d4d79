#include "engine/torch_fixture.h"

#include <set>

namespace wattlens::engine {
namespace {

using testing::HasSubstr;

using TorchSession = TorchTest;

TEST_F(TorchSession, EverySlotGivesTheSameOutput) {
  for (const std::int64_t batch : {1, 3}) {
    const Images images = small_images(batch);
    const auto expected = output_of(*compiled(network(), small(batch)), images);
    ASSERT_EQ(std::ssize(expected), batch * 5);
    for (const std::string hint : {"latency", "throughput"}) {
      auto options = small(batch);
      options.hint = hint;
      const auto session = compiled(network(), options);
      ASSERT_NE(session, nullptr);
      EXPECT_TRUE(hint == "throughput" || session->slots() == 1);
      ASSERT_TRUE(session->set_input(images.view()).has_value());
      for (int round = 0; round < 3; ++round) {
        for (std::int64_t slot = 0; slot < session->slots(); ++slot) ASSERT_TRUE(session->enqueue(slot).has_value());
        std::set<std::int64_t> completed;
        for (std::int64_t i = 0; i < session->slots(); ++i) {
          const auto completion = session->next_completion();
          ASSERT_TRUE(completion.has_value()) << completion.error().message;
          EXPECT_TRUE(completed.insert(completion->slot).second);
        }
        for (std::int64_t slot = 0; slot < session->slots(); ++slot) {
          const auto output = session->output(slot);
          ASSERT_TRUE(output.has_value()) << output.error().message;
          EXPECT_THAT(output->shape, testing::ElementsAre(batch, 5));
          for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(output->values[i], expected[i], 1e-4);
        }
      }
    }
  }
}

TEST_F(TorchSession, AnotherSeedGivesAnotherOutput) {
  auto other = network();
  other.seed = 4;
  const Images images = small_images(1);
  EXPECT_NE(output_of(*compiled(network(), small()), images), output_of(*compiled(other, small()), images));
}

TEST_F(TorchSession, CompletionsAreStampedAfterTheyWereEnqueuedAndNeverGoBack) {
  const base::SystemClock clock;
  for (const std::string hint : {"latency", "throughput"}) {
    auto options = small();
    options.hint = hint;
    const auto session = compiled(network(), options);
    ASSERT_NE(session, nullptr);
    ASSERT_TRUE(session->set_input(small_images(1).view()).has_value());
    auto before = clock.now();
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(session->enqueue(i % session->slots()).has_value());
      const auto completion = session->next_completion();
      ASSERT_TRUE(completion.has_value());
      EXPECT_EQ(completion->slot, i % session->slots());
      EXPECT_GT(completion->time, before);
      EXPECT_LE(completion->time, clock.now());
      before = completion->time;
    }
  }
}

TEST_F(TorchSession, AnUntouchedInputIsNeverRun) {
  const auto session = compiled(network(), small());
  ASSERT_NE(session, nullptr);
  EXPECT_FALSE(session->enqueue(0).has_value());
  EXPECT_FALSE(session->output(0).has_value());
  EXPECT_FALSE(session->next_completion().has_value());
}

TEST_F(TorchSession, ASlotThatIsBusyOrUnknownIsRefused) {
  const auto session = compiled(network(), small());
  ASSERT_NE(session, nullptr);
  ASSERT_TRUE(session->set_input(small_images(1).view()).has_value());
  EXPECT_FALSE(session->enqueue(-1).has_value());
  EXPECT_FALSE(session->enqueue(1).has_value());
  ASSERT_TRUE(session->enqueue(0).has_value());
  EXPECT_FALSE(session->enqueue(0).has_value());
  EXPECT_FALSE(session->output(0).has_value());
  EXPECT_FALSE(session->set_input(small_images(1).view()).has_value());
  EXPECT_TRUE(session->next_completion().has_value());
  EXPECT_TRUE(session->output(0).has_value());
}

TEST_F(TorchSession, ImagesOfAnotherShapeAreRefused) {
  const auto session = compiled(network(), small(2));
  ASSERT_NE(session, nullptr);
  EXPECT_THAT(session->set_input(small_images(1).view()).error().message, HasSubstr("takes [2, 3, 32, 32]"));
  const Images images = small_images(2);
  EXPECT_FALSE(session->set_input({images.shape, std::span(images.values).first(7)}).has_value());
}

TEST_F(TorchSession, ASessionMayEndWhileBatchesAreInFlight) {
  auto options = small(4);
  options.hint = "throughput";
  auto session = compiled(network(), options);
  ASSERT_NE(session, nullptr);
  ASSERT_TRUE(session->set_input(small_images(4).view()).has_value());
  for (std::int64_t slot = 0; slot < session->slots(); ++slot) ASSERT_TRUE(session->enqueue(slot).has_value());
  session.reset();
}

}  // namespace
}  // namespace wattlens::engine
