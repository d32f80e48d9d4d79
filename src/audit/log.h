// What a reader took from a log: series of readings, or a table of results, and what could not be read. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/finding.h"
#include "audit/series_scan.h"
#include "audit/table_scan.h"
#include "base/result.h"

namespace wattlens::audit {

// Each series keeps some 200 KiB.
inline constexpr std::size_t kMostSeries = 128;

struct Log {
  std::vector<SeriesScan> series;
  std::optional<TableScan> table;
  std::vector<Finding> findings;  // that need the text itself; `file` is filled in later
  std::int64_t rows = 0;          // that were read
  bool keep_readings = false;     // of every series, which takes memory

  std::int64_t bad_rows = 0;
  std::int64_t first_bad_line = 0;
  std::string first_bad_reason;
  std::int64_t absent_values = 0;  // "[N/A]" and the like, where a reading should be
  std::int64_t first_absent_line = 0;

  void add_bad_row(std::int64_t line, std::string_view why);
  void add_absent(std::int64_t line);
  // The index of a new series; an error of kind usage beyond kMostSeries.
  Result<std::size_t> add_series(SeriesInfo info, std::string_view file);
};

// Whether decimal commas and decimal points both occur in one column.
class MarkScan {
 public:
  void add(bool comma, std::int64_t line);
  std::optional<Finding> finding(std::string_view column) const;

 private:
  std::int64_t commas_ = 0;
  std::int64_t points_ = 0;
  std::int64_t first_comma_ = 0;
  std::int64_t first_point_ = 0;
};

}  // namespace wattlens::audit
