#include "serving/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/fields.h"
#include "base/text.h"
#include "base/timestamp.h"

namespace wattlens::serving {
namespace {

struct TimeUnit {
  std::string_view name;
  double seconds = 1.0;
};
constexpr std::array<TimeUnit, 4> kUnits = {{{"ns", 1e-9}, {"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}}};
constexpr std::array<std::string_view, 5> kNames = {"timestamp", "time", "arrival", "arrival_time", "arrival time"};

struct TimeColumn {
  std::size_t index = 0;
  std::optional<double> seconds_per_unit;
};

// Takes "_ms", "(ms)" or "[ms]" off the end of a heading; empty where it names no unit.
std::optional<double> take_unit(std::string_view& heading) {
  for (const TimeUnit& unit : kUnits) {
    for (const auto& [before, after] : {std::pair("_", ""), std::pair("(", ")"), std::pair("[", "]")}) {
      if (!heading.ends_with(fmt::format("{}{}{}", before, unit.name, after))) continue;
      heading.remove_suffix(unit.name.size() + 1 + std::string_view(after).size());
      heading = base::trim(heading);
      return unit.seconds;
    }
  }
  return std::nullopt;
}

// The column that a heading names; empty where it names none.
std::optional<TimeColumn> named_column(const base::Fields& heading) {
  for (std::size_t i = 0; i < heading.size(); ++i) {
    const std::string words = base::lower_case(base::trim(heading[i]));
    std::string_view name = words;
    const TimeColumn column{.index = i, .seconds_per_unit = take_unit(name)};
    const bool known = std::ranges::find(kNames, name) != kNames.end();
    // The only column needs no name of ours, but its unit must be told.
    if (known || (heading.size() == 1 && column.seconds_per_unit)) return column;
  }
  return std::nullopt;
}

bool is_no_row(std::string_view line) {
  return line.starts_with('#') || line.find_first_not_of(" \t\r,;") == std::string_view::npos;
}

// A row of times begins with a digit, a sign or a point.
bool is_heading(const base::Fields& row) { return row[0].find_first_of("0123456789+-.") != 0; }

class TraceReader {
 public:
  TraceReader(base::LineReader& lines, std::int64_t most)
      : lines_(lines), most_(most), separator_(base::guess_separator(lines.head())) {}

  Result<std::vector<std::int64_t>> read() {
    while (static_cast<std::int64_t>(times_.size()) < most_) {
      WATTLENS_TRY(const bool any, lines_.next());
      if (!any) break;
      if (is_no_row(lines_.line())) continue;
      WATTLENS_CHECK(read_row());
    }
    if (times_.empty()) {
      return fail(ErrorKind::usage, fmt::format("{} holds no request", lines_.name()),
                  "give a CSV file with one time per row");
    }
    return std::move(times_);
  }

 private:
  Result<void> read_row() {
    if (!row_.split(lines_.line(), separator_)) return refuse("a quote is not closed", "close it");
    if (std::exchange(first_row_, false) && is_heading(row_)) return read_heading();
    if (row_.size() <= column_) return refuse(fmt::format("there is no field {}", column_ + 1), "complete the row");
    const std::string_view text = row_[column_];
    const auto time = reader_.read(text);
    if (!time) {
      return refuse(fmt::format("'{}' is no time", text.substr(0, 40)),
                    "write seconds (0.25) or dates (2023-11-16 18:17:03.97), all of one style");
    }
    return add(*time, text);
  }

  Result<void> read_heading() {
    if (const auto column = named_column(row_)) {
      column_ = column->index;
      reader_ = base::TimeReader(column->seconds_per_unit);
      return {};
    }
    return refuse("no column is headed timestamp, time or arrival",
                  "head the column of the times so; time_ms where they are milliseconds");
  }

  Result<void> add(std::int64_t time, std::string_view text) {
    if (time < 0 && !reader_.is_date()) {
      return refuse(fmt::format("the time {} is negative", text.substr(0, 40)), "count from the first request");
    }
    if (!times_.empty() && reader_.is_date() != dates_) {
      return refuse(fmt::format("'{}' is of another style than the times before", text.substr(0, 40)),
                    "write all times as seconds or all as dates");
    }
    if (times_.empty()) first_ = last_ = time;
    dates_ = reader_.is_date();
    if (time < last_) {
      return refuse(fmt::format("'{}' is before the time of the row above", text.substr(0, 40)),
                    "sort the rows by time");
    }
    last_ = time;
    times_.push_back(time - first_);
    return {};
  }

  std::unexpected<Error> refuse(std::string_view why, std::string mend) const {
    return fail(ErrorKind::usage, fmt::format("{}:{}: {}", lines_.name(), lines_.number(), why), std::move(mend));
  }

  base::LineReader& lines_;
  std::int64_t most_;
  char separator_;
  base::Fields row_;
  base::TimeReader reader_;
  std::size_t column_ = 0;
  bool first_row_ = true;
  bool dates_ = false;
  std::int64_t first_ = 0;
  std::int64_t last_ = 0;
  std::vector<std::int64_t> times_;
};

}  // namespace

Result<std::vector<std::int64_t>> read_trace(base::LineReader& lines, std::int64_t most) {
  return TraceReader(lines, most).read();
}

Result<std::vector<std::int64_t>> read_trace(const base::Path& path, std::int64_t most) {
  WATTLENS_TRY(base::LineReader lines, base::LineReader::open(path));
  return read_trace(lines, most);
}

}  // namespace wattlens::serving
