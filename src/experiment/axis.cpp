#include "experiment/axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/text.h"

namespace wattlens::experiment {
namespace {

constexpr std::string_view kAxisHint = "write 1,2,4 or 8-64*2 (8, 16, 32, 64) or 1-4 or 16-64+16";

struct Range {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t step = 1;
  bool geometric = false;
};

// "A-B", "A-B+S" or "A-B*F"; empty for anything else. The first character may be a sign, so it starts no range.
std::optional<Range> parse_range(std::string_view text) {
  const std::size_t dash = text.find('-', 1);
  if (dash == std::string_view::npos) return std::nullopt;
  std::string_view rest = text.substr(dash + 1);
  Range range;
  if (const std::size_t mark = rest.find_first_of("*+"); mark != std::string_view::npos) {
    range.geometric = rest[mark] == '*';
    const auto step = base::parse_integer(rest.substr(mark + 1));
    if (!step) return std::nullopt;
    range.step = *step;
    rest = rest.substr(0, mark);
  }
  const auto first = base::parse_integer(text.substr(0, dash));
  const auto last = base::parse_integer(rest);
  if (!first || !last) return std::nullopt;
  range.first = *first;
  range.last = *last;
  return range;
}

std::unexpected<Error> axis_error(std::string_view name, std::string_view part, std::string_view why) {
  return fail(ErrorKind::usage, fmt::format("{}: '{}' {}", name, part, why), std::string(kAxisHint));
}

Result<void> append_range(const Range& range, std::string_view part, std::string_view name,
                          std::vector<std::int64_t>& values) {
  if (range.first > range.last) return axis_error(name, part, "ends before it begins");
  if (range.geometric && (range.step < 2 || range.first < 1)) {
    return axis_error(name, part, "grows by no factor: it needs a first value of 1 or more and a factor of 2 or more");
  }
  if (range.step < 1) return axis_error(name, part, "has a step below 1");
  std::int64_t value = range.first;
  while (value <= range.last) {
    if (values.size() >= kMostAxisValues)
      return axis_error(name, part, fmt::format("gives more than {} values", kMostAxisValues));
    values.push_back(value);
    if (range.geometric ? value > range.last / range.step : value > range.last - range.step) break;
    value = range.geometric ? value * range.step : value + range.step;
  }
  return {};
}

template <class T>
void keep_first_of_equal(std::vector<T>& values) {
  std::vector<T> kept;
  for (T& value : values) {
    if (std::ranges::find(kept, value) == kept.end()) kept.push_back(std::move(value));
  }
  values = std::move(kept);
}

}  // namespace

Result<std::vector<std::int64_t>> parse_integer_axis(std::string_view text, std::string_view name, std::int64_t lowest,
                                                     std::int64_t highest) {
  std::vector<std::int64_t> values;
  for (const std::string_view untrimmed : base::split(text, ',')) {
    const std::string_view part = base::trim(untrimmed);
    if (const auto value = base::parse_integer(part)) {
      values.push_back(*value);
    } else if (const auto range = parse_range(part)) {
      WATTLENS_CHECK(append_range(*range, part, name, values));
    } else {
      return axis_error(name, part, "is neither an integer nor a range");
    }
  }
  for (const std::int64_t value : values) {
    if (value < lowest || value > highest) {
      return axis_error(name, std::to_string(value), fmt::format("is not in {} … {}", lowest, highest));
    }
  }
  if (values.size() > kMostAxisValues)
    return axis_error(name, text, fmt::format("gives more than {} values", kMostAxisValues));
  keep_first_of_equal(values);
  return values;
}

Result<std::vector<std::string>> parse_word_axis(std::string_view text, std::string_view name) {
  std::vector<std::string> words;
  for (const std::string_view part : base::split(text, ',')) {
    const std::string_view word = base::trim(part);
    if (word.empty()) {
      return fail(ErrorKind::usage, fmt::format("{}: '{}' has an empty value", name, text),
                  "separate values by single commas");
    }
    words.emplace_back(word);
  }
  keep_first_of_equal(words);
  return words;
}

Result<std::vector<std::string>> parse_settings_axis(std::span<const std::string> texts) {
  std::vector<std::string> combinations = {""};
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || text.find('+') != std::string::npos) {
      return fail(ErrorKind::usage, fmt::format("--vary '{}': not a setting and its values", text),
                  "write cpu.governor=performance,powersave; wattlens settings list tells what can be set");
    }
    const std::string name(base::trim(std::string_view(text).substr(0, equals)));
    WATTLENS_TRY(const auto values, parse_word_axis(std::string_view(text).substr(equals + 1), "--vary " + name));
    std::vector<std::string> longer;
    for (const std::string& before : combinations) {
      for (const std::string& value : values) {
        longer.push_back(fmt::format("{}{}{}={}", before, before.empty() ? "" : "+", name, value));
      }
    }
    if (longer.size() > kMostAxisValues) {
      return fail(ErrorKind::usage, fmt::format("--vary: more than {} combinations of settings", kMostAxisValues),
                  "leave out values");
    }
    combinations = std::move(longer);
  }
  return combinations;
}

std::vector<std::string> split_settings(std::string_view settings) {
  std::vector<std::string> wishes;
  if (settings.empty()) return wishes;
  for (const std::string_view part : base::split(settings, '+')) wishes.emplace_back(part);
  return wishes;
}

Result<double> parse_share(std::string_view text, std::string_view name) {
  const std::string_view whole = base::trim(text);
  const bool percent = whole.ends_with('%');
  const auto number = base::parse_number(base::trim(percent ? whole.substr(0, whole.size() - 1) : whole));
  const double share = number ? *number * (percent ? 0.01 : 1.0) : 0.0;
  if (!(share > 0.0 && share <= 1.0)) {
    return fail(ErrorKind::usage, fmt::format("{}: '{}' is no share of the value", name, text), "write 2% or 0.02");
  }
  return share;
}

}  // namespace wattlens::experiment
