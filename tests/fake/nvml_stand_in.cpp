// A stand-in for NVIDIA's libnvidia-ml.so.1: answers what the text file named by WATTLENS_NVML_SCRIPT says at the
// moment of each call. One "key value" per line:
//
//   driver 535.54.03        count 2             init 9 (an nvmlReturn_t, where it is not 0)
//   0.name NVIDIA H200      0.uuid GPU-1        0.capability 9.0      0.limit 700000 (mW)
//   0.energy 5000 (mJ)      0.energy clock 200000 (what that power in mW gives on the steady clock)
//   0.instant 71000 (mW)    0.average 70000     0.usage 70500
//   0.mig 1                 0.slices 2          0.virtualization 2
//   0.power_limit 600000 (mW)   0.lowest 200000 (mW)   0.max_clock 1980 (MHz)   0.clock unlocked
//   0.set error 4 (what the functions answer that change the board; else they rewrite its lines)
//   0.handle error 15       any value may be "error N"; what is not there is NOT_SUPPORTED
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <map>
#include <string>

#include "meter/nvml_library.h"

namespace {

using wattlens::meter::NvmlFieldValue;

constexpr int kSuccess = 0;
constexpr int kInvalidArgument = 2;
constexpr int kNotSupported = 3;
constexpr int kNotFound = 6;

// What handles point to: board b is place b, its slice s is place kSlices x (b + 1) + s.
constexpr std::ptrdiff_t kSlices = 16;
char places[kSlices * kSlices];

int to_int(const char* text) { return static_cast<int>(std::strtol(text, nullptr, 10)); }

std::map<std::string, std::string> script() {
  std::map<std::string, std::string> lines;
  const char* path = std::getenv("WATTLENS_NVML_SCRIPT");
  std::ifstream file(path == nullptr ? "" : path);
  std::string key;
  std::string value;
  while (file >> key && std::getline(file >> std::ws, value)) lines[key] = value;
  return lines;
}

// The value of a line, or the error that stands in its place.
int find(const std::string& key, std::string& value) {
  const auto lines = script();
  const auto found = lines.find(key);
  if (found == lines.end()) return kNotSupported;
  value = found->second;
  return value.starts_with("error ") ? to_int(value.c_str() + 6) : kSuccess;
}

int find_number(const std::string& key, unsigned* number) {
  std::string value;
  const int status = find(key, value);
  if (status == kSuccess) *number = static_cast<unsigned>(std::strtoul(value.c_str(), nullptr, 10));
  return status;
}

int find_text(const std::string& key, char* text, unsigned length) {
  std::string value;
  const int status = find(key, value);
  if (status == kSuccess) {
    std::strncpy(text, value.c_str(), length - 1);
    text[length - 1] = '\0';
  }
  return status;
}

std::ptrdiff_t place_of(const void* device) { return static_cast<const char*>(device) - places; }

std::string key_of(const void* device, const char* what) {
  const std::ptrdiff_t place = place_of(device);
  std::string key = std::to_string(place < kSlices ? place : place / kSlices - 1);
  if (place >= kSlices) key.append(".slice.").append(std::to_string(place % kSlices));
  return key.append(".").append(what);
}

int set(const void* device, const char* what, const std::string& value) {
  std::string answer;
  const int status = find(key_of(device, "set"), answer);
  if (status != kSuccess && status != kNotSupported) return status;
  auto lines = script();
  lines[key_of(device, what)] = value;
  std::ofstream file(std::getenv("WATTLENS_NVML_SCRIPT"), std::ios::trunc);
  for (const auto& [key, text] : lines) file << key << ' ' << text << '\n';
  return file.flush() ? kSuccess : kNotSupported;
}

}  // namespace

// The names are NVIDIA's.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {

int nvmlInit_v2() {
  unsigned status = 0;
  return find_number("init", &status) == kSuccess ? static_cast<int>(status) : kSuccess;
}
int nvmlShutdown() { return kSuccess; }
int nvmlSystemGetDriverVersion(char* text, unsigned length) { return find_text("driver", text, length); }
int nvmlDeviceGetCount_v2(unsigned* count) { return find_number("count", count); }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  *device = &places[index];
  std::string value;
  return find(key_of(*device, "handle"), value) == kNotSupported ? kSuccess : to_int(value.c_str() + 6);
}

int nvmlDeviceGetName(void* device, char* text, unsigned length) {
  return find_text(key_of(device, "name"), text, length);
}
int nvmlDeviceGetUUID(void* device, char* text, unsigned length) {
  return find_text(key_of(device, "uuid"), text, length);
}

int nvmlDeviceGetCudaComputeCapability(void* device, int* major, int* minor) {
  std::string value;
  const int status = find(key_of(device, "capability"), value);
  if (status != kSuccess) return status;
  *major = to_int(value.c_str());
  *minor = to_int(value.c_str() + value.find('.') + 1);
  return kSuccess;
}

int nvmlDeviceGetVirtualizationMode(void* device, unsigned* mode) {
  return find_number(key_of(device, "virtualization"), mode);
}

int nvmlDeviceGetMigMode(void* device, unsigned* mode, unsigned* pending) {
  *pending = 0;
  return find_number(key_of(device, "mig"), mode);
}

int nvmlDeviceGetMigDeviceHandleByIndex(void* device, unsigned index, void** slice) {
  unsigned count = 0;
  const int status = find_number(key_of(device, "slices"), &count);
  if (status != kSuccess) return status;
  if (index >= count) return kNotFound;
  *slice = &places[kSlices * (place_of(device) + 1) + index];
  return kSuccess;
}

int nvmlDeviceGetPowerManagementLimitConstraints(void* device, unsigned* lowest, unsigned* highest) {
  *lowest = 0;
  find_number(key_of(device, "lowest"), lowest);
  return find_number(key_of(device, "limit"), highest);
}

int nvmlDeviceGetTotalEnergyConsumption(void* device, unsigned long long* millijoules) {
  std::string value;
  const int status = find(key_of(device, "energy"), value);
  if (status != kSuccess) return status;
  if (value.starts_with("clock ")) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double seconds = static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
    *millijoules = static_cast<unsigned long long>(std::strtod(value.c_str() + 6, nullptr) * seconds);
  } else {
    *millijoules = std::strtoull(value.c_str(), nullptr, 10);
  }
  return kSuccess;
}

int nvmlDeviceGetPowerUsage(void* device, unsigned* milliwatts) {
  return find_number(key_of(device, "usage"), milliwatts);
}

int nvmlDeviceGetFieldValues(void* device, int count, void* fields) {
  if (count != 1) return kInvalidArgument;
  auto* value = static_cast<NvmlFieldValue*>(fields);
  unsigned milliwatts = 0;
  const char* what = value->field == wattlens::meter::kNvmlPowerInstant ? "instant" : "average";
  value->status = static_cast<wattlens::meter::NvmlStatus>(find_number(key_of(device, what), &milliwatts));
  value->value_type = 1;
  std::memcpy(value->value.data(), &milliwatts, sizeof milliwatts);
  return kSuccess;
}

int nvmlDeviceGetPowerManagementLimit(void* device, unsigned* milliwatts) {
  return find_number(key_of(device, "power_limit"), milliwatts);
}

int nvmlDeviceGetMaxClockInfo(void* device, int, unsigned* megahertz) {
  return find_number(key_of(device, "max_clock"), megahertz);
}

int nvmlDeviceSetPowerManagementLimit(void* device, unsigned milliwatts) {
  return set(device, "power_limit", std::to_string(milliwatts));
}

int nvmlDeviceSetGpuLockedClocks(void* device, unsigned lowest, unsigned highest) {
  return lowest == highest ? set(device, "clock", std::to_string(highest)) : kInvalidArgument;
}

int nvmlDeviceResetGpuLockedClocks(void* device) { return set(device, "clock", "unlocked"); }

}  // extern "C"
// NOLINTEND(readability-identifier-naming)
