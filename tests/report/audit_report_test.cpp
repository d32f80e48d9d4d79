#include "report/audit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/golden.h"

namespace wattlens::report {
namespace {

using audit::Severity;
using base::Joules;
using base::Seconds;
using base::Watts;

audit::FileReport trace() {
  audit::FileReport report{.file = "gpu-power.csv", .format = "nvidia-smi", .rows = 1200};
  audit::Integral integral{.energy = Joules{240'123.0},
                           .relative = {Joules{239'900.0}, Joules{240'346.0}},
                           .absolute = {{Joules{211'000.0}, Joules{262'000.0}}},
                           .holds = {"sampling every 1 s (±0.093 %)", "gain of such sensors (-12 … +9 %)"},
                           .leaves_out = {"a load that keeps step with the sampling"}};
  report.series.push_back({.info = {.name = "power.draw [W]",
                                    .unit = "W",
                                    .unit_named = true,
                                    .part = "gpu",
                                    .device = "NVIDIA GeForce RTX 3090",
                                    .sensor = "nvml.usage"},
                           .readings = 1200,
                           .covered = Seconds{1199.0},
                           .usual_step = Seconds{1.0},
                           .lowest = Watts{20.0},
                           .median = Watts{201.0},
                           .highest = Watts{349.0},
                           .integral = integral});
  report.findings = {
      {"sum_times_duration", Severity::fault, "gpu-power.csv", 0, "", "2.9e+08 J is claimed, the log gives 240123 J",
       "the claim is the sum of all readings of power × the duration", "use the integral"},
      {"gaps", Severity::remark, "gpu-power.csv", 77, "power.draw [W] of NVIDIA GeForce RTX 3090", "1 gap(s) of 6 s",
       "0.5 % of the time was not seen", "look why the logger stood still"}};
  report.changes = {{"the claim", Joules{2.9e8}, Joules{240'123.0}, "the sum of all readings of power × the duration"}};
  return report;
}

audit::FileReport table() {
  audit::FileReport report{.file = "emissions.csv", .format = "codecarbon", .rows = 80};
  report.parts = {{"gpu_energy", "kWh", 80, Joules{1.011e6}, Watts{539.0}, false, false},
                  {"ram_energy", "kWh", 80, Joules{878.3e3}, Watts{466.0}, true, false},
                  {"energy_consumed", "kWh", 80, Joules{1.98e6}, Watts{1035.0}, false, true}};
  return report;
}

TEST(AuditReport, ShowsFilesInFull) {
  const std::vector<audit::FileReport> files = {trace(), table()};
  fake::expect_golden("report/audit.txt", audit_report(files, nullptr, Format::table, {.width = 80}));
  fake::expect_golden("report/audit.md", audit_report(files, nullptr, Format::markdown, {}));
  fake::expect_golden("report/audit.json", audit_report(files, nullptr, Format::json, {}));
  fake::expect_golden("report/audit.csv", audit_report(files, nullptr, Format::csv, {}));
}

audit::AgainstReport against() {
  audit::AgainstReport report{.table = "results.csv", .energy_column = "energy (MJ)", .tolerance = 0.01};
  report.runs.push_back({.file = 0,
                         .line = 7,
                         .claimed = Joules{2.9e8},
                         .found = Joules{240'123.0},
                         .duration = Seconds{1199.0},
                         .claimed_duration = Seconds{1194.0},
                         .fault = &audit::known_faults().front()});
  report.runs.push_back({.file = 1, .line = 8, .claimed = Joules{2.0e6}, .found = Joules{1.98e6}, .agrees = true});
  report.durations_fit = true;
  report.findings = {{"sum_times_duration", Severity::fault, "results.csv", 7, "energy (MJ)",
                      "1 of 2 runs: claimed ÷ integrated is 1208", "the claim is the sum of all readings",
                      "use the integral"}};
  return report;
}

TEST(AuditReport, ShowsWhatATableOfResultsClaims) {
  const std::vector<audit::FileReport> files = {trace(), table()};
  const audit::AgainstReport claims = against();
  fake::expect_golden("report/audit_against.txt", audit_report(files, &claims, Format::table, {.width = 80}));
  fake::expect_golden("report/audit_against.json", audit_report(files, &claims, Format::json, {}));
  EXPECT_THAT(audit_report(files, &claims, Format::csv, {}), ::testing::HasSubstr("results.csv,sum_times_duration"));
}

TEST(AuditReport, FitsATerminalOf80Columns) {
  const std::string text = audit_report(std::vector{trace(), table()}, nullptr, Format::table, {.width = 80});
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
    std::size_t columns = 0;
    for (std::size_t i = begin; i < end; ++i) columns += (text[i] & 0xc0) == 0x80 ? 0 : 1;
    EXPECT_LE(columns, 80U) << text.substr(begin, end - begin);
  }
}

TEST(AuditReport, ManyFilesAreSummedUp) {
  std::vector<audit::FileReport> files(20, trace());
  const std::string text = audit_report(files, nullptr, Format::table, {.width = 80});
  EXPECT_THAT(text, ::testing::HasSubstr("20 files, 24000 rows"));
  EXPECT_THAT(text, ::testing::HasSubstr("4.802 MJ"));
}

TEST(AuditReport, NothingFoundIsSaid) {
  EXPECT_THAT(audit_report(std::vector{table()}, nullptr, Format::table, {}),
              ::testing::HasSubstr("80 rows: nothing found"));
}

}  // namespace
}  // namespace wattlens::report
