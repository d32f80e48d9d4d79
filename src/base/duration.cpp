#include "base/duration.h"

#include <fmt/format.h>

#include <cmath>

#include "base/text.h"

namespace wattlens::base {

Result<Seconds> parse_duration(std::string_view text, std::string_view name) {
  const std::string_view whole = trim(text);
  const std::size_t digits = whole.find_last_of("0123456789.") + 1;
  const std::string_view unit = trim(whole.substr(digits));
  const auto number = parse_number(trim(whole.substr(0, digits)));
  const double factor = unit.empty() || unit == "s" ? 1.0
                        : unit == "ms"              ? 1e-3
                        : unit == "us"              ? 1e-6
                        : unit == "m"               ? 60.0
                        : unit == "h"               ? 3600.0
                                                    : 0.0;
  if (!number || factor == 0.0 || !std::isfinite(*number) || *number <= 0.0 || *number * factor > 1e9) {
    return fail(ErrorKind::usage, fmt::format("{}: '{}' is no duration", name, text),
                "write 120s, 500ms, 250us, 2m or 1h");
  }
  return seconds(*number * factor);
}

std::string duration_text(Seconds duration) {
  const std::int64_t ns = nanoseconds(duration);
  if (ns % 1'000'000'000 == 0) return fmt::format("{}s", ns / 1'000'000'000);
  if (ns % 1'000'000 == 0) return fmt::format("{}ms", ns / 1'000'000);
  if (ns % 1'000 == 0) return fmt::format("{}us", ns / 1'000);
  return fmt::format("{}.{:03}us", ns / 1'000, ns % 1'000);
}

std::int64_t nanoseconds(Seconds duration) { return std::llround(duration.value * 1e9); }

}  // namespace wattlens::base
