#include "report/format.h"

#include <algorithm>
#include <array>

namespace wattlens::report {
namespace {

constexpr std::array kFormats = {
    FormatInfo{Format::table, "table", "aligned text for a terminal"},
    FormatInfo{Format::json, "json", "one JSON document with its schema"},
    FormatInfo{Format::jsonl, "jsonl", "one JSON object per line"},
    FormatInfo{Format::csv, "csv", "comma-separated values (RFC 4180)"},
    FormatInfo{Format::markdown, "md", "Markdown"},
};

}  // namespace

std::span<const FormatInfo> all_formats() { return kFormats; }

std::string_view to_string(Format format) { return std::ranges::find(kFormats, format, &FormatInfo::format)->name; }

std::optional<Format> format_from(std::string_view name) {
  const auto* found = std::ranges::find(kFormats, name, &FormatInfo::name);
  return found != kFormats.end() ? std::optional(found->format) : std::nullopt;
}

}  // namespace wattlens::report
