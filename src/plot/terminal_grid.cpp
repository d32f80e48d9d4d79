#include "plot/terminal_grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/text_width.h"

namespace wattlens::plot {
namespace {

constexpr double kDotsAcross = 2.0;  // of a Braille letter
constexpr double kDotsDown = 4.0;

// Bits of a Braille letter (U+2800): the left column from top to bottom, then the right one.
constexpr std::array<std::array<std::uint8_t, 4>, 2> kBits = {{{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}}};

std::string braille(std::uint8_t dots) {
  return {static_cast<char>(0xE2), static_cast<char>(0xA0 | dots >> 6), static_cast<char>(0x80 | (dots & 0x3F))};
}

std::size_t position(double share, double count) {
  return static_cast<std::size_t>(std::clamp(std::floor(share * count), 0.0, count - 1.0));
}

}  // namespace

std::string painted(std::string_view text, int colour) { return fmt::format("\x1b[38;5;{}m{}\x1b[0m", colour, text); }

std::size_t TerminalGrid::column_of(double x) const { return position(x, static_cast<double>(columns_)); }
std::size_t TerminalGrid::row_of(double y) const { return position(1.0 - y, static_cast<double>(rows())); }

void TerminalGrid::line(Spot from, Spot to, int colour) {
  const double width = kDotsAcross * static_cast<double>(columns_);
  const double height = kDotsDown * static_cast<double>(rows());
  const auto steps =
      static_cast<int>(std::ceil(std::max({std::abs(to.x - from.x) * width, std::abs(to.y - from.y) * height, 1.0})));
  for (int i = 0; i <= steps; ++i) {
    const double share = static_cast<double>(i) / steps;
    const std::size_t x = position(from.x + share * (to.x - from.x), width);
    const std::size_t y = position(1.0 - (from.y + share * (to.y - from.y)), height);
    Cell& found = cell(x / 2, y / 4);
    found.dots |= kBits.at(x % 2).at(y % 4);
    if (found.sign.empty()) found.colour = colour;
  }
}

void TerminalGrid::mark(Spot at, std::string_view sign, int colour) {
  Cell& found = cell(column_of(at.x), row_of(at.y));
  found.sign = sign;
  found.colour = colour;
}

void TerminalGrid::across(double y) {
  for (std::size_t column = 0; column < columns_; ++column) cell(column, row_of(y)).guide = '-';
}

void TerminalGrid::upright(double x) {
  for (std::size_t row = 0; row < rows(); ++row) cell(column_of(x), row).guide = '|';
}

bool TerminalGrid::free(std::size_t column, std::size_t row, std::size_t length) const {
  if (row >= rows() || column + length > columns_) return false;
  for (std::size_t i = column; i < column + length; ++i) {
    if (!cell(i, row).sign.empty() || cell(i, row).dots != 0) return false;
  }
  return true;
}

void TerminalGrid::label(Spot at, std::string_view text) {
  const std::size_t length = base::text_width(text);
  if (length == 0 || length != text.size()) return;  // one cell for each letter: plain text only
  const std::size_t column = column_of(at.x);
  const std::size_t row = row_of(at.y);
  struct Place {
    std::size_t column;
    std::size_t row;
  };
  constexpr auto kNowhere = static_cast<std::size_t>(-1) / 2;
  const std::size_t left = column >= length + 1 ? column - length - 1 : kNowhere;
  const std::size_t middle = column >= length / 2 ? column - length / 2 : kNowhere;
  for (const Place place : {Place{column + 2, row}, Place{left, row}, Place{column + 2, row - 1},
                            Place{column + 2, row + 1}, Place{middle, row - 1}, Place{middle, row + 1}}) {
    if (place.row >= rows() || !free(place.column, place.row, length)) continue;
    for (std::size_t i = 0; i < length; ++i) cell(place.column + i, place.row).sign = std::string(1, text[i]);
    return;
  }
}

std::string TerminalGrid::sign_of(const Cell& cell) {
  if (!cell.sign.empty()) return cell.sign;
  if (cell.dots != 0) return braille(cell.dots);
  const std::string_view guide = cell.guide == '-' ? "┄" : cell.guide == '|' ? "┆" : " ";
  return std::string(guide);
}

std::string TerminalGrid::row(std::size_t row, bool colour) const {
  std::string text;
  for (std::size_t column = 0; column < columns_; ++column) {
    const Cell& found = cell(column, row);
    const std::string sign = sign_of(found);
    text += colour && found.colour != 0 && sign != " " ? painted(sign, found.colour) : sign;
  }
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

}  // namespace wattlens::plot
