// Reads what is to run into OpenVINO's own form, with the batch and the image size that were asked for.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace ov {
class Model;
}

namespace wattlens::engine {

struct LoadedModel {
  std::shared_ptr<ov::Model> model;     // one f32 input [batch, 3, size, size], one f32 output [batch, ...], all static
  std::vector<Operator> operators;      // as read, in the order of their dependencies
  std::vector<std::string> conditions;  // what was changed to fit: "batch: reshaped from 1 to 8"
};

// Fails with usage for a file that is missing, truncated, not of one image and one result, or that cannot take the
// batch or the image size; with run_failed where memory does not suffice.
Result<LoadedModel> load_model(const ModelSource& source, const SessionOptions& options);

}  // namespace wattlens::engine
