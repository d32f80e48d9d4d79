#include "workload/image_input.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fake/fake_location.h"
#include "fake/temporary_folder.h"
#include "workload/inference.h"

namespace wattlens::workload {
namespace {

using testing::Contains;
using testing::HasSubstr;

constexpr std::int64_t kSide = 4;

// IDX images of one gray value each, and their labels. Logit k of the fake engine is number k of the image modulo the
// image's numbers, and blue (the last third) is the largest number of a gray image: class 32 comes first, the class
// after it second.
class Images : public testing::Test {
 protected:
  ImageInput input(std::vector<char> labels, bool count = true) {
    const auto number = static_cast<char>(labels.size());
    const std::string start{'\0', '\0', '\x08'};
    const std::string count_text = std::string(3, '\0') + number;
    const std::string one = std::string(3, '\0') + '\1';
    std::string pixels;
    for (std::size_t i = 0; i < labels.size(); ++i) pixels += static_cast<char>(60 + 10 * i);
    EXPECT_TRUE(base::write_text(folder_ / "x-images-idx3", start + '\3' + count_text + one + one + pixels));
    EXPECT_TRUE(base::write_text(folder_ / "x-labels-idx1",
                                 start + '\1' + count_text + std::string(labels.begin(), labels.end())));
    return {.set = dataset::ImageSet::open(folder_ / "x-images-idx3").value(), .labels = count};
  }

  InferenceOptions options(ImageInput& images, std::int64_t classes) const {
    InferenceOptions options;
    options.point = {.id = "copy/b2", .model = "copy", .engine = "fake", .batch = 2, .image_size = kSide};
    options.engine = fake::location({});
    options.classes = classes;
    options.references = [](std::string_view) { return std::string_view(); };
    options.images = &images;
    return options;
  }

  // What is known of the model after its output check; the error's message where that failed.
  Result<record::WorkloadInfo> checked(ImageInput& images, std::int64_t classes) {
    InferenceWorkload workload(options(images, classes), clock_, cancellation_);
    WATTLENS_CHECK(workload.prepare());
    WATTLENS_CHECK(workload.check_output());
    WATTLENS_CHECK(workload.run({base::Seconds{0}, 1}));
    return workload.describe();
  }

  fake::TemporaryFolder folder_;
  base::SystemClock clock_;
  base::Cancellation cancellation_;
};

TEST_F(Images, TheConditionsNameThem) {
  ImageInput images = input({0, 1, 2}, false);
  const auto info = checked(images, 3);
  ASSERT_TRUE(info.has_value()) << info.error().message;
  EXPECT_THAT(info->conditions, Contains(HasSubstr("images: x-images-idx3, 3 images (")));
  EXPECT_FALSE(info->accuracy.has_value());
}

// Five images in batches of two: the last batch is not full.
TEST_F(Images, EveryImageIsCountedOnce) {
  ImageInput images = input({32, 32, 33, 37, 47});
  const auto info = checked(images, 48);
  ASSERT_TRUE(info.has_value()) << info.error().message;
  ASSERT_TRUE(info->accuracy.has_value());
  EXPECT_EQ(info->accuracy->images, 5);
  EXPECT_DOUBLE_EQ(info->accuracy->top1.value, 0.4);
  EXPECT_DOUBLE_EQ(info->accuracy->top5.value, 0.6);
  EXPECT_NEAR(info->accuracy->top1.low, 0.1176, 1e-4);  // SciPy, as in tests/stats/proportion_test.cpp
  EXPECT_NEAR(info->accuracy->top1.high, 0.7693, 1e-4);
}

TEST_F(Images, APointThatComesBackKeepsItsAccuracy) {
  ImageInput images = input({32, 47});
  ASSERT_TRUE(checked(images, 48));
  images.accuracies.at("copy/b2").images = 77;
  EXPECT_EQ(checked(images, 48)->accuracy->images, 77);
}

TEST_F(Images, AWindowCanHoldThePreprocessingOrNothingElse) {
  ImageInput images = input({0, 1, 2}, false);
  InferenceWorkload workload(options(images, 3), clock_, cancellation_);
  ASSERT_TRUE(workload.prepare());
  ASSERT_TRUE(workload.check_output());
  for (const Preprocessing preprocessing : {Preprocessing::inside, Preprocessing::alone, Preprocessing::outside}) {
    const auto done = workload.run({.min_batches = 3, .preprocessing = preprocessing});
    ASSERT_TRUE(done.has_value()) << done.error().message;
    EXPECT_EQ(done->images, 6);
    EXPECT_EQ(done->completions.size(), 3U);
  }
}

TEST_F(Images, ABrokenImageInAWindowIsNamed) {
  ImageInput images = input({0, 1}, false);
  std::filesystem::create_directory(folder_ / "set");
  ASSERT_TRUE(base::write_text(folder_ / "set/1.png", "no picture"));
  images.set = dataset::ImageSet::open(folder_ / "set").value();
  InferenceWorkload workload(options(images, 3), clock_, cancellation_);
  ASSERT_TRUE(workload.prepare());
  const auto done = workload.run({.min_batches = 1, .preprocessing = Preprocessing::inside});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().kind, ErrorKind::usage);
  EXPECT_THAT(done.error().message, HasSubstr("1.png"));
}

TEST_F(Images, ClassesThatAreNotTheModelsAreAnError) {
  ImageInput images = input({0, 9});
  const auto info = checked(images, 48);
  ASSERT_FALSE(info.has_value());
  EXPECT_EQ(info.error().kind, ErrorKind::usage);
  EXPECT_THAT(info.error().message, HasSubstr("10 classes, but the model has 48 outputs"));
}

TEST_F(Images, CancellingEndsThePass) {
  ImageInput images = input({32, 47});
  InferenceWorkload workload(options(images, 48), clock_, cancellation_);
  ASSERT_TRUE(workload.prepare());
  cancellation_.request();
  const auto checked = workload.check_output();
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().kind, ErrorKind::cancelled);
}

}  // namespace
}  // namespace wattlens::workload
