#include "experiment/device_channels.h"

#include "base/text.h"

namespace wattlens::experiment {
namespace {

constexpr std::string_view kGpu = "gpu.";

bool is_board(std::string_view id) { return id.starts_with(kGpu) && base::parse_integer(id.substr(kGpu.size())); }

}  // namespace

std::vector<std::string> gpu_boards(std::span<const record::Channel> channels) {
  std::vector<std::string> ids;
  for (const record::Channel& channel : channels) {
    if (is_board(channel.id)) ids.push_back(channel.id);
  }
  return ids;
}

std::vector<std::string> channels_of_device(std::string_view device, std::span<const record::Channel> channels) {
  if (!device.starts_with(kGpu)) return {};
  std::vector<std::string> ids = gpu_boards(channels);
  if (ids.empty()) ids.emplace_back(device);
  return ids;
}

}  // namespace wattlens::experiment
