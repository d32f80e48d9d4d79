// Cells of a terminal on which marks, text and fine lines (Braille dots) are drawn. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plot/canvas.h"

namespace wattlens::plot {

// Text in one of a terminal's 256 colours.
std::string painted(std::string_view text, int colour);

class TerminalGrid {
 public:
  TerminalGrid(std::size_t columns, std::size_t rows) : columns_(columns), cells_(columns * rows) {}

  // Places are shares of the grid: x to the right, y upwards, both from 0 to 1. Later marks hide earlier ones; lines
  // stay behind marks and text.
  void line(Spot from, Spot to, int colour);
  void mark(Spot at, std::string_view sign, int colour);
  // Behind everything else, over the whole grid.
  void across(double y);
  void upright(double x);
  // Beside a mark, where nothing else would be hidden; else nothing.
  void label(Spot at, std::string_view text);

  std::string row(std::size_t row, bool colour) const;

  std::size_t column_of(double x) const;
  std::size_t row_of(double y) const;

 private:
  struct Cell {
    std::string sign{};  // empty: dots, or a guide, or nothing
    std::uint8_t dots = 0;
    char guide = 0;  // '-' or '|'
    int colour = 0;
  };
  std::size_t rows() const { return cells_.size() / columns_; }
  Cell& cell(std::size_t column, std::size_t row) { return cells_[row * columns_ + column]; }
  const Cell& cell(std::size_t column, std::size_t row) const { return cells_[row * columns_ + column]; }
  static std::string sign_of(const Cell& cell);
  bool free(std::size_t column, std::size_t row, std::size_t length) const;

  std::size_t columns_;
  std::vector<Cell> cells_;
};

}  // namespace wattlens::plot
