#include "base/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/text.h"

namespace wattlens::base {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim_blanks(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

// The digits, points and commas that a number begins with.
std::string_view numeric_part(std::string_view text) {
  std::size_t end = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  while (end < text.size() && (is_digit(text[end]) || text[end] == '.' || text[end] == ',')) ++end;
  const bool exponent = end > 0 && end + 1 < text.size() && (text[end] == 'e' || text[end] == 'E');
  if (exponent) {
    std::size_t digits = end + (text[end + 1] == '-' || text[end + 1] == '+' ? 2 : 1);
    if (digits < text.size() && is_digit(text[digits])) {
      while (digits < text.size() && is_digit(text[digits])) ++digits;
      end = digits;
    }
  }
  return text.substr(0, end);
}

// Thousands marks in threes: "1,234,567" with ','.
bool groups_of_three(std::string_view whole, char mark) {
  std::size_t from_end = 0;
  for (std::size_t i = whole.size(); i-- > 0;) {
    if (whole[i] == mark) {
      if (from_end != 3) return false;
      from_end = 0;
    } else {
      ++from_end;
    }
  }
  return from_end >= 1 && from_end <= 3;
}

// A number with a comma in it, as one that from_chars reads; empty where it is none.
std::string without_commas(std::string_view text, DecimalMark& mark) {
  const auto commas = std::ranges::count(text, ',');
  const auto points = std::ranges::count(text, '.');
  const std::size_t comma = text.rfind(',');
  const std::size_t point = text.rfind('.');
  char decimal = ',';
  if (points > 0 && (comma < point || points == 0)) decimal = '.';
  if (points == 0 && commas > 1) decimal = '\0';  // 1,234,567
  const char thousands = decimal == ',' ? '.' : ',';
  const std::size_t at = decimal == '\0' ? text.size() : text.rfind(decimal);
  std::string_view whole = text.substr(0, at);
  if (whole.starts_with('-') || whole.starts_with('+')) whole.remove_prefix(1);
  if (whole.find(thousands) != std::string_view::npos && !groups_of_three(whole, thousands)) return {};
  if (decimal != '\0' && whole.find(decimal) != std::string_view::npos) return {};
  mark = decimal == ',' ? DecimalMark::comma : decimal == '.' ? DecimalMark::point : DecimalMark::none;
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == at) {
      plain += '.';
    } else if (text[i] != thousands) {
      plain += text[i];
    }
  }
  return plain;
}

bool read_number(std::string_view text, double& value) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() && std::isfinite(value);
}

}  // namespace

bool Fields::split(std::string_view line, char separator) {
  fields_.clear();
  if (line.find('"') != std::string_view::npos) return split_quoted(line, separator);
  const char* at = line.data();
  const char* const end = at + line.size();
  while (true) {
    const auto rest = static_cast<std::size_t>(end - at);
    const char* stop = rest > 0 ? static_cast<const char*>(std::memchr(at, separator, rest)) : nullptr;
    if (stop == nullptr) stop = end;
    fields_.push_back(trim_blanks({at, static_cast<std::size_t>(stop - at)}));
    if (stop == end) return true;
    at = stop + 1;
  }
}

bool Fields::split_quoted(std::string_view line, char separator) {
  text_.clear();
  text_.reserve(line.size());  // so that views into it stay valid
  std::size_t i = 0;
  while (true) {
    while (i < line.size() && line[i] == ' ') ++i;
    if (i < line.size() && line[i] == '"') {
      const std::size_t begin = text_.size();
      for (++i;; ++i) {
        if (i >= line.size()) return false;
        if (line[i] != '"') {
          text_ += line[i];
        } else if (i + 1 < line.size() && line[i + 1] == '"') {
          text_ += line[i++];
        } else {
          break;
        }
      }
      fields_.push_back(trim_blanks(std::string_view(text_).substr(begin)));
      i = line.find(separator, i);
    } else {
      const std::size_t begin = i;
      i = line.find(separator, begin);
      fields_.push_back(trim_blanks(line.substr(begin, i == std::string_view::npos ? i : i - begin)));
    }
    if (i == std::string_view::npos) return true;
    ++i;
  }
}

char guess_separator(std::string_view head) {
  constexpr std::array<char, 4> kSeparators = {';', '\t', '|', ','};  // a comma may stand inside numbers
  char best = ',';
  std::size_t most = 0;
  Fields fields;
  for (const char separator : kSeparators) {
    std::size_t first = 0;
    std::size_t equal = 0;
    std::size_t lines = 0;
    for (const std::string_view line : split(head.substr(0, 8192), '\n')) {
      if (trim(line).empty() || line.front() == '#') continue;
      fields.split(line, separator);
      if (lines++ == 0) first = fields.size();
      if (fields.size() == first) ++equal;
    }
    if (first > 1 && 2 * equal > lines && equal > most) {
      most = equal;
      best = separator;
    }
  }
  return best;
}

std::optional<Number> parse_quantity(std::string_view text) {
  text = trim_blanks(text);
  const std::string_view part = numeric_part(text);
  if (part.empty()) return std::nullopt;
  Number number;
  number.unit = trim_blanks(text.substr(part.size()));
  if (part.find(',') == std::string_view::npos) {
    if (part.find('.') != std::string_view::npos) number.mark = DecimalMark::point;
    if (!read_number(part, number.value)) return std::nullopt;
    return number;
  }
  const std::string plain = without_commas(part, number.mark);
  if (plain.empty() || !read_number(plain, number.value)) return std::nullopt;
  return number;
}

bool is_absent(std::string_view text) {
  text = trim_blanks(text);
  if (text.empty()) return true;
  if (text.size() > 24 || is_digit(text.front())) return false;
  const std::string lower = lower_case(text);
  constexpr std::array<std::string_view, 12> kAbsent = {
      "[n/a]", "n/a",  "na",   "nan", "[not supported]", "not supported", "<not counted>", "<not supported>",
      "none",  "null", "-nan", "-"};
  return std::ranges::find(kAbsent, lower) != kAbsent.end() || lower == "[unknown error]" || lower == "inf";
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace wattlens::base
