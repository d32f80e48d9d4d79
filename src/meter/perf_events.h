// The system calls behind counting events of Linux's perf subsystem, so that tests can stand in for the kernel.
// Source: perf_event_open(2).
#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>

#include "base/file.h"

namespace wattlens::meter {

// Not thread-safe.
class PerfEvents {
 public:
  virtual ~PerfEvents() = default;
  // An event that counts whatever runs on that processor, from now on; or the errno of the refusal.
  virtual std::expected<base::FileDescriptor, int> open(std::uint32_t type, std::uint64_t config, int processor) = 0;
  // The count since opening, or nothing where it cannot be read.
  virtual std::optional<std::uint64_t> read(const base::FileDescriptor& event) = 0;
};

// Those of the running kernel.
std::unique_ptr<PerfEvents> system_perf_events();

}  // namespace wattlens::meter
