#include "wall/meter_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "audit/audit.h"
#include "audit/integral.h"
#include "base/text.h"

namespace wattlens::wall {
namespace {

Result<double> factor_of(const std::string& unit, const audit::SeriesInfo& series) {
  if (unit.empty()) return 1.0;  // the reader has brought it to W
  const double named = series.unit == "mW" ? 1e-3 : series.unit == "kW" ? 1e3 : 1.0;
  if (unit == "mW") return 1e-3 / named;
  if (unit == "kW") return 1e3 / named;
  if (unit == "W") return 1.0 / named;
  return fail(ErrorKind::usage, fmt::format("'{}' is no unit of power", unit), "use mW, W or kW");
}

Result<const audit::SeriesScan*> power_series(const audit::Log& log, const std::string& file) {
  std::vector<std::string> names;
  const audit::SeriesScan* found = nullptr;
  for (const audit::SeriesScan& series : log.series) {
    if (series.info().kind != audit::SeriesKind::power) continue;
    names.push_back(series.info().device.empty() ? series.info().name
                                                 : fmt::format("{} of {}", series.info().name, series.info().device));
    found = &series;
  }
  if (names.size() == 1) return found;
  if (names.empty()) {
    return fail(ErrorKind::usage, fmt::format("{} has no column of power over time", file),
                "name the columns: --time-column NAME --power-column NAME");
  }
  return fail(ErrorKind::usage, fmt::format("{} has several powers: {}", file, base::join(names, ", ")),
              "name the one of the wall: --power-column NAME; or keep one device in the file");
}

Result<void> check_series(const audit::SeriesScan& series, const std::string& file) {
  if (series.steps_back_count() > 0) {
    const audit::Step& back = series.steps_back().front();
    return fail(ErrorKind::usage,
                fmt::format("{}:{}: the time goes back by {:.3g} s", file, back.line, -back.duration.value),
                "a clock that was set cannot be aligned: cut the file there, and align the parts one by one");
  }
  if (series.negatives() > 0) {
    return fail(ErrorKind::usage, fmt::format("{}:{}: the power is negative", file, series.first_negative_line()),
                "the meter's leads are turned round, or it is another column: --power-column NAME");
  }
  return {};
}

void add_warnings(const audit::Log& log, const audit::SeriesScan& series, MeterTrace& trace) {
  const auto warn = [&](std::string code, std::string message, std::string hint) {
    trace.warnings.push_back({std::move(code), "", std::move(message), std::move(hint)});
  };
  if (log.bad_rows > 0) {
    warn("bad_rows",
         fmt::format("{} rows are left out, the first in line {}: {}", log.bad_rows, log.first_bad_line,
                     log.first_bad_reason),
         "");
  }
  if (series.duplicates() > 0) {
    warn("duplicate_times",
         fmt::format("{} readings have the time of the one before, the first in line {}: left out", series.duplicates(),
                     series.first_duplicate_line()),
         "");
  }
  std::int64_t gaps = 0;
  base::Seconds longest;
  for (const audit::Step& step : series.longest_steps()) {
    if (!audit::is_gap(step.duration, trace.step)) continue;
    ++gaps;
    longest = std::max(longest, step.duration);
  }
  if (gaps > 0) {
    warn("gaps",
         fmt::format("the meter was silent {}{} times, up to {:.3g} s", gaps,
                     gaps == std::ssize(series.longest_steps()) ? " or more" : "", longest.value),
         "what was used then is in no figure");
  }
  for (const audit::Finding& finding : log.findings) {
    if (finding.severity != audit::Severity::remark) warn(finding.code, finding.seen, finding.mend);
  }
}

}  // namespace

Result<MeterTrace> read_meter(const base::Path& file, const MeterOptions& options) {
  WATTLENS_TRY(base::LineReader lines, base::LineReader::open(file));
  WATTLENS_TRY(audit::ReadLog read, audit::read_log(lines, options.format, options.columns, audit::KeepReadings::yes));
  const std::string name = file.string();
  WATTLENS_TRY(const audit::SeriesScan* series, power_series(read.log, name));
  WATTLENS_CHECK(check_series(*series, name));
  WATTLENS_TRY(const double factor, factor_of(options.unit, series->info()));
  MeterTrace trace{.file = name, .column = series->info().name, .begin_ns = series->first_ns()};
  constexpr std::int64_t kYear1990 = 631'152'000'000'000'000;
  trace.since_1970 = trace.begin_ns > kYear1990;
  for (const audit::KeptReading& reading : series->kept()) {
    const base::Seconds time{static_cast<double>(reading.time_ns - trace.begin_ns) * 1e-9};
    if (!trace.readings.empty() && time <= trace.readings.back().time) continue;
    trace.readings.push_back({time, {reading.value * factor}});
  }
  if (trace.readings.size() < kFewestReadings) {
    return fail(ErrorKind::usage, fmt::format("{} has {} readings of power", name, trace.readings.size()),
                fmt::format("at least {} are needed", kFewestReadings));
  }
  std::vector<double> steps;
  for (std::size_t i = 1; i < trace.readings.size(); ++i) {
    steps.push_back((trace.readings[i].time - trace.readings[i - 1].time).value);
  }
  std::ranges::nth_element(steps, steps.begin() + std::ssize(steps) / 2);
  trace.step = {steps[steps.size() / 2]};
  add_warnings(read.log, *series, trace);
  return trace;
}

}  // namespace wattlens::wall
