// The fields of one row of separated text, and the numbers in them as people and tools write them: with a unit behind,
// with a decimal comma, with thousands apart. Pure functions.
//
// Rows are as RFC 4180 has them, with any separator, but for one thing: a line feed inside quotes is not understood.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wattlens::base {

// Keeps its memory from row to row. Views into the line or into its own text, valid until the next split().
class Fields {
 public:
  // False where a quote is not closed.
  bool split(std::string_view line, char separator);

  std::size_t size() const { return fields_.size(); }
  std::string_view operator[](std::size_t index) const { return fields_[index]; }  // without blanks around it

 private:
  bool split_quoted(std::string_view line, char separator);

  std::vector<std::string_view> fields_;
  std::string text_;  // of quoted fields
};

// The separator that most lines of a text hold equally often: one of , ; tab |
char guess_separator(std::string_view head);

// How a number was written, where it shows.
enum class DecimalMark { none, point, comma };

struct Number {
  double value = 0.0;
  std::string_view unit;  // what stands behind it: "W"
  DecimalMark mark = DecimalMark::none;
};

// "119.17 W", "1.234,56", "1,234.56", "1 234", "-3e5"; a single comma is a decimal comma. Nothing where the text does
// not begin with a number, and for what is not finite.
std::optional<Number> parse_quantity(std::string_view text);

// What tools write where there is no reading: "", "[N/A]", "N/A", "nan", "[Not Supported]", "<not counted>", "None".
bool is_absent(std::string_view text);

std::string lower_case(std::string_view text);

}  // namespace wattlens::base
