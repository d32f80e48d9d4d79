#include "regions/mark.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"

namespace wattlens::regions {
namespace {

constexpr std::string_view kVersion = "1";
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::size_t kLongestExample = 40;
// The clock of a machine that has run for 200 years.
constexpr std::int64_t kLatest = 6'300'000'000'000'000'000;

int digit(char character) {
  if (character >= '0' && character <= '9') return character - '0';
  if (character >= 'A' && character <= 'F') return character - 'A' + 10;
  if (character >= 'a' && character <= 'f') return character - 'a' + 10;
  return -1;
}

// "%0A" is one byte; a % that begins no such thing stands for itself.
std::string unescape(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
      result += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      result += text[i];
    }
  }
  return result;
}

// Length of the UTF-8 sequence at the begin of a text; 0 where there is none (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  std::size_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) length = 2;
  if (first >= 0xE0 && first <= 0xEF) length = 3;
  if (first >= 0xF0 && first <= 0xF4) length = 4;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool wrong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F) ||
                     (first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F);
  return wrong ? 0 : length;
}

bool is_control(std::string_view sequence) {
  const auto first = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return first < 0x20 || first == 0x7F;
  return sequence.size() == 2 && first == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0;
}

// Valid UTF-8 without control characters, and whether it was so before.
std::pair<std::string, bool> clean(std::string_view text) {
  std::string result;
  bool was_clean = true;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0 || is_control(text.substr(0, length))) {
      was_clean = false;
      result += kReplacement;
    } else {
      result += text.substr(0, length);
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return {std::move(result), was_clean};
}

// At the end of a character.
void cut(std::string& text, std::size_t length) {
  if (text.size() <= length) return;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) --length;
  text.resize(length);
}

// The text up to the next space, which is taken away with it.
std::string_view next_word(std::string_view& text) {
  const std::size_t space = text.find(' ');
  const std::string_view word = text.substr(0, space);
  text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
  return word;
}

std::optional<std::int64_t> next_number(std::string_view& text, std::int64_t most) {
  const auto number = base::parse_integer(next_word(text));
  return number && *number >= 0 && *number <= most ? number : std::nullopt;
}

}  // namespace

void MarkFaults::Fault::add(std::string_view what) {
  if (count++ > 0) return;
  example = clean(what.substr(0, kLongestExample)).first;
}

std::optional<Mark> parse_mark(std::string_view line, MarkFaults& faults) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;  // every number of a process, in any language
  std::string_view rest = line;
  const std::string_view version = next_word(rest);
  const std::string_view kind = next_word(rest);
  Mark mark{.kind = kind == "b" ? MarkKind::begin : MarkKind::end, .time = {}, .thread = {}, .lost = 0, .name = {}};
  const bool on_arrival = rest.starts_with("- ");
  const auto time = on_arrival ? std::optional<std::int64_t>(0) : next_number(rest, kLatest);
  if (on_arrival) next_word(rest);
  const auto process = next_number(rest, kMost);
  const auto thread = next_number(rest, kMost);
  const auto lost = next_number(rest, kMost);
  if (version != kVersion || (kind != "b" && kind != "e") || !time || !process || !thread || !lost || rest.empty()) {
    faults.lines.add(line);
    return std::nullopt;
  }
  if (!on_arrival) mark.time = base::MonoTime{*time};
  mark.thread = {*process, *thread};
  mark.lost = *lost;
  faults.lost += *lost;
  auto [name, was_clean] = clean(unescape(rest));
  if (!was_clean) faults.names.add(name);
  if (name.size() > kLongestName) {
    faults.too_long.add(name);
    cut(name, kLongestName);
  }
  mark.name = std::move(name);
  return mark;
}

void MarkReader::read(std::string_view bytes, const std::function<void(const Mark&)>& take) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    const bool ended = end != std::string_view::npos;
    bytes.remove_prefix(ended ? end + 1 : bytes.size());
    if (!skipping_ && rest_.size() + piece.size() >= kLongestLine) {
      rest_ += piece.substr(0, kLongestExample);
      faults_.lines.add(rest_);
      rest_.clear();
      skipping_ = true;
    }
    if (skipping_) {
      skipping_ = !ended;
      continue;
    }
    if (!ended) {
      rest_ += piece;
      continue;
    }
    const auto mark = rest_.empty() ? parse_mark(piece, faults_) : parse_mark(rest_ += piece, faults_);
    rest_.clear();
    if (mark) take(*mark);
  }
}

void MarkReader::end() {
  if (!rest_.empty()) faults_.lines.add(rest_);
  rest_.clear();
  skipping_ = false;
}

}  // namespace wattlens::regions
