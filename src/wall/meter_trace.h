// The readings of a wall meter, from the log that it wrote.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/format.h"
#include "base/file.h"
#include "base/result.h"
#include "record/channel.h"

namespace wattlens::wall {

struct MeterReading {
  base::Seconds time;  // since the first one
  base::Watts power;
};

struct MeterTrace {
  std::string file;
  std::string column;
  std::int64_t begin_ns = 0;  // of the first reading, as the log has it
  bool since_1970 = false;    // the log has dates: begin_ns is a time of the world's, though perhaps of another zone
  base::Seconds step;         // the usual one
  std::vector<MeterReading> readings;  // ascending times
  std::vector<record::Warning> warnings;
};

struct MeterOptions {
  std::string format;          // of the log; empty: told by its content
  audit::ColumnNames columns;  // of plain CSV
  std::string unit;            // "mW", "W", "kW": wins over the heading; empty: the heading's, else W
};

// Any log of power that `wattlens audit` reads. Fails with usage where it has no power, several of it, or fewer than
// kFewestReadings; where times go back; or where a reading is negative. Gaps, equal times and rows that are no rows are
// warnings.
Result<MeterTrace> read_meter(const base::Path& file, const MeterOptions& options);

inline constexpr std::size_t kFewestReadings = 20;

}  // namespace wattlens::wall
