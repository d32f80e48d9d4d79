#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "audit/text_log.h"

namespace wattlens::audit {
namespace {

using ::testing::HasSubstr;

// Ten runs of two networks.
std::string table_of(std::string_view heading, const std::function<std::string(int)>& cells) {
  std::string text = fmt::format("model,{}\n", heading);
  for (int i = 0; i < 10; ++i) text += fmt::format("{},{}\n", i % 2 == 0 ? "resnet50" : "vgg16", cells(i));
  return text;
}

double seconds(int i) { return 1000.0 + 10.0 * i; }
double watts(int i) { return 200.0 + 3.0 * i; }

TEST(TableChecks, AGoodTableHasNoFinding) {
  const FileReport report = report_of(table_of("duration_s,average_power_w,energy_j", [](int i) {
    return fmt::format("{},{},{}", seconds(i), watts(i), watts(i) * seconds(i));
  }));
  EXPECT_TRUE(report.findings.empty()) << report.findings.front().seen;
  EXPECT_EQ(report.parts.at(0).runs, 10);
}

// As a data set published it: the sum of all readings, taken every second, times the duration.
TEST(TableChecks, TheSumOfPowerTimesTheDurationIsNamed) {
  const FileReport report = report_of(table_of("duration (h),total power (W),average power (W),energy (GJ)", [](int i) {
    const double sum = watts(i) * seconds(i);
    return fmt::format("{},{},{},{}", seconds(i) / 3600.0, sum, watts(i), sum * seconds(i) / 1e9);
  }));
  ASSERT_TRUE(find(report, "sum_times_duration"));
  EXPECT_EQ(find(report, "sum_times_duration")->severity, Severity::fault);
  EXPECT_FALSE(find(report, "unit"));
}

TEST(TableChecks, WrongUnitsAreNamed) {
  struct Case {
    double factor;
    const char* words;
  };
  for (const auto& [factor, words] :
       {Case{1e3, "mJ taken for J"}, {1.0 / 3.6e6, "J taken for kWh"}, {3600.0, "Wh taken for J"}}) {
    const FileReport report = report_of(table_of("duration_s,power_w,energy_j", [factor = factor](int i) {
      return fmt::format("{},{},{}", seconds(i), watts(i), factor * watts(i) * seconds(i));
    }));
    ASSERT_TRUE(find(report, "unit")) << words;
    EXPECT_THAT(find(report, "unit")->changes, HasSubstr(words));
  }
}

TEST(TableChecks, AnEnergyWithoutAPowerBesideItIsHeldAgainstWhatMachinesDraw) {
  const FileReport report = report_of(table_of(
      "duration_s,energy_j", [](int i) { return fmt::format("{},{}", seconds(i), 1e3 * watts(i) * seconds(i)); }));
  EXPECT_THAT(find(report, "unit")->seen, HasSubstr("W at the median"));
}

TEST(TableChecks, AConstantPowerIsNoMeasurement) {
  const FileReport report =
      report_of(table_of("duration_s,gpu_power_w,gpu_energy_j,ram_power_w,ram_energy_j,total_energy_j", [](int i) {
        const double gpu = watts(i) * seconds(i);
        const double ram = 50.0 * seconds(i);
        return fmt::format("{},{},{},50,{},{}", seconds(i), watts(i), gpu, ram, gpu + ram);
      }));
  ASSERT_TRUE(find(report, "constant"));
  EXPECT_EQ(find(report, "constant")->column, "ram_power_w");
  ASSERT_EQ(report.changes.size(), 1U);
  EXPECT_NEAR(report.changes[0].found / report.changes[0].claimed, 1.0 - 50.0 / (50.0 + 213.5), 0.01);
}

TEST(TableChecks, MissingZeroAndNegativeAreThreeThings) {
  const FileReport report = report_of(table_of("duration_s,energy_j", [](int i) {
    const std::string energy = i == 2   ? ""
                               : i == 4 ? "0"
                               : i == 6 ? "-262000"
                                        : fmt::format("{}", watts(i) * seconds(i));
    return fmt::format("{},{}", seconds(i), energy);
  }));
  EXPECT_EQ(find(report, "missing_values")->line, 4);
  EXPECT_THAT(find(report, "zeros")->seen, HasSubstr("1 of 10"));
  EXPECT_EQ(find(report, "negative")->line, 8);
}

TEST(TableChecks, RowsThatCoverDifferentPartsAreTold) {
  const FileReport report = report_of(table_of("duration_s,gpu_energy_j,cpu_energy_j", [](int i) {
    return i < 5 ? fmt::format("{},{},", seconds(i), 1e5 + i) : fmt::format("{},,{}", seconds(i), 1e5 + i);
  }));
  EXPECT_THAT(find(report, "scope_differs")->seen,
              HasSubstr("5 rows have gpu_energy_j alone, 5 have cpu_energy_j alone"));
}

TEST(TableChecks, OneSensorInTwoColumnsIsFound) {
  const FileReport report = report_of(table_of("duration_s,gpu0_energy_j,gpu1_energy_j", [](int i) {
    return fmt::format("{0},{1},{1}", seconds(i), 1e5 + 7 * i);
  }));
  EXPECT_EQ(find(report, "doubled")->column, "gpu1_energy_j");
}

TEST(TableChecks, PsysHoldsThePackage) {
  const FileReport report =
      report_of("1042.50,Joules,power/energy-pkg/,1,100.00,,\n1500.00,Joules,power/energy-psys/,1,100.00,,\n");
  EXPECT_THAT(find(report, "overlapping")->changes, HasSubstr("1042 J twice"));
}

TEST(TableChecks, ATotalIsTheSumOfItsParts) {
  const FileReport report = report_of(table_of("duration_s,cpu_energy_j,gpu_energy_j,total_energy_j", [](int i) {
    return fmt::format("{},{},{},{}", seconds(i), 1e5 + i, 2e5 + 3 * i, 4e5);
  }));
  EXPECT_THAT(find(report, "total_is_no_sum")->seen, HasSubstr("0.750"));
}

TEST(TableChecks, OneRunAloneHasNoSpread) {
  const FileReport report = report_of("model,duration_s,energy_j\na,100,5000\nb,100,6000\nb,101,6100\n");
  EXPECT_THAT(find(report, "one_run")->seen, HasSubstr("1 of 2 configurations"));
}

TEST(TableChecks, BoardsThatOnlyIdleAreTold) {
  const FileReport report = report_of(table_of("n_gpu,duration_s,gpu_energy_j", [](int i) {
    return fmt::format("8,{},{}", seconds(i), 8 * 60.0 * seconds(i));
  }));
  EXPECT_THAT(find(report, "idle_boards")->seen, HasSubstr("60 W per board"));
}

TEST(TableChecks, ShortRunsOfCodeCarbonHaveFewReadings) {
  std::string text = "timestamp,project_name,duration,emissions,cpu_power,cpu_energy,energy_consumed\n";
  for (int i = 0; i < 6; ++i)
    text += fmt::format("2026-01-01T10:00:00,a,{},0.001,{},{},{}\n", 20 + i, 30 + i, 2e-4, 2e-4);
  EXPECT_THAT(find(report_of(text), "too_few_samples")->seen, HasSubstr("that is 1 reading"));
}

}  // namespace
}  // namespace wattlens::audit
