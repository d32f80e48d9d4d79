// Small reads from /proc and /sys below a root folder: what is absent or unreadable is empty, never an error.
// Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"

namespace wattlens::machine {

// The whole file without the blanks around it; empty where it cannot be read.
std::optional<std::string> read_line(const base::Path& path);
std::optional<std::int64_t> read_integer(const base::Path& path);

// The kernel's list format "0-3,8,10-11"; empty for text that is not such a list.
std::optional<std::vector<std::int64_t>> parse_cpu_list(std::string_view text);

// The value after "key<blanks>:" in the first such line of /proc/cpuinfo, /proc/meminfo or /proc/self/status.
std::optional<std::string> field_of(std::string_view text, std::string_view key);

}  // namespace wattlens::machine
