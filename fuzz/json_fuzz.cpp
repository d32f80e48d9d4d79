// Whatever parses as JSON is written as one line that parses again to the same value.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlens::base;
  const auto json = parse_json({reinterpret_cast<const char*>(data), size}, "input");
  if (!json) return 0;
  const std::string text = to_text(*json);
  const auto again = parse_json(text, "its own text");
  if (!again || to_text(*again) != text) std::abort();
  return 0;
}
