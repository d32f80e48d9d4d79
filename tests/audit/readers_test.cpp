#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/text_log.h"

namespace wattlens::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

double energy_of(const FileReport& report, std::size_t index = 0) {
  EXPECT_GT(report.series.size(), index);
  return report.series.size() > index && report.series[index].integral ? report.series[index].integral->energy.value
                                                                       : -1.0;
}

TEST(Readers, NothingAndProseAreRefusedWithTheFormatsThatAreKnown) {
  EXPECT_THAT(audit_text("").error().message, HasSubstr("is empty"));
  EXPECT_THAT(audit_text("\n\n").error().message, HasSubstr("is empty"));
  const Error error = audit_text("Dear reader,\nthere is no energy here.\n").error();
  EXPECT_EQ(error.kind, ErrorKind::usage);
  for (const LogFormat& format : all_log_formats()) EXPECT_THAT(error.hint, HasSubstr(std::string(format.name)));
}

TEST(Readers, NvidiaSmiWithUnits) {
  const FileReport report = report_of(
      "timestamp, name, utilization.gpu [%], memory.total [MiB], power.draw [W], power.max_limit [W]\n"
      "2023/03/08 21:29:56.000, NVIDIA GeForce RTX 3090, 0 %, 24268 MiB, 100.00 W, 350.00 W\n"
      "2023/03/08 21:29:57.000, NVIDIA GeForce RTX 3090, 0 %, 24268 MiB, 200.00 W, 350.00 W\n"
      "2023/03/08 21:29:59.000, NVIDIA GeForce RTX 3090, 0 %, 24268 MiB, 200.00 W, 350.00 W\n");
  EXPECT_EQ(report.format, "nvidia-smi");
  EXPECT_DOUBLE_EQ(energy_of(report), 550.0);
  EXPECT_EQ(report.series[0].info.device, "NVIDIA GeForce RTX 3090");
  EXPECT_EQ(report.series[0].info.sensor, "nvml.usage");
  EXPECT_DOUBLE_EQ(report.series[0].evidence.limit->value, 350.0);
}

TEST(Readers, NvidiaSmiWithoutUnitsAndWithoutHeading) {
  EXPECT_DOUBLE_EQ(energy_of(report_of("timestamp, index, power.draw [W]\n2023/03/08 21:29:56.000, 0, 100.00\n"
                                       "2023/03/08 21:29:58.000, 0, 100.00\n")),
                   200.0);
  EXPECT_DOUBLE_EQ(energy_of(report_of("2023/03/08 21:29:56.000, NVIDIA A100, 7 %, 100.00 W, 400.00 W\n"
                                       "2023/03/08 21:29:58.000, NVIDIA A100, 7 %, 100.00 W, 400.00 W\n")),
                   200.0);
}

TEST(Readers, BoardsThatTakeTurnsAreSeriesOfTheirOwn) {
  std::string text = "timestamp, index, name, power.draw [W]\n";
  for (int i = 0; i < 20; ++i) {
    for (int board = 0; board < 2; ++board) {
      text += fmt::format("2023/03/08 21:29:{:02}.000, {}, NVIDIA T4, {} W\n", i, board, 30 + 40 * board);
    }
  }
  const FileReport report = report_of(text);
  ASSERT_THAT(report.series, SizeIs(2));
  EXPECT_DOUBLE_EQ(energy_of(report, 0), 19 * 30.0);
  EXPECT_DOUBLE_EQ(energy_of(report, 1), 19 * 70.0);
}

TEST(Readers, WhatNvidiaSmiCouldNotReadIsNotZero) {
  std::string text = "timestamp, name, power.draw [W]\n";
  for (int i = 0; i < 30; ++i) {
    text += fmt::format("2023/03/08 21:29:{:02}.000, NVIDIA T4, {}\n", i, i % 10 == 5 ? "[N/A]" : "50.00 W");
  }
  const FileReport report = report_of(text);
  EXPECT_NEAR(energy_of(report), 29 * 50.0, 1e-9);
  ASSERT_TRUE(find(report, "missing_values"));
  EXPECT_EQ(find(report, "missing_values")->line, 7);
  EXPECT_FALSE(find(report, "zeros"));
}

TEST(Readers, ALogThatWasAppendedToHasItsHeadingAgain) {
  const std::string once = power_csv(20, 1.0, [](double) { return 10.0; });
  EXPECT_EQ(report_of(once + once).rows, 40);
}

TEST(Readers, PlainCsvFindsItsColumnsByTheirHeadings) {
  const FileReport report = report_of("time_ms;power_mw\n0;1000,5\n500;1000,5\n1000;1000,5\n");
  EXPECT_EQ(report.format, "csv");
  EXPECT_NEAR(energy_of(report), 1.0005, 1e-12);
  EXPECT_TRUE(report.series[0].info.unit_named);
}

TEST(Readers, PlainCsvTakesTheColumnsThatTheUserNames) {
  const std::string text = "a,b,c\n0,5,7\n2,5,7\n";
  EXPECT_FALSE(audit_text(text));
  EXPECT_DOUBLE_EQ(energy_of(report_of(text, {.columns = {.time = "a", .power = "C"}})), 14.0);
  const Error error = audit_text(text, {.columns = {.time = "a", .power = "power"}}).error();
  EXPECT_THAT(error.message, HasSubstr("no column 'power'"));
  EXPECT_THAT(error.hint, HasSubstr("a, b, c"));
}

TEST(Readers, AnEnergyThatGrowsIsACounter) {
  std::string counter = "timestamp,energy_uj\n";
  std::string increments = "timestamp,energy_j\n";
  for (int i = 0; i < 20; ++i) {
    counter += fmt::format("{},{}\n", i, 5'000'000 + 1'000'000 * i);
    increments += fmt::format("{},{}\n", i, i % 2 == 0 ? 1.5 : 0.5);
  }
  EXPECT_EQ(report_of(counter).series[0].info.kind, SeriesKind::counter);
  EXPECT_DOUBLE_EQ(energy_of(report_of(counter)), 19.0);
  EXPECT_EQ(report_of(increments).series[0].info.kind, SeriesKind::increment);
  EXPECT_DOUBLE_EQ(energy_of(report_of(increments)), 20.0);
}

TEST(Readers, CodeCarbonIsInKilowattHours) {
  const FileReport report = report_of(
      "timestamp,project_name,run_id,duration,emissions,emissions_rate,cpu_power,gpu_power,ram_power,cpu_energy,gpu_"
      "energy,"
      "ram_energy,energy_consumed,gpu_count\n"
      "2026-01-01T10:00:00,\"net, small\",a,100,0.001,1e-5,36,72,0,0.001,0.002,0,0.003,1\n");
  EXPECT_EQ(report.format, "codecarbon");
  ASSERT_THAT(report.parts, SizeIs(4));
  EXPECT_DOUBLE_EQ(report.parts[0].sum.value, 3600.0);
  EXPECT_DOUBLE_EQ(report.parts[0].median_power->value, 36.0);
  EXPECT_TRUE(report.parts[3].total);
}

TEST(Readers, CarbontrackerHasEpochsWithPowerAndAConsumptionInAll) {
  const FileReport epochs = report_of(
      "2026-06-05 12:00:00 - carbontracker version 2.3.4\n"
      "2026-06-05 12:00:00 - Only predicted and actual consumptions are multiplied by a PUE coefficient of 1.58 "
      "(survey).\n"
      "2026-06-05 12:00:01 - Epoch 1:\n2026-06-05 12:00:02 - Duration: 0:01:40.00\n"
      "2026-06-05 12:00:03 - Average power usage (W) for gpu: [100.0 50.0]\n"
      "2026-06-05 12:00:03 - Average power usage (W) for cpu: None\n",
      {}, "carbontracker.log");
  EXPECT_EQ(epochs.format, "carbontracker");
  EXPECT_EQ(epochs.rows, 1);
  ASSERT_TRUE(find(epochs, "pue_included"));
  EXPECT_THAT(find(epochs, "pue_included")->changes, HasSubstr("+58 %"));
  EXPECT_TRUE(find(epochs, "missing_values"));

  const FileReport output = report_of(
      "CarbonTracker:\nActual consumption for 50 epoch(s):\n    Time:   0:01:40\n    Energy: 0.001 kWh\n    CO2eq: "
      "0.01 g\n"
      "CarbonTracker:\nPredicted consumption for 100 epoch(s):\n    Time:   0:03:20\n    Energy: 0.002 kWh\n");
  ASSERT_THAT(output.parts, SizeIs(1));
  EXPECT_DOUBLE_EQ(output.parts[0].sum.value, 3600.0);
  EXPECT_DOUBLE_EQ(output.parts[0].median_power->value, 36.0);
  EXPECT_TRUE(find(output, "prediction"));
}

TEST(Readers, ZeusHasOneWindowPerRow) {
  const FileReport report = report_of(
      "start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy\n"
      "13586624.1,epoch,10.0,1000.0,2000.0\n13586634.1,epoch,10.0,1100.0,2100.0\n");
  EXPECT_EQ(report.format, "zeus");
  ASSERT_THAT(report.parts, SizeIs(2));
  EXPECT_DOUBLE_EQ(report.parts[1].sum.value, 4100.0);
  EXPECT_FALSE(find(report, "one_run"));
}

TEST(Readers, MlperfPowerHasNamesAndValuesInTurn) {
  std::string text;
  for (int i = 0; i < 12; ++i) {
    text +=
        fmt::format("Time,02-27-2023 20:50:{:02}.000,Watts,150.0,Volts,230.0,Amps,0.7,PF,0.93,Mark,run_testing\n", i);
  }
  const FileReport report = report_of(text);
  EXPECT_EQ(report.format, "mlperf-power");
  EXPECT_DOUBLE_EQ(energy_of(report), 1650.0);
}

TEST(Readers, PerfStatAtItsEnd) {
  for (const char* text :
       {" Performance counter stats for 'system wide':\n\n          1,042.50 Joules power/energy-pkg/\n"
        "            40.00 Joules power/energy-ram/\n   <not supported> Joules power/energy-psys/\n\n"
        "      10.001 seconds time elapsed\n",
        "1042.50,Joules,power/energy-pkg/,10001000000,100.00,,\n40.00,Joules,power/energy-ram/,10001000000,100.00,,\n"
        "<not supported>,Joules,power/energy-psys/,0,100.00,,\n"}) {
    const FileReport report = report_of(text);
    EXPECT_EQ(report.format, "perf-stat");
    ASSERT_THAT(report.parts, SizeIs(2)) << text;
    EXPECT_DOUBLE_EQ(report.parts[0].sum.value, 1042.5);
    EXPECT_DOUBLE_EQ(report.parts[1].sum.value, 40.0);
    EXPECT_TRUE(find(report, "missing_values"));
  }
}

TEST(Readers, PerfStatInIntervals) {
  for (const char* row : {"     {}.000105290              20.50 Joules power/energy-pkg/                     \n",
                          "{}.000105290,20.50,Joules,power/energy-pkg/,1000105290,100.00,,\n",
                          "{}.000105290;20.50;Joules;power/energy-pkg/;1000105290;100.00;;\n"}) {
    std::string text = "# started on Sat Nov 21 10:00:00 2026\n\n";
    for (int i = 1; i <= 20; ++i) text += fmt::format(fmt::runtime(row), i);
    const FileReport report = report_of(text);
    EXPECT_EQ(report.format, "perf-stat") << row;
    EXPECT_NEAR(energy_of(report), 410.0, 1e-9) << row;
    EXPECT_NEAR(report.series[0].covered.value, 20.0001, 1e-3) << row;
    EXPECT_NEAR(report.series[0].median.value, 20.5, 0.1) << row;
  }
}

// Found by fuzzing: the step between two such times does not fit in nanoseconds.
TEST(Readers, ATimeThatCannotBeIsNoTimeOfPerfStat) {
  const FileReport report = report_of(
      "1.0,20.5,Joules,power/energy-pkg/,1,100.00,,\n2e290,20.5,Joules,power/energy-pkg/,1,100.00,,\n"
      "2.0,20.5,Joules,power/energy-pkg/,1,100.00,,\n");
  ASSERT_FALSE(report.series.empty());
  EXPECT_NEAR(report.series[0].covered.value, 2.0, 1e-9);
}

TEST(Readers, GreenMetricsToolCountsMicroseconds) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text += fmt::format("{} {} Package_0\n", 1'727'360'252'000'000 + std::int64_t{100'000} * i, 2'000'000);
  const FileReport report = report_of(text, {}, "cpu_energy_rapl_msr_component.log");
  EXPECT_EQ(report.format, "green-metrics-tool");
  EXPECT_DOUBLE_EQ(energy_of(report), 40.0);
  EXPECT_EQ(report.series[0].info.device, "Package_0");
  EXPECT_NEAR(report.series[0].median.value, 20.0, 0.1);
}

TEST(Readers, OlderLogsOfTheGreenMetricsToolAreInMillijoules) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += fmt::format("{} {}\n", 1'727'360'252'000'000 + std::int64_t{100'000} * i, 2'000);
  const FileReport report = report_of(text, {}, "cpu_energy_rapl_msr_system.log");
  EXPECT_EQ(report.series[0].info.unit, "mJ");
  EXPECT_FALSE(report.series[0].info.unit_named);
  EXPECT_DOUBLE_EQ(energy_of(report), 40.0);
}

TEST(Readers, ALogOfSomethingElseOfTheGreenMetricsToolIsRefused) {
  const auto report = audit_text("1727360252000000 17\n", {}, "cpu_utilization_procfs_system.log");
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, HasSubstr("no energy"));
}

TEST(Readers, AFormatCanBeForced) {
  EXPECT_EQ(
      report_of("timestamp, power.draw [W]\n2023/03/08 21:29:56.0, 5\n2023/03/08 21:29:57.0, 5\n", {.format = "csv"})
          .format,
      "csv");
  EXPECT_FALSE(audit_text("a,b\n1,2\n", {.format = "nvidia-smi"}));
}

TEST(Readers, MoreDevicesThanThereCanBeAreRefused) {
  std::string text = "timestamp, index, power.draw [W]\n";
  for (int i = 0; i < 1000; ++i) text += fmt::format("2023/03/08 21:29:56.000, {}, 50 W\n", i);
  EXPECT_THAT(audit_text(text).error().message, HasSubstr("more than 128 devices"));
}

}  // namespace
}  // namespace wattlens::audit
