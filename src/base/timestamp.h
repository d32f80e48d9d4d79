// Times as logs write them: dates of several styles, seconds or parts of them since any moment.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wattlens::base {

// Not thread-safe: what the first time of a log shows (its style, its unit) holds for the rest of it.
class TimeReader {
 public:
  TimeReader() = default;
  // `seconds_per_unit` of plain numbers, where a heading names it; else it is told from the size of the first number:
  // seconds below 10^11, then milli-, micro- and nanoseconds, as times since 1970 are.
  explicit TimeReader(std::optional<double> seconds_per_unit) : unit_(seconds_per_unit) {}

  // Nanoseconds since 1970, or since wherever the numbers count from. Dates: 2023-03-08 21:29:56.373, 2023/03/08 …,
  // …T…Z, …+01:00, 02-27-2023 … (month first), 27.02.2023 … (day first). A time without a zone is taken as UTC.
  std::optional<std::int64_t> read(std::string_view text);

  bool is_date() const { return date_; }  // of the last one that was read
  bool has_zone() const { return zone_; }

 private:
  std::optional<std::int64_t> read_number(std::string_view text);
  std::optional<std::int64_t> read_date(std::string_view text);

  std::optional<double> unit_;
  bool date_ = false;
  bool zone_ = false;
};

}  // namespace wattlens::base
