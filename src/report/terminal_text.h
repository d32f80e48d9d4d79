// Pieces of text for a terminal: emphasis, padding, wrapping. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wattlens::report {

inline constexpr std::string_view kColumnGap = "  ";

// Emphasis by ANSI escapes, or none.
class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}
  std::string bold(std::string_view text) const;
  std::string faint(std::string_view text) const;
  std::string good(std::string_view text) const;    // green
  std::string partly(std::string_view text) const;  // yellow
  std::string bad(std::string_view text) const;     // red

 private:
  std::string paint(std::string_view code, std::string_view text) const;
  bool colour_;
};

// Filled up with spaces to `width` columns, before the text where it is to stand at the right.
std::string pad(std::string_view text, std::size_t width, bool right);

// Lines of at most `width` columns, broken between words; a longer word has a line of its own. At least one line.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// `first`, then `text` wrapped; later lines stand below the text of the first, or a little to the right where nothing
// is before it. Ends in a line feed. Escapes in `first` take no room.
std::string wrapped(std::string_view first, std::string_view text, std::size_t width);

// The beginning of a text that is wider than `width` columns; never half a letter.
std::string_view cut(std::string_view text, std::size_t width);

// Columns of the longest word: what a text can be wrapped to.
std::size_t longest_word(std::string_view text);

}  // namespace wattlens::report
