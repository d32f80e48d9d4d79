#include "base/timestamp.h"

#include <charconv>
#include <chrono>
#include <cmath>

namespace wattlens::base {
namespace {

constexpr std::int64_t kNanosecond = 1'000'000'000;
constexpr double kMostSeconds = 4.0e9;  // so that the difference of two times fits in nanoseconds

// Reads digits from the front; the number of them has to be within bounds.
bool take_digits(std::string_view& text, std::size_t least, std::size_t most, int& value) {
  std::size_t count = 0;
  value = 0;
  while (count < text.size() && count < most && text[count] >= '0' && text[count] <= '9') {
    value = 10 * value + (text[count] - '0');
    ++count;
  }
  text.remove_prefix(count);
  return count >= least;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

struct Civil {
  int year = 0;
  int month = 0;
  int day = 0;
};

bool take_civil(std::string_view& text, Civil& civil) {
  const std::size_t first = text.find_first_of("-/.");
  if (first == std::string_view::npos) return false;
  const char mark = text[first];
  int third = 0;
  if (first == 4) {
    return take_digits(text, 4, 4, civil.year) && take(text, mark) && take_digits(text, 1, 2, civil.month) &&
           take(text, mark) && take_digits(text, 1, 2, civil.day);
  }
  if (!(take_digits(text, 1, 2, civil.month) && take(text, mark) && take_digits(text, 1, 2, civil.day) &&
        take(text, mark) && take_digits(text, 4, 4, third))) {
    return false;
  }
  civil.year = third;
  if (mark == '.' || civil.month > 12) std::swap(civil.month, civil.day);
  return true;
}

bool take_fraction(std::string_view& text, std::int64_t& ns) {
  if (!text.starts_with('.') && !text.starts_with(',')) return true;
  text.remove_prefix(1);
  std::int64_t unit = kNanosecond;
  bool any = false;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    unit /= 10;
    ns += unit * (text.front() - '0');
    text.remove_prefix(1);
    any = true;
  }
  return any;
}

// "Z", "+01:00", "-0530", " UTC" or nothing; the offset in seconds.
bool take_zone(std::string_view& text, int& offset, bool& zone) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  if (text.empty()) return true;
  zone = true;
  if (text == "Z" || text == "UTC" || text == "GMT") {
    text = {};
    return true;
  }
  const int sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') return false;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_digits(text, 2, 2, hours)) return false;
  if (!text.empty()) {
    take(text, ':');
    if (!take_digits(text, 2, 2, minutes)) return false;
  }
  offset = sign * (3600 * hours + 60 * minutes);
  return text.empty();
}

}  // namespace

std::optional<std::int64_t> TimeReader::read(std::string_view text) {
  const std::size_t mark = text.find_first_of("-/.:T", 1);
  const bool date = mark != std::string_view::npos && text.find(':') != std::string_view::npos;
  return date ? read_date(text) : read_number(text);
}

std::optional<std::int64_t> TimeReader::read_number(std::string_view text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  if (!unit_) {
    const double size = std::abs(value);
    unit_ = size < 1e11 ? 1.0 : size < 1e14 ? 1e-3 : size < 1e17 ? 1e-6 : 1e-9;
  }
  if (std::abs(value) * *unit_ > kMostSeconds) return std::nullopt;
  date_ = false;
  return std::llround(value * (*unit_ * static_cast<double>(kNanosecond)));
}

std::optional<std::int64_t> TimeReader::read_date(std::string_view text) {
  Civil civil;
  if (!take_civil(text, civil)) return std::nullopt;
  if (!take(text, 'T')) {
    if (!take(text, ' ')) return std::nullopt;
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!(take_digits(text, 1, 2, hour) && take(text, ':') && take_digits(text, 2, 2, minute))) return std::nullopt;
  std::int64_t ns = 0;
  if (take(text, ':') && !(take_digits(text, 2, 2, second) && take_fraction(text, ns))) return std::nullopt;
  int offset = 0;
  bool zone = false;
  if (!take_zone(text, offset, zone)) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(civil.year),
                                         std::chrono::month(static_cast<unsigned>(civil.month)),
                                         std::chrono::day(static_cast<unsigned>(civil.day)));
  const bool fits = civil.year >= 1900 && civil.year < 2096;
  if (!fits || !date.ok() || hour > 24 || minute > 59 || second > 60) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
  date_ = true;
  zone_ = zone;
  return (((days * 24 + hour) * 60 + minute) * 60 + second - offset) * kNanosecond + ns;
}

}  // namespace wattlens::base
