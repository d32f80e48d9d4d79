#include <fmt/format.h>

#include <cmath>

#include "audit/checks.h"
#include "audit/integral.h"

namespace wattlens::audit {
namespace {

using base::Seconds;

// What a second reading at the same moment does: to a gauge nothing, to increments it adds.
std::string effect_of_duplicates(const SeriesScan& scan) {
  return scan.info().kind == SeriesKind::increment ? "if they are copies, their energy is counted twice"
                                                   : "nothing in an integral; a mean of all readings weighs them twice";
}

void check_duplicates(const SeriesScan& scan, std::vector<Finding>& findings) {
  if (scan.duplicates() == 0) return;
  const double share = static_cast<double>(scan.duplicates()) / static_cast<double>(scan.samples());
  findings.push_back(
      {.code = "timestamps_duplicate",
       .severity = share > 0.01 ? Severity::warning : Severity::remark,
       .line = scan.first_duplicate_line(),
       .column = name_of(scan.info()),
       .seen = fmt::format("{} of {} readings bear the time of the one before", scan.duplicates(), scan.samples()),
       .changes = effect_of_duplicates(scan),
       .mend = "log a finer time, or the number of the device beside it"});
}

void check_steps_back(const SeriesScan& scan, Seconds usual, std::vector<Finding>& findings) {
  std::int64_t hours = 0;
  std::int64_t hour_line = 0;
  Seconds back;
  std::int64_t line = 0;
  for (const Step& step : scan.steps_back()) {
    if (is_hour_step(-step.duration, usual)) {
      if (hours++ == 0) hour_line = step.line;
    } else {
      if (line == 0) line = step.line;
      back -= step.duration;
    }
  }
  if (hours > 0) {
    findings.push_back(
        {.code = "daylight_saving_step",
         .severity = Severity::warning,
         .line = hour_line,
         .column = name_of(scan.info()),
         .seen = fmt::format("the clock was set back by an hour {} time(s)", hours),
         .changes = "read as it stands, an hour counts backwards or twice; here the step counts as a usual one",
         .mend = "log UTC or a time since the begin"});
  }
  if (line == 0) return;
  findings.push_back({.code = "timestamps_descending",
                      .severity = Severity::fault,
                      .line = line,
                      .column = name_of(scan.info()),
                      .seen = fmt::format("times run back {} times, by {:.3g} s together",
                                          scan.steps_back_count() - hours, back.value),
                      .changes = "the energy of these steps is not known; the interval is wider by it",
                      .mend = "sort the rows, or log a steady clock"});
}

void check_gaps(const SeriesScan& scan, Seconds usual, std::vector<Finding>& findings) {
  std::int64_t gaps = 0;
  Seconds unseen;
  std::int64_t line = 0;
  Seconds longest;
  for (const Step& step : scan.longest_steps()) {
    if (is_hour_step(step.duration, usual)) {
      findings.push_back(
          {.code = "daylight_saving_step",
           .severity = Severity::fault,
           .line = step.line,
           .column = name_of(scan.info()),
           .seen = fmt::format("the clock was set forward by an hour, or the log stood still so long: a step of "
                               "{:.4g} s among steps of {:.3g} s",
                               step.duration.value, usual.value),
           .changes = fmt::format("an integral over the times as they stand holds {:.4g} J too much",
                                  (step.power * (step.duration - usual)).value),
           .mend = "log UTC or a time since the begin"});
    } else if (is_gap(step.duration, usual)) {
      if (gaps++ == 0) {
        line = step.line;
        longest = step.duration;
      }
      unseen += step.duration;
    }
  }
  if (gaps == 0) return;
  const Seconds covered = scan.covered();
  findings.push_back(
      {.code = "gaps",
       .severity = unseen > 0.05 * covered    ? Severity::fault
                   : unseen > 0.005 * covered ? Severity::warning
                                              : Severity::remark,
       .line = line,
       .column = name_of(scan.info()),
       .seen = fmt::format("{} gap(s) of {:.3g} s together, the longest {:.3g} s, among steps of {:.3g} s", gaps,
                           unseen.value, longest.value, usual.value),
       .changes = scan.info().kind == SeriesKind::counter
                      ? std::string("nothing: a counter goes on counting")
                      : fmt::format("{:.2g} % of the time was not seen; mean power × readings leaves it out",
                                    100.0 * (unseen / covered)),
       .mend = "look why the logger stood still: a busy processor, a suspended machine"});
}

// Readings in bursts: rows of several devices that nothing tells apart.
void check_mixed(const SeriesScan& scan, std::vector<Finding>& findings) {
  constexpr std::int64_t kLeast = 20;
  constexpr double kBurst = 0.02;  // of the long steps
  const auto low = scan.step().quantile(0.25);
  const auto high = scan.step().quantile(0.9);
  const bool bursts = low && high && *low < kBurst * *high;
  const bool copies = 4 * scan.duplicates() > scan.samples();
  if (scan.samples() < kLeast || !(bursts || copies)) return;
  findings.push_back(
      {.code = "devices_mixed",
       .severity = Severity::fault,
       .line = scan.first_line(),
       .column = name_of(scan.info()),
       .seen = copies ? fmt::format("{} of {} readings share their time with the one before", scan.duplicates(),
                                    scan.samples())
                      : fmt::format("a quarter of the steps are below {:.2g} s, others {:.2g} s", *low, *high),
       .changes = "rows of several devices in turn, which nothing tells apart: the integral is of their "
                  "mean, not of their sum",
       .mend = "log the number of the device too: --query-gpu=timestamp,index,power.draw"});
}

}  // namespace

void check_times(const SeriesScan& scan, std::vector<Finding>& findings) {
  check_duplicates(scan, findings);
  check_mixed(scan, findings);
  const auto usual = scan.step().quantile(0.5);
  if (!usual) return;
  check_steps_back(scan, Seconds{*usual}, findings);
  check_gaps(scan, Seconds{*usual}, findings);
}

}  // namespace wattlens::audit
