// How a plan point names its model: a built-in network, such a network with weights of one's own, or a file.
#pragma once

#include <string>
#include <string_view>

namespace wattlens::record {

struct ModelName {
  std::string network;  // of network::all_networks(); empty for a file
  std::string file;     // of the model; with `network` the .safetensors state dict, empty for seeded weights
};

// "resnet50", "resnet50@weights.safetensors", "models/mine.onnx". Whatever ends in .onnx, .pt, .pt2 or .pth, or
// holds a slash before any @, is a file. Whether network and file exist is for others to say. Pure and thread-safe.
ModelName parse_model_name(std::string_view text);

}  // namespace wattlens::record
