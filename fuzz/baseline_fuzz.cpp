// A baseline is refused, or read, and what is said of its sides holds finite numbers; writing it gives it again.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "experiment/baseline.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlens::experiment;
  const auto recorded = baseline_from_text({reinterpret_cast<const char*>(data), size}, "input.json");
  if (!recorded) return 0;
  const auto result = compare_apart(*recorded, *recorded, "itself", {.fail_above = 0.03});
  if (result) {
    for (const auto& pair : result->pairs) {
      for (const auto& finding : pair.findings) {
        if (finding.ratio && !(std::isfinite(finding.ratio->low) && std::isfinite(finding.ratio->high))) std::abort();
      }
    }
  }
  if (!baseline_from_text(baseline_text(*recorded), "again")) std::abort();
  return 0;
}
