// Logs made up in a test: text as a file, and traces of a power that is known.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "audit/audit.h"
#include "base/text_pieces.h"

namespace wattlens::audit {

using base::reader_of;

inline Result<FileReport> audit_text(std::string text, const AuditOptions& options = {}, std::string name = "log.csv") {
  auto lines = reader_of(std::move(text), std::move(name));
  if (!lines) return std::unexpected(lines.error());
  return audit_log(*std::move(lines), options);
}

inline FileReport report_of(std::string text, const AuditOptions& options = {}, std::string name = "log.csv") {
  auto report = audit_text(std::move(text), options, std::move(name));
  EXPECT_TRUE(report) << (report ? "" : report.error().message);
  return report ? *std::move(report) : FileReport{};
}

inline const Finding* find(const FileReport& report, std::string_view code) {
  const auto found = std::ranges::find(report.findings, code, &Finding::code);
  return found == report.findings.end() ? nullptr : &*found;
}

// "time_s,power_w" with one row every `step` seconds.
inline std::string power_csv(std::size_t rows, double step, const std::function<double(double)>& power) {
  std::string text = "time_s,power_w\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const double time = static_cast<double>(i) * step;
    text += fmt::format("{:.3f},{:.6f}\n", time, power(time));
  }
  return text;
}

}  // namespace wattlens::audit
