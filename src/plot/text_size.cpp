#include "plot/text_size.h"

#include <array>
#include <utility>

#include "base/text.h"
#include "base/text_width.h"

namespace wattlens::plot {
namespace {

// Widths of ' ' to '~' in thousandths of the size: Adobe's metrics of Helvetica (Helvetica.afm).
constexpr std::array<int, 95> kHelvetica = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};
constexpr double kWider = 1.12;       // of DejaVu Sans and Verdana against Helvetica, in running text
constexpr double kOtherColumn = 0.6;  // of the size, per terminal column

// The letter that begins `text`, with what belongs to it.
std::string_view first_letter(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) ++size;
  return text.substr(0, size);
}

double letter_width(std::string_view letter) {
  const char c = letter.front();
  if (letter.size() == 1 && c >= ' ' && c <= '~') return kHelvetica.at(static_cast<std::size_t>(c - ' ')) / 1000.0;
  return kOtherColumn * static_cast<double>(base::text_width(letter));
}

}  // namespace

double text_length(std::string_view text, double size) {
  double length = 0.0;
  while (!text.empty()) {
    const std::string_view letter = first_letter(text);
    length += letter_width(letter);
    text.remove_prefix(letter.size());
  }
  return length * size * kWider;
}

std::string shortened(std::string_view text, double size, double length) {
  if (text_length(text, size) <= length) return std::string(text);
  std::string kept;
  const double room = length - text_length("…", size);
  for (double used = 0.0; !text.empty();) {
    const std::string_view letter = first_letter(text);
    used += text_length(letter, size);
    if (used > room) break;
    kept += letter;
    text.remove_prefix(letter.size());
  }
  while (kept.ends_with(' ')) kept.pop_back();
  return kept + "…";
}

std::vector<std::string> wrapped(std::string_view text, double size, double length, std::size_t most) {
  std::vector<std::string> lines;
  std::string line;
  const std::string plain = base::one_line(text);
  for (const std::string_view word : base::split(plain, ' ')) {
    if (word.empty()) continue;
    const std::string longer = line.empty() ? std::string(word) : line + ' ' + std::string(word);
    const bool fits = text_length(longer, size) <= length;
    if (line.empty() || fits || lines.size() + 1 >= most) {
      line = longer;
    } else {
      lines.push_back(std::exchange(line, std::string(word)));
    }
  }
  lines.push_back(line);
  for (std::string& laid : lines) laid = shortened(laid, size, length);
  return lines;
}

}  // namespace wattlens::plot
