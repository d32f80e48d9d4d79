#include "engine/session_options.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sched.h>

#include <algorithm>
#include <thread>

namespace wattlens::engine {

std::int64_t usable_threads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  return std::max(1U, std::thread::hardware_concurrency());  // more than 1024 processors
}

Result<void> check_options(const SessionOptions& options) {
  if (options.hint != "latency" && options.hint != "throughput") {
    return fail(ErrorKind::usage, fmt::format("unknown hint '{}'", options.hint), "use latency or throughput");
  }
  if (options.batch < 1 || options.image_size < 1) {
    return fail(ErrorKind::usage, fmt::format("batch {} of {} px is impossible", options.batch, options.image_size),
                "use a batch and an image size of 1 or more");
  }
  constexpr double kMostValues = 0x1p40;  // 4 TiB of images: more than memory holds, less than overflows
  const auto size = static_cast<double>(options.image_size);
  if (3.0 * static_cast<double>(options.batch) * size * size > kMostValues) {
    return fail(ErrorKind::run_failed,
                fmt::format("not enough memory for batch {} of {} px", options.batch, options.image_size),
                "use a smaller batch or image size");
  }
  if (const auto usable = usable_threads(); options.threads < 0 || options.threads > usable) {
    return fail(ErrorKind::usage, fmt::format("{} threads asked for, this process may use {}", options.threads, usable),
                "use fewer threads, or 0 to let the engine choose");
  }
  return {};
}

Result<void> check_native(const DeviceInfo& device, const std::string& precision) {
  if (std::ranges::find(device.precisions, precision) != device.precisions.end()) return {};
  return fail(ErrorKind::not_measurable,
              fmt::format("{} ({}) does not compute in {}, it would run another precision instead", device.id,
                          device.name, precision),
              fmt::format("use --precision {}", fmt::join(device.precisions, ",")));
}

}  // namespace wattlens::engine
