// When the requests of a real service came: a file with one time per row.
//
// The times stand in the column headed timestamp, time or arrival (_s, _ms, _us or _ns behind it names the unit), in
// the only column, or in the first where there is no heading. Dates and numbers are read as base/timestamp.h tells:
// numbers of the size of a date of today in ms, us or ns count as such, all others as seconds. Blank rows and rows that
// begin with # are passed over.
#pragma once

#include <cstdint>
#include <vector>

#include "base/file.h"
#include "base/line_reader.h"
#include "base/result.h"

namespace wattlens::serving {

// The first `most` times, ascending, in nanoseconds from the first one. Errors, with file and line: what is no time; a
// negative one; one before its predecessor; a file without any. Not thread-safe.
Result<std::vector<std::int64_t>> read_trace(base::LineReader& lines, std::int64_t most);
Result<std::vector<std::int64_t>> read_trace(const base::Path& path, std::int64_t most);

}  // namespace wattlens::serving
