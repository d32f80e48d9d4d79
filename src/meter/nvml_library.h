// NVIDIA's management library, found when the program runs: nothing of it is needed to build or to start wattlens.
// Declared here from its public reference (NVML API Reference Guide); the library is backwards compatible by promise.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"

namespace wattlens::meter {

// nvmlReturn_t, those that are told apart.
enum class NvmlStatus : int {
  success = 0,
  not_supported = 3,
  no_permission = 4,
  driver_not_loaded = 9,
  function_not_found = 13,
  gpu_is_lost = 15,
  driver_mismatch = 18,
};

// nvmlFieldValue_t. Which member of `value` holds depends on value_type: 0 double, 1 and 5 32 bits, 2 to 4 64 bits,
// 6 16 bits.
struct NvmlFieldValue {
  std::uint32_t field = 0;
  std::uint32_t scope = 0;  // 0: the GPU
  std::int64_t timestamp_us = 0;
  std::int64_t latency_us = 0;
  std::uint32_t value_type = 0;
  NvmlStatus status = NvmlStatus::success;
  std::array<std::byte, 8> value{};
};
static_assert(sizeof(NvmlFieldValue) == 40);

constexpr std::uint32_t kNvmlPowerAverage = 185;  // NVML_FI_DEV_POWER_AVERAGE, mW
constexpr std::uint32_t kNvmlPowerInstant = 186;  // NVML_FI_DEV_POWER_INSTANT, mW

struct NvmlDevice;  // opaque

// The functions of one loaded library, with the library itself; a function that the driver lacks answers
// function_not_found. Not copyable. Its functions are thread-safe, as NVIDIA says.
class NvmlLibrary {
 public:
  // Loads `file` (a name is searched as the system's loader does) and initialises it. not_measurable, with a hint,
  // where there is none or its driver is not loaded.
  static Result<std::unique_ptr<NvmlLibrary>> load(const std::string& file);
  NvmlLibrary(const NvmlLibrary&) = delete;
  NvmlLibrary& operator=(const NvmlLibrary&) = delete;
  ~NvmlLibrary();

  NvmlStatus driver_version(std::string& version) const;
  NvmlStatus count(unsigned& count) const;
  NvmlStatus device(unsigned index, NvmlDevice*& device) const;
  NvmlStatus name(NvmlDevice* device, std::string& name) const;
  NvmlStatus uuid(NvmlDevice* device, std::string& uuid) const;
  NvmlStatus compute_capability(NvmlDevice* device, int& major, int& minor) const;
  NvmlStatus virtualization_mode(NvmlDevice* device, unsigned& mode) const;  // 2: a virtual GPU
  NvmlStatus mig_mode(NvmlDevice* device, unsigned& mode) const;             // 1: cut into slices
  NvmlStatus mig_slice(NvmlDevice* device, unsigned index, NvmlDevice*& slice) const;
  NvmlStatus largest_power_limit(NvmlDevice* device, unsigned& milliwatts) const;
  NvmlStatus total_energy(NvmlDevice* device, std::uint64_t& millijoules) const;
  NvmlStatus power_usage(NvmlDevice* device, unsigned& milliwatts) const;
  NvmlStatus power_field(NvmlDevice* device, std::uint32_t field, unsigned& milliwatts) const;
  NvmlStatus power_limit_range(NvmlDevice* device, unsigned& lowest_mw, unsigned& highest_mw) const;
  NvmlStatus power_limit(NvmlDevice* device, unsigned& milliwatts) const;
  NvmlStatus largest_clock(NvmlDevice* device, unsigned& megahertz) const;  // of the graphics processor
  // These change the board, and need root.
  NvmlStatus set_power_limit(NvmlDevice* device, unsigned milliwatts) const;
  NvmlStatus lock_clock(NvmlDevice* device, unsigned megahertz) const;
  NvmlStatus unlock_clock(NvmlDevice* device) const;

 private:
  struct Functions;
  NvmlLibrary();

  bool initialised_ = false;
  std::unique_ptr<Functions> functions_;
};

// "GPU_IS_LOST" and its like, the words that NVIDIA's documents use.
std::string to_string(NvmlStatus status);

}  // namespace wattlens::meter
