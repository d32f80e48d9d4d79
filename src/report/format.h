// The forms in which data can be given out, as an explicit list.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace wattlens::report {

enum class Format { table, markdown, csv, json, jsonl };

struct FormatInfo {
  Format format;
  std::string_view name;  // as in --format
  std::string_view about;
};

std::span<const FormatInfo> all_formats();
std::string_view to_string(Format format);
std::optional<Format> format_from(std::string_view name);

inline constexpr int kLeastWidth = 40;  // a narrower terminal breaks the lines itself

// How text for a person is laid out; Format::table only.
struct TextOptions {
  bool colour = false;
  int width = 100;  // columns, of tables
};

// Columns of prose: longer lines are hard to read.
constexpr std::size_t prose_width(const TextOptions& options) {
  constexpr int kWidest = 100;
  return static_cast<std::size_t>(std::clamp(options.width, kLeastWidth, kWidest));
}

}  // namespace wattlens::report
