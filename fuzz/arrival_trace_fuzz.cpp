// A trace of arrivals is refused with a way out, or its times ascend from 0; the same from any pieces.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "base/text_pieces.h"
#include "serving/trace.h"

namespace {

using namespace wattlens;

Result<std::vector<std::int64_t>> read(std::string_view text, std::size_t piece) {
  auto lines = base::reader_of(std::string(text), "trace.csv", piece);
  if (!lines) return std::unexpected(lines.error());
  return serving::read_trace(*lines, 1000);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto whole = read(text, size + 1);
  const auto pieces = read(text, 1 + size % 7);
  if (whole.has_value() != pieces.has_value()) std::abort();
  if (!whole) {
    if (whole.error().message.empty() || whole.error().hint.empty()) std::abort();
    return 0;
  }
  if (*whole != *pieces || whole->empty() || whole->size() > 1000 || whole->front() != 0) std::abort();
  if (!std::ranges::is_sorted(*whole)) std::abort();
  return 0;
}
