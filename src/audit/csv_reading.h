// Reads rows of separated text into series or into a table, once it is known which field is what.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/heading.h"
#include "audit/log.h"
#include "base/line_reader.h"
#include "base/timestamp.h"

namespace wattlens::audit {

struct ValueField {
  std::size_t field = 0;
  SeriesInfo info;
  double factor = 1.0;  // to W or J; a unit behind a number wins
};

struct TraceFields {
  char separator = ',';
  std::size_t time = 0;
  base::TimeReader time_reader;
  std::vector<ValueField> values;
  std::optional<std::size_t> limit;  // W, or with a unit behind it
  std::vector<std::size_t> device;   // each different text of these is a series of its own
  std::size_t columns = 0;           // that the heading names; a row with more is not understood; 0: not told
  std::string heading;               // the text of the first field of a heading, which may come again
};
// From the next line on. Errors: reading fails; too many devices.
Result<void> read_trace(base::LineReader& lines, TraceFields fields, Log& log);

struct TableFields {
  char separator = ',';
  std::vector<Heading> headings;    // one per field
  std::vector<double> factors;      // to SI units, one per field
  std::vector<std::size_t> labels;  // the fields that name a configuration
};
Result<void> read_table(base::LineReader& lines, const TableFields& fields, Log& log);

// The headings in a line; the index of the one with exactly this name, small and large letters alike.
std::vector<std::string> split_headings(std::string_view line, char separator);
std::optional<std::size_t> index_of(const std::vector<std::string>& headings, std::string_view name);

// Blank, or a comment.
bool is_no_row(std::string_view line);

// A last line that was cut off is told, and left out.
void add_cut_off(const base::LineReader& lines, Log& log);

}  // namespace wattlens::audit
