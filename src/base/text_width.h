// How much room text takes on a terminal. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wattlens::base {

// Columns that a UTF-8 text takes on a terminal: combining marks none, wide East Asian letters two, broken bytes one.
std::size_t text_width(std::string_view text);

// Control characters would move the cursor or break a table; they become spaces.
std::string one_line(std::string_view text);

}  // namespace wattlens::base
