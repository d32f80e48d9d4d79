// The forms in which data can be given out, as an explicit list.
#pragma once

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

// How text for a person is laid out; Format::table only.
struct TextOptions {
  bool colour = false;
  int width = 100;  // columns; text is wrapped there, tables only where they can be
};

}  // namespace wattlens::report
