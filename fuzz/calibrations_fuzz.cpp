// Kept calibrations are refused, or read; then what is written is read as the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "calibration/kept.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlens::calibration;
  const auto kept = parse_kept({reinterpret_cast<const char*>(data), size}, "input.json");
  if (!kept) return 0;
  const std::string text = to_text(*kept);
  const auto again = parse_kept(text, "again.json");
  if (!again || to_text(*again) != text) std::abort();
  return 0;
}
