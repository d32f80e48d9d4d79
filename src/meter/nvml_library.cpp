#include "meter/nvml_library.h"

#include <dlfcn.h>
#include <fmt/core.h>

#include <cstring>
#include <type_traits>
#include <utility>

namespace wattlens::meter {
namespace {

// Longer than any text that NVML gives (NVML_DEVICE_UUID_V2_BUFFER_SIZE and its like are 96 or less).
constexpr unsigned kText = 128;

template <class... Arguments>
NvmlStatus call(NvmlStatus (*function)(Arguments...), Arguments... arguments) {
  return function == nullptr ? NvmlStatus::function_not_found : function(arguments...);
}

}  // namespace

struct NvmlLibrary::Functions {
  NvmlStatus (*init)() = nullptr;
  NvmlStatus (*shutdown)() = nullptr;
  NvmlStatus (*driver_version)(char*, unsigned) = nullptr;
  NvmlStatus (*count)(unsigned*) = nullptr;
  NvmlStatus (*device)(unsigned, NvmlDevice**) = nullptr;
  NvmlStatus (*name)(NvmlDevice*, char*, unsigned) = nullptr;
  NvmlStatus (*uuid)(NvmlDevice*, char*, unsigned) = nullptr;
  NvmlStatus (*compute_capability)(NvmlDevice*, int*, int*) = nullptr;
  NvmlStatus (*virtualization_mode)(NvmlDevice*, unsigned*) = nullptr;
  NvmlStatus (*mig_mode)(NvmlDevice*, unsigned*, unsigned*) = nullptr;
  NvmlStatus (*mig_slice)(NvmlDevice*, unsigned, NvmlDevice**) = nullptr;
  NvmlStatus (*power_limits)(NvmlDevice*, unsigned*, unsigned*) = nullptr;
  NvmlStatus (*total_energy)(NvmlDevice*, unsigned long long*) = nullptr;
  NvmlStatus (*power_usage)(NvmlDevice*, unsigned*) = nullptr;
  NvmlStatus (*field_values)(NvmlDevice*, int, NvmlFieldValue*) = nullptr;
  NvmlStatus (*power_limit)(NvmlDevice*, unsigned*) = nullptr;
  NvmlStatus (*largest_clock)(NvmlDevice*, int, unsigned*) = nullptr;
  NvmlStatus (*set_power_limit)(NvmlDevice*, unsigned) = nullptr;
  NvmlStatus (*lock_clocks)(NvmlDevice*, unsigned, unsigned) = nullptr;
  NvmlStatus (*unlock_clocks)(NvmlDevice*) = nullptr;

  void find(void* handle) {
    const auto set = [handle](auto& function, const char* symbol) {
      function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(::dlsym(handle, symbol));
    };
    set(init, "nvmlInit_v2");
    set(shutdown, "nvmlShutdown");
    set(driver_version, "nvmlSystemGetDriverVersion");
    set(count, "nvmlDeviceGetCount_v2");
    set(device, "nvmlDeviceGetHandleByIndex_v2");
    set(name, "nvmlDeviceGetName");
    set(uuid, "nvmlDeviceGetUUID");
    set(compute_capability, "nvmlDeviceGetCudaComputeCapability");
    set(virtualization_mode, "nvmlDeviceGetVirtualizationMode");
    set(mig_mode, "nvmlDeviceGetMigMode");
    set(mig_slice, "nvmlDeviceGetMigDeviceHandleByIndex");
    set(power_limits, "nvmlDeviceGetPowerManagementLimitConstraints");
    set(total_energy, "nvmlDeviceGetTotalEnergyConsumption");
    set(power_usage, "nvmlDeviceGetPowerUsage");
    set(field_values, "nvmlDeviceGetFieldValues");
    set(power_limit, "nvmlDeviceGetPowerManagementLimit");
    set(largest_clock, "nvmlDeviceGetMaxClockInfo");
    set(set_power_limit, "nvmlDeviceSetPowerManagementLimit");
    set(lock_clocks, "nvmlDeviceSetGpuLockedClocks");
    set(unlock_clocks, "nvmlDeviceResetGpuLockedClocks");
  }
};

NvmlLibrary::NvmlLibrary() : functions_(std::make_unique<Functions>()) {}

NvmlLibrary::~NvmlLibrary() {
  if (initialised_) call(functions_->shutdown);
}

Result<std::unique_ptr<NvmlLibrary>> NvmlLibrary::load(const std::string& file) {
  std::unique_ptr<NvmlLibrary> library(new NvmlLibrary);
  // It stays loaded: NVIDIA's library keeps threads of its own, which must not lose their code.
  void* const handle = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (handle == nullptr) {
    return fail(ErrorKind::not_measurable, "no NVIDIA driver: libnvidia-ml.so.1 was not found",
                "where there is an NVIDIA GPU: install its driver; in a container: docker run --gpus all");
  }
  library->functions_->find(handle);
  const NvmlStatus status = call(library->functions_->init);
  library->initialised_ = status == NvmlStatus::success;
  if (library->initialised_) return library;
  std::string hint = "nvidia-smi tells more";
  if (status == NvmlStatus::driver_not_loaded) hint = "sudo modprobe nvidia";
  if (status == NvmlStatus::driver_mismatch) hint = "restart the machine: its driver was updated while it ran";
  if (status == NvmlStatus::no_permission) hint = "this user may not open /dev/nvidia*: ask for the group that may";
  return fail(ErrorKind::not_measurable, fmt::format("NVIDIA's driver does not answer: {}", to_string(status)),
              std::move(hint));
}

NvmlStatus NvmlLibrary::driver_version(std::string& version) const {
  std::array<char, kText> text{};
  const NvmlStatus status = call(functions_->driver_version, text.data(), kText);
  if (status == NvmlStatus::success) version.assign(text.data(), ::strnlen(text.data(), kText));
  return status;
}

NvmlStatus NvmlLibrary::count(unsigned& count) const { return call(functions_->count, &count); }

NvmlStatus NvmlLibrary::device(unsigned index, NvmlDevice*& device) const {
  return call(functions_->device, index, &device);
}

NvmlStatus NvmlLibrary::name(NvmlDevice* device, std::string& name) const {
  std::array<char, kText> text{};
  const NvmlStatus status = call(functions_->name, device, text.data(), kText);
  if (status == NvmlStatus::success) name.assign(text.data(), ::strnlen(text.data(), kText));
  return status;
}

NvmlStatus NvmlLibrary::uuid(NvmlDevice* device, std::string& uuid) const {
  std::array<char, kText> text{};
  const NvmlStatus status = call(functions_->uuid, device, text.data(), kText);
  if (status == NvmlStatus::success) uuid.assign(text.data(), ::strnlen(text.data(), kText));
  return status;
}

NvmlStatus NvmlLibrary::compute_capability(NvmlDevice* device, int& major, int& minor) const {
  return call(functions_->compute_capability, device, &major, &minor);
}

NvmlStatus NvmlLibrary::virtualization_mode(NvmlDevice* device, unsigned& mode) const {
  return call(functions_->virtualization_mode, device, &mode);
}

NvmlStatus NvmlLibrary::mig_mode(NvmlDevice* device, unsigned& mode) const {
  unsigned pending = 0;
  return call(functions_->mig_mode, device, &mode, &pending);
}

NvmlStatus NvmlLibrary::mig_slice(NvmlDevice* device, unsigned index, NvmlDevice*& slice) const {
  return call(functions_->mig_slice, device, index, &slice);
}

NvmlStatus NvmlLibrary::largest_power_limit(NvmlDevice* device, unsigned& milliwatts) const {
  unsigned lowest = 0;
  return call(functions_->power_limits, device, &lowest, &milliwatts);
}

NvmlStatus NvmlLibrary::total_energy(NvmlDevice* device, std::uint64_t& millijoules) const {
  unsigned long long value = 0;
  const NvmlStatus status = call(functions_->total_energy, device, &value);
  if (status == NvmlStatus::success) millijoules = value;
  return status;
}

NvmlStatus NvmlLibrary::power_usage(NvmlDevice* device, unsigned& milliwatts) const {
  return call(functions_->power_usage, device, &milliwatts);
}

NvmlStatus NvmlLibrary::power_field(NvmlDevice* device, std::uint32_t field, unsigned& milliwatts) const {
  NvmlFieldValue value;
  value.field = field;
  const NvmlStatus status = call(functions_->field_values, device, 1, &value);
  if (status != NvmlStatus::success) return status;
  if (value.status != NvmlStatus::success) return value.status;
  // The type varies with the driver; all powers fit 32 bits, which come first in the 64 (little-endian machines only).
  constexpr std::uint32_t kDouble = 0;
  if (value.value_type == kDouble) {
    double number = 0.0;
    std::memcpy(&number, value.value.data(), sizeof number);
    milliwatts = number > 0.0 && number < 1e9 ? static_cast<unsigned>(number) : 0;
  } else {
    std::memcpy(&milliwatts, value.value.data(), sizeof milliwatts);
  }
  return NvmlStatus::success;
}

NvmlStatus NvmlLibrary::power_limit_range(NvmlDevice* device, unsigned& lowest_mw, unsigned& highest_mw) const {
  return call(functions_->power_limits, device, &lowest_mw, &highest_mw);
}

NvmlStatus NvmlLibrary::power_limit(NvmlDevice* device, unsigned& milliwatts) const {
  return call(functions_->power_limit, device, &milliwatts);
}

NvmlStatus NvmlLibrary::largest_clock(NvmlDevice* device, unsigned& megahertz) const {
  constexpr int kGraphics = 0;  // NVML_CLOCK_GRAPHICS
  return call(functions_->largest_clock, device, kGraphics, &megahertz);
}

NvmlStatus NvmlLibrary::set_power_limit(NvmlDevice* device, unsigned milliwatts) const {
  return call(functions_->set_power_limit, device, milliwatts);
}

NvmlStatus NvmlLibrary::lock_clock(NvmlDevice* device, unsigned megahertz) const {
  return call(functions_->lock_clocks, device, megahertz, megahertz);
}

NvmlStatus NvmlLibrary::unlock_clock(NvmlDevice* device) const { return call(functions_->unlock_clocks, device); }

std::string to_string(NvmlStatus status) {
  switch (status) {
    case NvmlStatus::success: return "SUCCESS";
    case NvmlStatus::not_supported: return "NOT_SUPPORTED";
    case NvmlStatus::no_permission: return "NO_PERMISSION";
    case NvmlStatus::driver_not_loaded: return "DRIVER_NOT_LOADED";
    case NvmlStatus::function_not_found: return "FUNCTION_NOT_FOUND";
    case NvmlStatus::gpu_is_lost: return "GPU_IS_LOST";
    case NvmlStatus::driver_mismatch: return "LIB_RM_VERSION_MISMATCH";
  }
  return fmt::format("error {}", static_cast<int>(status));
}

}  // namespace wattlens::meter
