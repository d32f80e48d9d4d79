// A text as a reader gets it from a file or a pipe.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/line_reader.h"

namespace wattlens::base {

// A text that is given out in pieces of `piece` bytes, as a pipe would.
inline Result<LineReader> reader_of(std::string text, std::string name = "log.csv", std::size_t piece = 4096) {
  auto rest = std::make_shared<std::pair<std::string, std::size_t>>(std::move(text), 0);
  return LineReader::open(
      [rest, piece](std::span<char> out) -> Result<std::size_t> {
        const std::size_t count = std::min({piece, out.size(), rest->first.size() - rest->second});
        std::copy_n(rest->first.begin() + static_cast<std::ptrdiff_t>(rest->second), count, out.begin());
        rest->second += count;
        return count;
      },
      std::move(name));
}

}  // namespace wattlens::base
