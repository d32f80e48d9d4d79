// Bytes that gzip packed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"

namespace wattlens::dataset {

// Whether the bytes begin as gzip's do.
bool is_gzip(std::span<const std::byte> bytes);

// All of it. Errors of kind usage: damaged, cut off, or more than `most_bytes`. Thread-safe.
Result<std::vector<std::uint8_t>> gunzip(std::span<const std::byte> bytes, std::size_t most_bytes);

}  // namespace wattlens::dataset
