#include "worker/preprocessing_session.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "fake/temporary_folder.h"

namespace wattlens::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t kSide = 4;

// Notes the first number of every image that a slot is given, and which slots ran how many.
class NotingSession final : public engine::Session {
 public:
  record::WorkloadInfo describe() const override { return {}; }
  std::span<const engine::Operator> operators() const override { return {}; }
  std::int64_t slots() const override { return 2; }
  Result<void> set_input(const engine::TensorView&) override { return {}; }
  Result<void> set_slot_input(std::int64_t, const engine::TensorView& images) override {
    const std::size_t image = images.values.size() / static_cast<std::size_t>(images.shape[0]);
    for (std::size_t i = 0; i < images.values.size(); i += image) given.push_back(images.values[i]);
    return {};
  }
  Result<void> enqueue(std::int64_t slot, std::int64_t images) override {
    ran.push_back({slot, images});
    return {};
  }
  Result<engine::Completion> next_completion() override { return engine::Completion{ran.back().first, {}}; }
  Result<engine::TensorView> output(std::int64_t) override { return engine::TensorView{}; }

  std::vector<float> given;
  std::vector<std::pair<std::int64_t, std::int64_t>> ran;
};

class Preprocessing : public testing::Test {
 protected:
  // IDX images of one gray value each; -1 is none of 0 ... 255, so that there are `grays` and no more.
  base::Path images(const std::vector<int>& grays) {
    std::string bytes{'\0', '\0', '\x08', '\3', '\0', '\0', '\0', static_cast<char>(grays.size())};
    bytes += std::string("\0\0\0\1\0\0\0\1", 8);
    for (const int gray : grays) bytes += static_cast<char>(gray);
    EXPECT_TRUE(base::write_text(folder_ / "x-images-idx3", bytes));
    return folder_ / "x-images-idx3";
  }

  std::unique_ptr<PreprocessingSession> session(const base::Path& path, bool alone = false, bool skip = false) {
    const FolderInput input{.path = path, .skip_broken = skip, .alone = alone};
    auto made = PreprocessingSession::make(inner_, input, std::vector<std::int64_t>{3, 3, kSide, kSide});
    EXPECT_TRUE(made.has_value());
    return made ? std::move(*made) : nullptr;
  }

  static float red(int gray) { return (static_cast<float>(gray) / 255.0F - 0.485F) / 0.229F; }

  fake::TemporaryFolder folder_;
  NotingSession inner_;
};

TEST_F(Preprocessing, EveryBatchIsReadAnewAndTheSetBeginsAgainAtItsEnd) {
  const auto reading = session(images({10, 20, 30}));
  ASSERT_TRUE(reading->enqueue(0, 2));
  ASSERT_TRUE(reading->enqueue(1, 3));
  EXPECT_THAT(inner_.given, ElementsAre(red(10), red(20), red(30), red(10), red(20)));
  EXPECT_THAT(inner_.ran, ElementsAre(testing::Pair(0, 2), testing::Pair(1, 3)));
  EXPECT_EQ(reading->next_completion()->slot, 1);
  inner_.given.clear();
  reading->restart();
  ASSERT_TRUE(reading->enqueue(0, 1));
  EXPECT_THAT(inner_.given, ElementsAre(red(10)));
}

TEST_F(Preprocessing, AloneRunsNoModel) {
  const auto reading = session(images({10, 20}), true);
  EXPECT_FALSE(reading->next_completion());
  ASSERT_TRUE(reading->enqueue(1, 3));
  ASSERT_TRUE(reading->enqueue(0, 3));
  EXPECT_EQ(reading->next_completion()->slot, 1);
  EXPECT_EQ(reading->next_completion()->slot, 0);
  EXPECT_THAT(inner_.ran, IsEmpty());
  EXPECT_THAT(inner_.given, IsEmpty());
}

TEST_F(Preprocessing, BrokenImagesEndABatchOrAreSteppedOverAndToldOnce) {
  ASSERT_TRUE(base::write_text(folder_ / "1.png", "no picture"));
  const auto strict = session(folder_.path());
  EXPECT_THAT(strict->enqueue(0, 1).error().message, HasSubstr("1.png"));
  const auto patient = session(folder_.path(), false, true);
  const auto none = patient->enqueue(0, 1);
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, HasSubstr("none of the 1 images"));
  EXPECT_THAT(patient->left_out(), ElementsAre(HasSubstr("1.png")));
  EXPECT_THAT(inner_.ran, IsEmpty());
}

TEST_F(Preprocessing, AModelThatTakesNoPicturesIsRefused) {
  const FolderInput input{.path = images({1})};
  EXPECT_FALSE(PreprocessingSession::make(inner_, input, std::vector<std::int64_t>{3, 1, kSide, kSide}));
  EXPECT_FALSE(PreprocessingSession::make(inner_, input, std::vector<std::int64_t>{3, 3, kSide, 8}));
  EXPECT_FALSE(PreprocessingSession::make(inner_, input, std::vector<std::int64_t>{3}));
  EXPECT_FALSE(
      PreprocessingSession::make(inner_, {.path = folder_ / "nowhere"}, std::vector<std::int64_t>{3, 3, kSide, kSide}));
}

}  // namespace
}  // namespace wattlens::worker
