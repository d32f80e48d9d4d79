// Reads what is to run into OpenVINO's own form, with the batch and the image size that were asked for.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "network/image_input.h"

namespace ov {
class Model;
}

namespace wattlens::engine {

struct LoadedModel {
  std::shared_ptr<ov::Model> model;     // one f32 input of images; `output` is f32 [batch, ...]; all static
  network::ImageInput input;            // how it takes them
  std::size_t output = 0;               // which of its outputs is looked at
  std::vector<Operator> operators;      // as read, in the order of their dependencies
  std::vector<std::string> conditions;  // what was changed to fit: "batch: reshaped from 1 to 8"
};

// Fails with usage for a file that is missing, truncated, not of one image input, or that cannot take the batch or the
// image size; with run_failed where memory does not suffice.
Result<LoadedModel> load_model(const ModelSource& source, const SessionOptions& options);

}  // namespace wattlens::engine
