// Built-in networks through an engine against PyTorch's float64 logits (tools/make_reference_outputs.py).
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "base/json.h"
#include "engine/engine.h"
#include "network/weights.h"

namespace wattlens::engine {

struct Reference {
  std::int64_t image_size = 0;
  std::vector<std::vector<double>> logits;  // per image
};

inline Reference smallest_reference(const std::string& network) {
  const auto path = fmt::format("{}/golden/outputs/{}.json", WATTLENS_TEST_DIR, network);
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
  EXPECT_TRUE((*session)->enqueue(0).has_value());
  EXPECT_TRUE((*session)->next_completion().has_value());
  const auto output = (*session)->output(0);
  EXPECT_TRUE(output.has_value());
  EXPECT_EQ(output->values.size(), reference.logits.size() * reference.logits[0].size());
  return relative_error(*output, reference);
}

inline bool computes_in(const Engine& engine, const std::string& precision) {
  const auto devices = engine.devices();
  return std::ranges::any_of(devices, [&](const auto& device) {
    return device.id == "cpu" && std::ranges::find(device.precisions, precision) != device.precisions.end();
  });
}

inline auto every_network() {
  return testing::Values("alexnet", "convnext_base", "densenet121", "mobilenet_v2", "resnet50", "shufflenet_v2_x0_5",
                         "vit_b_16");
}

}  // namespace wattlens::engine
