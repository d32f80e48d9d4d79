// SHA-256 (FIPS 180-4), by nettle. Thread-safe.
#pragma once

#include <string>
#include <string_view>

namespace wattlens::bundle {

// 64 hexadecimal digits, in lower case.
std::string sha256(std::string_view bytes);

}  // namespace wattlens::bundle
