#include "report/terminal_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "report/page.h"

namespace wattlens::report {
namespace {

constexpr std::size_t kLeastWrapWidth = 20;

std::string without_escapes(std::string_view text) {
  std::string plain;
  bool escape = false;
  for (const char c : text) {
    if (c == '\x1b') escape = true;
    if (!escape) plain += c;
    if (c == 'm') escape = false;
  }
  return plain;
}

}  // namespace

std::string Painter::bold(std::string_view text) const { return paint("1", text); }
std::string Painter::faint(std::string_view text) const { return paint("2", text); }
std::string Painter::good(std::string_view text) const { return paint("32", text); }
std::string Painter::partly(std::string_view text) const { return paint("33", text); }
std::string Painter::bad(std::string_view text) const { return paint("31", text); }

std::string Painter::paint(std::string_view code, std::string_view text) const {
  return colour_ && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string pad(std::string_view text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, text_width(text)), ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string_view word : base::split(text, ' ')) {
    if (word.empty()) continue;
    if (!line.empty() && text_width(line) + 1 + text_width(word) > width) lines.push_back(std::exchange(line, {}));
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty() || lines.empty()) lines.push_back(line);
  return lines;
}

std::string wrapped(std::string_view first, std::string_view text, std::size_t width) {
  const std::size_t indent = first.empty() ? kColumnGap.size() : text_width(without_escapes(first));
  const auto lines = wrap(text, std::max(kLeastWrapWidth, width - std::min(width, indent)));
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += i == 0 ? std::string(first) : std::string(indent, ' ');
    out += lines[i] + '\n';
  }
  return out;
}

std::string_view cut(std::string_view text, std::size_t width) {
  std::size_t size = text.size();
  const auto continues = [&] { return size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80; };
  while (size > 0 && (continues() || text_width(text.substr(0, size)) > width)) --size;
  return text.substr(0, size);
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0;
  for (const std::string_view word : base::split(text, ' ')) longest = std::max(longest, text_width(word));
  return longest;
}

}  // namespace wattlens::report
