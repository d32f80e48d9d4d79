// Built-in networks through an engine against PyTorch's float64 logits (tools/make_reference_outputs.py): tests that
// each engine instantiates once.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json.h"
#include "engine/engine_fixture.h"
#include "fake/paths.h"
#include "network/weights.h"

namespace wattlens::engine {

struct Reference {
  std::int64_t image_size = 0;
  std::vector<std::vector<double>> logits;  // per image
};

inline Reference smallest_reference(const std::string& network) {
  const auto path = fmt::format("{}/golden/outputs/{}.json", fake::test_folder().string(), network);
  const auto text = base::read_text(path);
  EXPECT_TRUE(text.has_value()) << path;
  const auto json = base::parse_json(text.value_or("{}"), path);
  EXPECT_TRUE(json.has_value());
  const auto& size = json->at("sizes").at(0);
  return {size.at("image_size").get<std::int64_t>(), size.at("logits").get<std::vector<std::vector<double>>>()};
}

// The largest |difference| over the largest |reference|.
inline double relative_error(const TensorView& output, const Reference& reference) {
  double largest = 0.0;
  double difference = 0.0;
  std::size_t i = 0;
  for (const auto& image : reference.logits) {
    for (const double logit : image) {
      largest = std::max(largest, std::abs(logit));
      difference = std::max(difference, std::abs(logit - output.values[i++]));
    }
  }
  return difference / largest;
}

inline double error_of(Engine& engine, const std::string& network, const std::string& precision) {
  const auto reference = smallest_reference(network);
  SessionOptions options;
  options.precision = precision;
  options.batch = std::ssize(reference.logits);
  options.image_size = reference.image_size;
  options.threads = 1;  // several would wait for each other while other tests run
  const auto session = engine.compile({.network = network, .file = {}, .seed = 0}, options);
  EXPECT_TRUE(session.has_value()) << session.error().message;
  if (!session) return INFINITY;
  const auto images = network::input_values(0, options.batch, options.image_size);
  const std::vector<std::int64_t> shape{options.batch, 3, options.image_size, options.image_size};
  EXPECT_TRUE((*session)->set_input({shape, images}).has_value());
  EXPECT_TRUE((*session)->enqueue(0, options.batch).has_value());
  EXPECT_TRUE((*session)->next_completion().has_value());
  const auto output = (*session)->output(0);
  EXPECT_TRUE(output.has_value());
  EXPECT_EQ(output->values.size(), reference.logits.size() * reference.logits[0].size());
  return relative_error(*output, reference);
}

inline auto every_network() {
  return testing::Values("alexnet", "convnext_base", "densenet121", "mobilenet_v2", "resnet50", "shufflenet_v2_x0_5",
                         "vit_b_16");
}

// The engine that a program tests; each has one.
Result<std::unique_ptr<Engine>> opened_engine();

class ReferenceOutputs : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    auto opened = opened_engine();
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    engine_ = std::move(*opened);
  }

  std::unique_ptr<Engine> engine_;
};

TEST_P(ReferenceOutputs, AreMetInF32) { EXPECT_LE(error_of(*engine_, GetParam(), "f32"), 1e-4); }

TEST_P(ReferenceOutputs, AreMetInBf16WithinItsTolerance) {
  if (!computes_in(*engine_, "bf16")) GTEST_SKIP() << "this processor has no bf16";
  const double error = error_of(*engine_, GetParam(), "bf16");
  EXPECT_LE(error, 0.03);  // 0.004 to 0.012 were seen on Zen 5
  EXPECT_GT(error, 1e-4) << "bf16 keeps 8 bits: so small an error means that something else ran";
}

}  // namespace wattlens::engine
