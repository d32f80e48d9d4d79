#include "audit/format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "audit/readers.h"
#include "base/text.h"

namespace wattlens::audit {
namespace {

// The first that recognises a log reads it: plain CSV stands last.
constexpr std::array<LogFormat, 8> kFormats = {{
    {"nvidia-smi", "nvidia-smi --query-gpu=timestamp,…,power.draw --format=csv", is_nvidia_smi, read_nvidia_smi},
    {"codecarbon", "CodeCarbon's emissions.csv", is_codecarbon, read_codecarbon},
    {"carbontracker", "carbontracker's logs, the standard and the output one", is_carbontracker, read_carbontracker},
    {"zeus", "windows of ZeusMonitor as CSV", is_zeus, read_zeus},
    {"mlperf-power", "SPEC PTDaemon's log of an MLPerf Power run (spl.txt)", is_mlperf_power, read_mlperf_power},
    {"perf-stat", "perf stat of power/…/ events, as text or with -x, and with -I", is_perf_stat, read_perf_stat},
    {"green-metrics-tool", "logs of the Green Metrics Tool's energy and power providers", is_green_metrics_tool,
     read_green_metrics_tool},
    {"csv", "any CSV whose heading names power or energy", is_plain_csv, read_plain_csv},
}};

}  // namespace

std::span<const LogFormat> all_log_formats() { return kFormats; }

const LogFormat* find_log_format(std::string_view name) {
  const auto* const found = std::ranges::find(kFormats, name, &LogFormat::name);
  return found == kFormats.end() ? nullptr : found;
}

Result<const LogFormat*> recognise(std::string_view head, std::string_view file) {
  if (base::trim(head).empty()) {
    return fail(ErrorKind::usage, fmt::format("{} is empty", file), "the logger wrote nothing: did it run?");
  }
  for (const LogFormat& format : kFormats) {
    if (format.recognises(head)) return &format;
  }
  std::vector<std::string> names;
  for (const LogFormat& format : kFormats) names.emplace_back(format.name);
  return fail(ErrorKind::usage, fmt::format("{} is in no format that wattlens knows", file),
              fmt::format("known are {}; of a CSV without a telling heading name the columns: --time-column NAME "
                          "--power-column NAME",
                          base::join(names, ", ")));
}

std::string_view line_of(std::string_view text, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace wattlens::audit
