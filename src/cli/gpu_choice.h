// Which GPUs a measurement counts: --gpus visible|all|LIST. Pure and thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "record/channel.h"

namespace wattlens::cli {

struct ChosenChannels {
  std::vector<record::Channel> channels;  // all others, and the GPUs that were chosen
  std::vector<record::Warning> warnings;
  std::vector<std::string> used;  // ids of the GPUs that LIST or CUDA_VISIBLE_DEVICES names: a total needs them
};

// `visible` is CUDA_VISIBLE_DEVICES where it is set: numbers, or UUIDs or their beginnings, of boards or of MIG slices.
// Where it names what cannot be found, all GPUs count, with a warning. A LIST ("0,2-3") that names a GPU without a
// channel is an error that tells which there are.
Result<ChosenChannels> choose_gpus(std::span<const record::Channel> channels, const std::string& choice,
                                   const std::optional<std::string>& visible);

}  // namespace wattlens::cli
