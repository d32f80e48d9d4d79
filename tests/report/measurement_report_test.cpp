#include "report/measurement_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/golden.h"

namespace wattlens::report {
namespace {

using record::Joules;
using record::Provenance;
using record::Seconds;
using record::Watts;
using ::testing::HasSubstr;
using ::testing::Not;

record::Energy energy(double value_j, double half_width_j, Provenance provenance = Provenance::measured) {
  record::Energy result;
  result.value = Joules{value_j};
  result.relative = {Joules{value_j - half_width_j}, Joules{value_j + half_width_j}};
  result.absolute = {Joules{0.95 * value_j}, Joules{1.05 * value_j}};
  result.provenance = provenance;
  result.method = provenance == Provenance::measured ? "powercap" : "load_model";
  return result;
}

// A package that is read, its cores, and a memory that may not be read.
record::MeasurementSeries example() {
  record::MeasurementSeries series;
  series.command = {"python", "train.py"};
  series.channels.resize(3);
  series.channels[0] = {.id = "cpu.package.0",
                        .method = "powercap",
                        .scope = "socket 0",
                        .covers = {"cpu.cores.0"},
                        .provenance = Provenance::measured,
                        .update_period = Seconds{0.001}};
  series.channels[1] = {.id = "cpu.cores.0",
                        .method = "powercap",
                        .scope = "cores of socket 0",
                        .covers = {},
                        .provenance = Provenance::measured};
  series.channels[2] = {.id = "cpu.dram.0",
                        .scope = "memory of socket 0",
                        .covers = {},
                        .provenance = Provenance::missing,
                        .reason = "permission",
                        .hint = "sudo chmod a+r FILE"};
  record::Measurement run;
  run.started_at = "2026-11-21T10:00:00Z";
  run.resolvable = true;
  record::Window& window = run.window;
  window.begin = {1'000'000'000};
  window.end = {6'003'000'000};
  window.total = energy(612.4, 1.5);
  window.net_total = energy(402.1, 3.0);
  window.sums = {"cpu.package.0"};
  window.missing = {"cpu.dram.0"};
  window.complete = false;
  record::Energy missing;
  missing.reason = "permission";
  missing.hint = "sudo chmod a+r FILE";
  window.channels = {{"cpu.package.0", energy(612.4, 1.5), energy(402.1, 3.0), 498},
                     {"cpu.cores.0", energy(500.0, 1.5), {}, 498},
                     {"cpu.dram.0", missing, missing, 0}};
  window.neighbours.other_cores = 0.31;
  run.idle_before = {{"cpu.package.0", Watts{42.0}, {Watts{41.0}, Watts{43.0}}}};
  run.idle_after = {{"cpu.package.0", Watts{42.3}, {Watts{41.0}, Watts{43.0}}}};
  run.command_cpu = Seconds{4.9};
  run.own_cost.cpu = Seconds{0.01};
  run.warnings = {{"incomplete_total", "", "the total lacks cpu.dram.0: it is a lower bound", ""},
                  {"neighbour", "", "other processes used 0.31 of a core meanwhile: their energy is in the figures",
                   "close other programs"}};
  series.runs = {run};
  return series;
}

record::Region region(std::vector<std::string> path, std::int64_t count, double time_s, double energy_j,
                      double half_j) {
  record::Region result{.path = std::move(path), .process = 7, .thread = 7, .count = count, .window = {}};
  result.window.end = result.window.begin + Seconds{time_s};
  result.window.total = energy(energy_j, half_j);
  result.window.sums = {"cpu.package.0"};
  result.window.channels = {{"cpu.package.0", energy(energy_j, half_j), energy(0.5 * energy_j, half_j), 0}};
  result.resolvable = half_j < 0.05 * energy_j;
  if (!result.resolvable) result.needs_at_least = Seconds{0.0142};
  return result;
}

// One epoch with two parts, one of them too short, and a thread that never ended what it began.
record::MeasurementSeries with_regions() {
  record::MeasurementSeries series = example();
  auto& regions = series.runs[0].regions;
  regions = {region({"epoch 1"}, 1, 2.5, 300.0, 0.3), region({"epoch 1", "load"}, 20, 0.1, 7.0, 1.0),
             region({"epoch 2"}, 1, 2.4, 290.0, 0.3), region({"epoch 1", "train"}, 20, 2.0, 260.0, 2.0)};
  record::Region lost{.path = {"lost"}, .process = 7, .thread = 8, .unended = 1, .window = {}};
  lost.window.total.reason = "never_ended";
  regions.push_back(lost);
  return series;
}

TEST(MeasurementReport, RegionsAreShownAsTheyAreNested) {
  fake::expect_golden("report/measure_regions.txt", to_terminal(measurement_page(with_regions()), {}));
}

TEST(MeasurementReport, OfManyRegionsThoseOfMostEnergyAreShown) {
  record::MeasurementSeries series = example();
  for (int i = 0; i < 1000; ++i) series.runs[0].regions.push_back(region({std::to_string(i)}, 1, 1.0, i + 1.0, 0.01));
  const std::string text = to_terminal(measurement_page(series), {});
  EXPECT_THAT(text, HasSubstr("\n999 "));
  EXPECT_THAT(text, Not(HasSubstr("\n500 ")));
  EXPECT_THAT(text, HasSubstr("970 more regions"));
}

TEST(MeasurementReport, IsReadAtAGlance) {
  fake::expect_golden("report/measure.txt", to_terminal(measurement_page(example()), {}));
}

TEST(MeasurementReport, IsTheContractForPrograms) {
  record::MeasurementSeries series = example();
  series.grid = record::GridFactor{.zone = "DEU Germany", .g_per_kwh = 380.95, .year = 2023, .source = "someone"};
  series.pue = 1.2;
  fake::expect_golden("report/measure.json", base::to_pretty_text(measurement_json(series)) + "\n");
}

TEST(MeasurementReport, ATotalWithoutItsPackageIsPartial) {
  record::MeasurementSeries series = example();
  record::Window& window = series.runs[0].window;
  window.total = {};
  window.total.reason = "cpu.package.1: permission";
  const base::Json json = measurement_json(series);
  EXPECT_FALSE(json["total"].contains("energy_j"));
  EXPECT_DOUBLE_EQ(json["total"]["partial_energy_j"].get<double>(), 612.4);
  EXPECT_FALSE(json["total"]["complete"].get<bool>());
  EXPECT_THAT(measurement_page(series).title, HasSubstr("only 612 J of a part"));
}

TEST(MeasurementReport, WhatIsNotResolvedSaysSoAndForHowLongToRun) {
  record::MeasurementSeries series = example();
  series.runs[0].resolvable = false;
  series.runs[0].run_at_least = Seconds{12.0};
  EXPECT_THAT(measurement_page(series).title, HasSubstr("too short to be resolved"));
  EXPECT_THAT(to_terminal(measurement_page(series), {}), HasSubstr("run at least 12.0 s"));
  EXPECT_EQ(measurement_json(series)["run_at_least_s"], 12.0);
  EXPECT_EQ(measurement_json(series)["resolvable"], false);
}

TEST(MeasurementReport, AModelledEnergyIsMarked) {
  record::MeasurementSeries series = example();
  series.runs[0].window.total = energy(100.0, 1.0, Provenance::modelled);
  EXPECT_THAT(measurement_page(series).title, HasSubstr("~100"));
  EXPECT_THAT(measurement_page(series).title, HasSubstr("modelled, not measured"));
}

TEST(MeasurementReport, SeveralRunsShowTheirMean) {
  record::MeasurementSeries series = example();
  series.runs.push_back(series.runs[0]);
  series.mean = energy(610.0, 5.0);
  series.mean_duration = {Seconds{5.0}, Seconds{4.9}, Seconds{5.1}};
  EXPECT_THAT(measurement_page(series).title, HasSubstr("mean of 2 runs: at least 610"));
  const base::Json json = measurement_json(series);
  EXPECT_EQ(json["repetitions"]["count"], 2);
  EXPECT_EQ(json["repetitions"]["runs"].size(), 2U);
  EXPECT_EQ(json["repetitions"]["mean"]["energy_j"], 610.0);
}

TEST(MeasurementReport, WithoutAnySensorTheReasonIsTold) {
  record::MeasurementSeries series;
  series.command = {"true"};
  series.runs.resize(1);
  series.runs[0].window.total.reason = "no sensor";
  EXPECT_THAT(measurement_page(series).title, HasSubstr("no energy (no sensor)"));
  EXPECT_THAT(to_terminal(measurement_page(series), {}), Not(HasSubstr("nan")));
  EXPECT_EQ(measurement_json(series)["channels"], base::Json::array());
}

TEST(MeasurementReport, EmissionsAreEnergyTimesFactorTimesPue) {
  const record::GridFactor grid{.zone = "", .g_per_kwh = 400.0, .year = {}, .source = "as given"};
  EXPECT_DOUBLE_EQ(emissions_g(Joules{3.6e6}, grid, {}), 400.0);
  EXPECT_DOUBLE_EQ(emissions_g(Joules{3.6e6}, grid, 1.5), 600.0);
}

}  // namespace
}  // namespace wattlens::report
