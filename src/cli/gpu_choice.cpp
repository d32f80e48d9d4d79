#include "cli/gpu_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "experiment/axis.h"
#include "experiment/device_channels.h"

namespace wattlens::cli {
namespace {

constexpr std::int64_t kHighestGpu = 1023;

bool is_gpu(const record::Channel& channel) { return channel.id.starts_with("gpu."); }

// "gpu.0" of "gpu.0.slice.1": a slice's energy is that of its board, if any.
std::string board_of(const std::string& id) { return id.substr(0, id.find('.', std::string_view("gpu.").size())); }

std::vector<record::Channel> only(std::span<const record::Channel> channels, const std::set<std::string>& gpus) {
  std::vector<record::Channel> kept;
  for (const record::Channel& channel : channels) {
    if (!is_gpu(channel) || gpus.contains(board_of(channel.id))) kept.push_back(channel);
  }
  return kept;
}

ChosenChannels named(std::span<const record::Channel> channels, const std::set<std::string>& gpus) {
  return {.channels = only(channels, gpus), .warnings = {}, .used = {gpus.begin(), gpus.end()}};
}

Result<std::set<std::string>> listed(std::span<const record::Channel> channels, const std::string& choice) {
  WATTLENS_TRY(const auto numbers, experiment::parse_integer_axis(choice, "--gpus", 0, kHighestGpu));
  const std::vector<std::string> here = experiment::gpu_boards(channels);
  std::set<std::string> chosen;
  for (const std::int64_t number : numbers) {
    std::string id = fmt::format("gpu.{}", number);
    if (std::ranges::find(here, id) == here.end()) {
      return fail(ErrorKind::usage, fmt::format("--gpus {}: there is no {}", choice, id),
                  here.empty() ? "no GPU with a sensor is known here; wattlens doctor tells why"
                               : fmt::format("there are {}", base::join(here, ", ")));
    }
    chosen.insert(std::move(id));
  }
  return chosen;
}

// The channel that a part of CUDA_VISIBLE_DEVICES means; empty where none does.
std::optional<std::string> meant(std::span<const record::Channel> channels, std::string_view part) {
  const auto number = base::parse_integer(part);
  const auto found = std::ranges::find_if(channels, [&](const record::Channel& channel) {
    if (!is_gpu(channel)) return false;
    return number ? channel.id == fmt::format("gpu.{}", *number) : channel.device.starts_with(part);
  });
  return found == channels.end() ? std::nullopt : std::optional(board_of(found->id));
}

}  // namespace

Result<ChosenChannels> choose_gpus(std::span<const record::Channel> channels, const std::string& choice,
                                   const std::optional<std::string>& visible) {
  ChosenChannels all{.channels = {channels.begin(), channels.end()}, .warnings = {}, .used = {}};
  if (choice == "all") return all;
  if (choice != "visible") {
    WATTLENS_TRY(const auto chosen, listed(channels, choice));
    return named(channels, chosen);
  }
  if (!visible || experiment::gpu_boards(channels).empty()) return all;
  std::set<std::string> chosen;
  for (const std::string_view part : base::split(*visible, ',')) {
    const std::string_view name = base::trim(part);
    if (name.empty()) continue;
    // CUDA hides what follows a number that does not exist.
    if (name.starts_with('-')) break;
    const auto id = meant(channels, name);
    if (!id) {
      all.warnings.push_back({"gpus_unknown", "",
                              fmt::format("CUDA_VISIBLE_DEVICES names '{}', which is not known: all GPUs count", name),
                              "name them with --gpus LIST"});
      return all;
    }
    chosen.insert(*id);
  }
  return named(channels, chosen);
}

}  // namespace wattlens::cli
