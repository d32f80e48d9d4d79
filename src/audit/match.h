// Which trace belongs to which row of a table. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/against.h"

namespace wattlens::audit {

// What is known of a trace beside its energy.
struct TraceMark {
  std::string labels;  // its path and devices, in small letters
  std::int64_t begin_ns = 0;
  base::Seconds duration;
};

// Per trace the index of its row; nothing where none fits, or where nothing tells which of several.
std::vector<std::optional<std::size_t>> match_rows(std::span<const TraceMark> traces, std::span<const ResultRow> rows);

// Whether `text` holds `words`, not as a part of longer words. Both in small letters.
bool bears(const std::string& text, const std::string& words);

}  // namespace wattlens::audit
