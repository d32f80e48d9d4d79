#include "audit/log.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace wattlens::audit {

void Log::add_bad_row(std::int64_t line, std::string_view why) {
  if (bad_rows++ > 0) return;
  first_bad_line = line;
  first_bad_reason = why;
}

void Log::add_absent(std::int64_t line) {
  if (absent_values++ == 0) first_absent_line = line;
}

Result<std::size_t> Log::add_series(SeriesInfo info, std::string_view file) {
  if (series.size() == kMostSeries) {
    return fail(ErrorKind::usage, fmt::format("{} holds more than {} devices or events", file, kMostSeries),
                "cut it into several files, by device");
  }
  series.emplace_back(std::move(info));
  if (keep_readings) series.back().keep_readings();
  return series.size() - 1;
}

void MarkScan::add(bool comma, std::int64_t line) {
  if (comma) {
    if (commas_++ == 0) first_comma_ = line;
  } else if (points_++ == 0) {
    first_point_ = line;
  }
}

std::optional<Finding> MarkScan::finding(std::string_view column) const {
  if (commas_ == 0 || points_ == 0) return std::nullopt;
  return Finding{.code = "mixed_locale",
                 .severity = Severity::fault,
                 .line = std::max(first_comma_, first_point_),
                 .column = std::string(column),
                 .seen = fmt::format("{} numbers have a decimal comma (first in line {}), {} a decimal point (line {})",
                                     commas_, first_comma_, points_, first_point_),
                 .changes = "one of the two may be a mark of thousands: a factor of 1000",
                 .mend = "write the log with LC_ALL=C throughout"};
}

}  // namespace wattlens::audit
