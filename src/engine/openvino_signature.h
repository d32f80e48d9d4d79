// What an OpenVINO model takes and gives: whether it is one of images and results, which input layout it has, which of
// its outputs is looked at, and the operators it is made of.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "network/image_input.h"

namespace ov {
class Model;
}

namespace wattlens::engine {

// How the model takes its images. Fails with usage where it has other than one input, or one that is no image in
// floating point; the message begins with `name` and tells every input.
Result<network::ImageInput> image_input_of(const ov::Model& model, const std::string& name);

// Which output holds the result, of a model whose shapes are known: the first [batch, classes] in floating point, else
// the only one in floating point whose first dimension is the batch. Fails with usage, telling all outputs.
Result<std::size_t> choose_output(const ov::Model& model, const std::string& name, std::int64_t batch);

// In the order of their dependencies. Whatever depends on constants alone is left out, its constants count as weights
// of the operator that uses it.
std::vector<Operator> operators_of(const ov::Model& model);

}  // namespace wattlens::engine
