// A log is refused, or read, checked and integrated; what comes out is finite, ordered, and the same from any pieces.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "audit/audit.h"
#include "base/text_pieces.h"

namespace {

using namespace wattlens;

// The first byte chooses a format, and how large the pieces are in which the text comes.
Result<audit::FileReport> audit_text(std::string_view text, std::size_t piece, const audit::AuditOptions& options) {
  auto lines = base::reader_of(std::string(text), "energy.log", piece);
  if (!lines) return std::unexpected(lines.error());
  return audit::audit_log(*std::move(lines), options);
}

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const audit::FileReport& report) {
  for (const audit::SeriesResult& series : report.series) {
    require(series.readings >= 0);
    if (!series.integral) continue;
    const auto& relative = series.integral->relative;
    require(!(relative.low > relative.high));
    require(!(series.integral->energy < relative.low) && !(series.integral->energy > relative.high));
  }
  for (const audit::Finding& finding : report.findings) {
    require(!finding.code.empty() && !finding.seen.empty() && !finding.changes.empty() && !finding.mend.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto formats = audit::all_log_formats();
  audit::AuditOptions options;
  if (data[0] % (formats.size() + 1) > 0) options.format = formats[data[0] % (formats.size() + 1) - 1].name;
  const auto whole = audit_text(text, text.size() + 1, options);
  const auto pieces = audit_text(text, 1 + data[0] % 64, options);
  require(whole.has_value() == pieces.has_value());
  if (!whole) return 0;
  check(*whole);
  require(whole->rows == pieces->rows && whole->findings.size() == pieces->findings.size());
  return 0;
}
