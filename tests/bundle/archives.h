// Archives in memory, and hostile ones: what ArchiveWriter never writes.
#pragma once

#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "bundle/archive.h"

namespace wattlens::bundle {

// Gives `text` in pieces of at most `piece` bytes.
inline Source source_of(std::string text, std::size_t piece = 1 << 16) {
  return [text = std::move(text), place = std::size_t{0}, piece](std::span<char> out) mutable -> Result<std::size_t> {
    const std::size_t count = std::min({piece, out.size(), text.size() - place});
    std::copy_n(text.begin() + static_cast<std::ptrdiff_t>(place), count, out.begin());
    place += count;
    return count;
  };
}

inline Sink sink_to(std::string& text) {
  return [&text](std::string_view bytes) {
    text += bytes;
    return Result<void>();
  };
}

// One member as POSIX.1-1988 has it: a header of 512 bytes, then the bytes filled up to a multiple of that.
inline std::string tar_member(std::string_view name, std::string_view bytes, char type = '0',
                              std::string_view link = "", std::string_view size = "") {
  std::string header(512, '\0');
  const auto put = [&](std::size_t place, std::string_view text) {
    std::copy(text.begin(), text.end(), &header[place]);
  };
  char octal[12];
  std::snprintf(octal, sizeof octal, "%011zo", bytes.size());
  put(0, name.substr(0, 100));
  put(100, "0000644");
  put(108, "0000000");
  put(116, "0000000");
  put(124, size.empty() ? std::string_view(octal) : size);
  put(136, "00000000000");
  put(148, "        ");
  header[156] = type;
  put(157, link);
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  std::snprintf(octal, sizeof octal, "%06o", sum);
  put(148, std::string_view(octal, 7));
  std::string member = header + std::string(bytes);
  member.resize((member.size() + 511) / 512 * 512, '\0');
  return member;
}

inline std::string compressed(std::string_view tar) {
  std::string out(ZSTD_compressBound(tar.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), tar.data(), tar.size(), 3));
  return out;
}

inline std::string tar_end() { return std::string(1024, '\0'); }

}  // namespace wattlens::bundle
