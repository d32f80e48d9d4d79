#include "experiment/device_channels.h"

#include "base/text.h"

namespace wattlens::experiment {
namespace {

constexpr std::string_view kGpu = "gpu.";

// "gpu.0", but neither "gpu.0.slice.1" nor "gpu.amd.0".
bool is_board(std::string_view id) { return id.starts_with(kGpu) && base::parse_integer(id.substr(kGpu.size())); }

}  // namespace

std::vector<std::string> channels_of_device(std::string_view device, std::span<const record::Channel> channels) {
  std::vector<std::string> ids;
  if (!device.starts_with(kGpu)) return ids;
  for (const record::Channel& channel : channels) {
    if (is_board(channel.id)) ids.push_back(channel.id);
  }
  if (ids.empty()) ids.emplace_back(device);
  return ids;
}

}  // namespace wattlens::experiment
