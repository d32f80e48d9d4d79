#include "audit/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "audit/text_log.h"

namespace wattlens::audit {
namespace {

using ::testing::HasSubstr;

double busy(double time) { return 100.0 + 5.0 * std::sin(time); }

// With idle at both ends, as a good log has it.
std::string good_log() {
  return power_csv(600, 1.0, [](double time) { return time < 3.0 || time > 596.0 ? 20.0 : busy(time); });
}

TEST(Checks, AGoodLogHasRemarksAtMost) {
  for (const Finding& finding : report_of(good_log()).findings) {
    EXPECT_EQ(finding.severity, Severity::remark) << finding.code << ": " << finding.seen;
  }
}

TEST(Checks, EveryFindingTellsWhatItChangesAndHowToMendIt) {
  std::string text = good_log() + "600,nonsense\n601,0\n601,0\n500,100\n4200,-5\n";
  const FileReport report = report_of(text);
  EXPECT_GE(report.findings.size(), 5U);
  for (const Finding& finding : report.findings) {
    EXPECT_EQ(finding.file, "log.csv");
    EXPECT_FALSE(finding.seen.empty()) << finding.code;
    EXPECT_FALSE(finding.changes.empty()) << finding.code;
    EXPECT_FALSE(finding.mend.empty()) << finding.code;
  }
  EXPECT_EQ(report.findings.front().severity, Severity::fault);
}

TEST(Checks, AHeadingAloneIsNoEnergy) {
  const FileReport report = report_of("time_s,power_w\n");
  ASSERT_TRUE(find(report, "no_readings"));
  EXPECT_EQ(find(report, "no_readings")->severity, Severity::fault);
}

TEST(Checks, FewReadingsAreTold) {
  EXPECT_EQ(find(report_of(power_csv(1, 1.0, busy)), "too_few_samples")->severity, Severity::fault);
  EXPECT_EQ(find(report_of(power_csv(5, 1.0, busy)), "too_few_samples")->severity, Severity::warning);
  EXPECT_FALSE(find(report_of(power_csv(50, 1.0, busy)), "too_few_samples"));
}

TEST(Checks, ADeadSensorIsMissingNotZero) {
  const FileReport report = report_of(power_csv(50, 1.0, [](double) { return 0.0; }));
  ASSERT_TRUE(find(report, "zeros"));
  EXPECT_EQ(find(report, "zeros")->severity, Severity::fault);
  EXPECT_THAT(find(report, "zeros")->changes, HasSubstr("missing, not 0 J"));
}

TEST(Checks, SomeZerosAreToldWithTheirShare) {
  const FileReport report =
      report_of(power_csv(100, 1.0, [](double time) { return std::fmod(time, 10.0) == 5.0 ? 0.0 : busy(time); }));
  ASSERT_TRUE(find(report, "zeros"));
  EXPECT_THAT(find(report, "zeros")->seen, HasSubstr("10 of 100"));
}

TEST(Checks, AConstantIsNoMeasurement) {
  EXPECT_TRUE(find(report_of(power_csv(50, 1.0, [](double) { return 42.5; })), "constant"));
  EXPECT_FALSE(find(report_of(good_log()), "constant"));
}

TEST(Checks, AGaugeThatStandsStillForLongIsTold) {
  const FileReport report =
      report_of(power_csv(600, 1.0, [](double time) { return time > 200.0 && time < 400.0 ? 99.0 : busy(time); }));
  ASSERT_TRUE(find(report, "stuck"));
  EXPECT_EQ(find(report, "stuck")->line, 203);
}

TEST(Checks, ASpikeBeyondWhatThePartCanDrawIsAFault) {
  const auto spiked = [](double time) { return time == 77.0 ? 262144.0 : busy(time); };
  const FileReport report = report_of(power_csv(200, 1.0, spiked));
  ASSERT_TRUE(find(report, "spikes"));
  EXPECT_EQ(find(report, "spikes")->line, 79);
  EXPECT_THAT(find(report, "spikes")->seen, HasSubstr("2.621e+05 W"));
  EXPECT_FALSE(find(report_of(good_log()), "spikes"));
}

TEST(Checks, TheLimitInTheLogBoundsThePower) {
  std::string text = "timestamp, name, power.draw [W], power.limit [W]\n";
  for (int i = 0; i < 50; ++i)
    text += fmt::format("2023/03/08 21:29:{:02}.000, NVIDIA T4, {} W, 70.00 W\n", i, i == 20 ? 145.0 : 60.0 + i % 3);
  EXPECT_THAT(find(report_of(text), "spikes")->mend, HasSubstr("limit of 70 W"));
}

TEST(Checks, BurstsOfALoadAreNoSpikes) {
  const auto bursts = [](double time) { return std::fmod(time, 50.0) < 2.0 ? 300.0 : 5.0; };
  EXPECT_FALSE(find(report_of(power_csv(1000, 1.0, bursts)), "spikes"));
}

TEST(Checks, ACounterThatWrapsIsToldAndCorrected) {
  std::string text = "time_s,energy_j\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("{},{:.3f}\n", i, std::fmod(260000.0 + 100.0 * i, 262143.328850));
  const FileReport report = report_of(text);
  ASSERT_TRUE(find(report, "counter_wrap"));
  EXPECT_EQ(find(report, "counter_wrap")->line, 24);
  ASSERT_FALSE(report.changes.empty());
  EXPECT_LT(report.changes[0].claimed.value, 0.0);
  EXPECT_NEAR(report.changes[0].found.value, 9900.0, 0.01);
}

TEST(Checks, NegativeEnergyIsAFault) {
  std::string text = "time_s,energy_j\n";
  for (int i = 0; i < 20; ++i) text += fmt::format("{},{}\n", i, i == 7 ? -262000.0 : 30.0 + i % 3);
  EXPECT_EQ(find(report_of(text), "negative")->line, 9);
}

TEST(Checks, MilliwattsTakenForWattsAreFound) {
  const FileReport report = report_of(power_csv(100, 1.0, [](double time) { return 1000.0 * busy(time); }));
  ASSERT_TRUE(find(report, "unit"));
  EXPECT_THAT(find(report, "unit")->mend, HasSubstr("divide by 1000"));
  EXPECT_FALSE(find(report_of(good_log()), "unit"));
}

TEST(Checks, OneSensorUnderTwoNamesIsFound) {
  std::string text = "time_s,package0_power_w,package1_power_w\n";
  for (int i = 0; i < 50; ++i) text += fmt::format("{0},{1},{1}\n", i, 50.0 + i % 7);
  const FileReport report = report_of(text);
  ASSERT_TRUE(find(report, "doubled"));
  EXPECT_EQ(find(report, "doubled")->severity, Severity::fault);
}

TEST(Checks, PsysHoldsThePackage) {
  std::string text = "time_s,psys_power_w,package_power_w\n";
  for (int i = 0; i < 50; ++i) text += fmt::format("{},{},{}\n", i, 80.0 + i % 7, 50.0 + i % 5);
  EXPECT_TRUE(find(report_of(text), "overlapping"));
}

TEST(Checks, TimesThatRunBackAreAFault) {
  std::string text = good_log();
  text += "300,100\n301,100\n";
  const FileReport report = report_of(text);
  ASSERT_TRUE(find(report, "timestamps_descending"));
  EXPECT_EQ(find(report, "timestamps_descending")->line, 602);
}

TEST(Checks, EqualTimesAreTold) {
  EXPECT_THAT(find(report_of(good_log() + "599,100\n"), "timestamps_duplicate")->seen, HasSubstr("1 of 601"));
}

TEST(Checks, BoardsThatNothingTellsApartAreAFault) {
  for (const char* second : {"002", "000"}) {
    std::string text = "timestamp, name, power.draw [W]\n";
    for (int i = 0; i < 40; ++i) {
      text += fmt::format("2026/11/21 10:00:{:02}.000, NVIDIA T4, {} W\n", i, 30 + i % 3);
      text += fmt::format("2026/11/21 10:00:{:02}.{}, NVIDIA T4, {} W\n", i, second, 68 + i % 3);
    }
    EXPECT_TRUE(find(report_of(text), "devices_mixed")) << second;
  }
  EXPECT_FALSE(find(report_of(good_log()), "devices_mixed"));
}

TEST(Checks, DaylightSavingIsNamedInBothDirections) {
  for (const double hour : {3600.0, -3600.0}) {
    std::string text = "time_s,power_w\n";
    for (int i = 0; i < 200; ++i) text += fmt::format("{},{}\n", 10000.0 + i + (i >= 100 ? hour : 0.0), busy(i));
    const FileReport report = report_of(text);
    ASSERT_TRUE(find(report, "daylight_saving_step")) << hour;
    EXPECT_EQ(find(report, "daylight_saving_step")->line, 102) << hour;
    EXPECT_NEAR(report.series[0].integral->energy.value, 199 * 100.0, 200.0) << hour;
  }
}

TEST(Checks, GapsAreToldWithTheirShare) {
  std::string text = "time_s,power_w\n";
  for (int i = 0; i < 200; ++i) text += fmt::format("{},{}\n", i + (i >= 100 ? 40 : 0), busy(i));
  const FileReport report = report_of(text);
  ASSERT_TRUE(find(report, "gaps"));
  EXPECT_EQ(find(report, "gaps")->line, 102);
  EXPECT_EQ(find(report, "gaps")->severity, Severity::fault);
}

TEST(Checks, ALineThatWasCutOffIsLeftOut) {
  const FileReport report = report_of(good_log() + "600,10");
  ASSERT_TRUE(find(report, "truncated_last_line"));
  EXPECT_EQ(find(report, "truncated_last_line")->line, 602);
  EXPECT_EQ(report.rows, 600);
}

TEST(Checks, MixedLocalesAreAFault) {
  std::string text = "time_s;power_w\n";
  for (int i = 0; i < 50; ++i) text += fmt::format("{};{}\n", i, i % 2 == 0 ? "100.5" : "100,5");
  EXPECT_EQ(find(report_of(text), "mixed_locale")->severity, Severity::fault);
}

TEST(Checks, ADecimalCommaBetweenCommasIsNotReadAsSomethingElse) {
  std::string text = "time_s,power_w\n0.0,100.5\n";
  for (int i = 1; i < 50; ++i) text += fmt::format("{},0,100,5\n", i);
  const FileReport report = report_of(text);
  ASSERT_FALSE(report.findings.empty());
  EXPECT_EQ(report.findings.front().severity, Severity::fault);
}

TEST(Checks, IdleAtTheEndsIsSetApart) {
  const FileReport report =
      report_of(power_csv(600, 1.0, [](double time) { return time < 100.0 ? 20.0 : busy(time); }));
  ASSERT_TRUE(find(report, "idle_inside"));
  EXPECT_EQ(find(report, "idle_inside")->severity, Severity::warning);
  EXPECT_THAT(find(report, "idle_inside")->seen, HasSubstr("100 s at the begin and 0 s"));
  EXPECT_TRUE(find(report_of(power_csv(600, 1.0, busy)), "missing_idle"));
}

}  // namespace
}  // namespace wattlens::audit
