// The log formats that wattlens audits, as an explicit list.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "audit/log.h"
#include "base/line_reader.h"

namespace wattlens::audit {

// Columns that the user names; only of plain CSV.
struct ColumnNames {
  std::string time;
  std::string power;
  std::string energy;
  std::string duration;
};

struct LogFormat {
  std::string_view name;  // as in --input-format
  std::string_view about;
  bool (*recognises)(std::string_view head);  // by the beginning of the file
  Result<void> (*read)(base::LineReader& lines, const ColumnNames& names, Log& log);
};

std::span<const LogFormat> all_log_formats();
const LogFormat* find_log_format(std::string_view name);

// The format of a log that begins so, or an error of kind usage that names those that are known.
Result<const LogFormat*> recognise(std::string_view head, std::string_view file);

// Line `index` of a text, from 0; empty where there is none.
std::string_view line_of(std::string_view text, std::size_t index);

}  // namespace wattlens::audit
