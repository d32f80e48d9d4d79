// What is published of networks: year and accuracy, from data/published_models.json. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wattlens::study {

struct PublishedModel {
  std::string model;  // as a plan names it
  std::int64_t year = 0;
  double top1_percent = 0.0;  // ImageNet-1k, single crop
};

// The file itself, as it was when the program was built.
std::string_view published_models_text();

Result<std::vector<PublishedModel>> published_models();

// "resnet50", whose facts are published, or "mine.onnx=2024:81.2" with facts of one's own (year, top-1 in per cent).
// Errors: usage, where the facts are unknown or cannot be.
Result<PublishedModel> published_model(std::string_view text, const std::vector<PublishedModel>& known);

}  // namespace wattlens::study
