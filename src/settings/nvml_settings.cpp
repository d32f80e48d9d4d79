#include "settings/nvml_settings.h"

#include <fmt/format.h>

#include <string>
#include <utility>

#include "base/text.h"

namespace wattlens::settings {
namespace {

using meter::NvmlDevice;
using meter::NvmlLibrary;
using meter::NvmlStatus;

constexpr std::string_view kUnlocked = "unlocked";

Result<void> checked(NvmlStatus status, std::string_view function) {
  if (status == NvmlStatus::success) return {};
  return fail(ErrorKind::io, fmt::format("{} says {}", function, to_string(status)),
              status == NvmlStatus::no_permission ? "run it as root (sudo)" : "nvidia-smi tells more");
}

Result<unsigned> whole(std::string_view value) {
  const auto number = base::parse_integer(value);
  if (number && *number > 0 && *number < 1'000'000'000) return static_cast<unsigned>(*number);
  return fail(ErrorKind::usage, fmt::format("'{}' is no value of an NVIDIA board", value));
}

class PowerLimit final : public Control {
 public:
  PowerLimit(std::shared_ptr<NvmlLibrary> library, NvmlDevice* device)
      : library_(std::move(library)), device_(device) {}

  Result<std::string> read() override {
    unsigned milliwatts = 0;
    WATTLENS_CHECK(checked(library_->power_limit(device_, milliwatts), "nvmlDeviceGetPowerManagementLimit"));
    return fmt::format("{}", milliwatts);
  }
  Result<void> write(std::string_view value) override {
    WATTLENS_TRY(const unsigned milliwatts, whole(value));
    return checked(library_->set_power_limit(device_, milliwatts), "nvmlDeviceSetPowerManagementLimit");
  }

 private:
  std::shared_ptr<NvmlLibrary> library_;
  NvmlDevice* device_;
};

class LockedClock final : public Control {
 public:
  LockedClock(std::shared_ptr<NvmlLibrary> library, NvmlDevice* device)
      : library_(std::move(library)), device_(device) {}

  Result<std::string> read() override {
    return fail(ErrorKind::not_measurable, "NVML does not tell a locked clock",
                "nvidia-smi -q -d CLOCK shows the rate");
  }
  Result<void> write(std::string_view value) override {
    if (value == kUnlocked) return checked(library_->unlock_clock(device_), "nvmlDeviceResetGpuLockedClocks");
    WATTLENS_TRY(const unsigned megahertz, whole(value));
    return checked(library_->lock_clock(device_, megahertz), "nvmlDeviceSetGpuLockedClocks");
  }

 private:
  std::shared_ptr<NvmlLibrary> library_;
  NvmlDevice* device_;
};

void add_board(const std::shared_ptr<NvmlLibrary>& library, unsigned index, std::vector<Setting>& settings) {
  NvmlDevice* device = nullptr;
  std::string uuid;
  if (library->device(index, device) != NvmlStatus::success) return;
  if (library->uuid(device, uuid) != NvmlStatus::success) return;
  unsigned lowest = 0;
  unsigned highest = 0;
  if (library->power_limit_range(device, lowest, highest) == NvmlStatus::success && highest > 0) {
    Setting limit;
    limit.name = fmt::format("gpu.{}.power_limit", index);
    limit.encoding = Encoding::milliwatts;
    limit.lowest = lowest;
    limit.highest = highest;
    limit.places = {{fmt::format("nvml/{}/power_limit", uuid), std::make_shared<PowerLimit>(library, device)}};
    settings.push_back(std::move(limit));
  }
  unsigned megahertz = 0;
  if (library->largest_clock(device, megahertz) == NvmlStatus::success && megahertz > 0) {
    Setting clock;
    clock.name = fmt::format("gpu.{}.clock", index);
    clock.encoding = Encoding::megahertz;
    clock.highest = megahertz;
    clock.places = {{fmt::format("nvml/{}/clock", uuid), std::make_shared<LockedClock>(library, device)}};
    clock.readable = false;
    clock.unset = kUnlocked;
    settings.push_back(std::move(clock));
  }
}

}  // namespace

std::vector<Setting> nvml_settings(const std::shared_ptr<NvmlLibrary>& library) {
  std::vector<Setting> settings;
  unsigned count = 0;
  if (library->count(count) != NvmlStatus::success) return settings;
  for (unsigned index = 0; index < count; ++index) add_board(library, index, settings);
  return settings;
}

}  // namespace wattlens::settings
