// Which energy channels belong to the device that a point of the plan runs on. Pure; thread-safe.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/channel.h"

namespace wattlens::experiment {

// Ids of all NVIDIA boards: "gpu.0", but neither "gpu.0.slice.1" nor "gpu.amd.0".
std::vector<std::string> gpu_boards(std::span<const record::Channel> channels);

// Ids of the boards without which an energy of work on `device` ("cpu", "gpu.0") is no total: none for a processor,
// whose packages are always needed. An engine counts GPUs in an order of its own, so that all NVIDIA boards are named
// for any of its GPUs; the device itself where no board has a channel.
std::vector<std::string> channels_of_device(std::string_view device, std::span<const record::Channel> channels);

}  // namespace wattlens::experiment
