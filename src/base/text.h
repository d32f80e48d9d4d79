// Small pieces of text handling that several folders need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wattlens::base {

std::string_view trim(std::string_view text);
std::vector<std::string_view> split(std::string_view text, char separator);  // "a,,b" gives three parts
std::string join(std::span<const std::string> parts, std::string_view separator);

// The whole text as a number, in the C locale; empty where anything else is in it.
std::optional<std::int64_t> parse_integer(std::string_view text);
std::optional<double> parse_number(std::string_view text);

// Up to `most` of the names that look most like `wanted`, best first; by Damerau-Levenshtein distance and prefix.
std::vector<std::string> nearest_names(std::string_view wanted, std::span<const std::string> names,
                                       std::size_t most = 3);

}  // namespace wattlens::base
