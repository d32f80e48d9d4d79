#include "study/published.h"

#include <gmock/gmock.h>

#include "study/timeline.h"

namespace wattlens::study {
namespace {

TEST(Published, HasTheNetworksOfThePaper) {
  const auto known = published_models();
  ASSERT_TRUE(known) << known.error().message;
  for (const std::string& name : timeline_networks()) EXPECT_TRUE(published_model(name, *known)) << name;
  const auto efficient = published_model("shufflenet_v2_x0_5", *known);
  EXPECT_EQ(efficient->year, 2018);
  EXPECT_DOUBLE_EQ(efficient->top1_percent, 60.552);
}

TEST(Published, OwnFactsAreReadFromTheName) {
  const auto own = published_model("models/mine.onnx=2024:81.2", {});
  ASSERT_TRUE(own);
  EXPECT_EQ(own->model, "models/mine.onnx");
  EXPECT_EQ(own->year, 2024);
  EXPECT_DOUBLE_EQ(own->top1_percent, 81.2);
}

TEST(Published, UnknownAndImpossibleFactsAreUsageErrors) {
  for (const char* text : {"mine.onnx", "mine.onnx=", "mine.onnx=2024", "mine.onnx=2024:0", "mine.onnx=2024:100",
                           "mine.onnx=20.4:81", "=2024:81", "mine.onnx=1024:81", "mine.onnx=2024:81:1", ""}) {
    const auto found = published_model(text, {});
    ASSERT_FALSE(found) << text;
    EXPECT_EQ(found.error().kind, ErrorKind::usage);
    EXPECT_FALSE(found.error().hint.empty());
  }
}

}  // namespace
}  // namespace wattlens::study
