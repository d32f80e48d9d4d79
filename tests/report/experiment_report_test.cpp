#include "report/experiment_report.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "fake/example_summary.h"
#include "fake/golden.h"

namespace wattlens::report {
namespace {

std::string extension(Format format) { return std::string(format == Format::table ? "txt" : to_string(format)); }

TEST(ExperimentReport, ResultsReadAsApproved) {
  for (const FormatInfo& info : all_formats()) {
    fake::expect_golden("report/results." + extension(info.format),
                        experiment_results(fake::example_summary(), info.format));
  }
}

TEST(ExperimentReport, TheFullPageReadsAsApproved) {
  for (const Format format : {Format::table, Format::markdown}) {
    fake::expect_golden("report/full." + extension(format), experiment_in_full(fake::example_summary(), format));
  }
}

TEST(ExperimentReport, AnEmptyExperimentIsShown) {
  for (const FormatInfo& info : all_formats()) {
    EXPECT_NO_THROW(experiment_results({}, info.format));
    EXPECT_NO_THROW(experiment_in_full({}, info.format));
  }
  EXPECT_TRUE(experiment_json({})["points"].empty());
}

TEST(ExperimentReport, NoLineOfTheResultsIsLongerThanItsWidth) {
  auto summary = fake::example_summary();
  const std::string text = experiment_results(summary, Format::table, {.width = 110});
  for (const auto line : base::split(text, '\n')) EXPECT_LE(text_width(line), 110U) << line;
}

TEST(ExperimentReport, JsonHasTheMembersThatAreAContract) {
  const base::Json json = experiment_json(fake::example_summary());
  EXPECT_EQ(json["schema"], "wattlens.experiment/1");
  for (const char* name : {"machine", "plan", "points", "savings"}) EXPECT_TRUE(json.contains(name)) << name;
  for (const auto& point : json["points"]) {
    for (const char* name :
         {"model", "engine", "device", "precision", "hint", "batch", "threads", "repetitions", "images_per_s",
          "ms_per_batch", "energy_j_per_image", "net_energy_j_per_image", "output_check", "stop_reason", "warnings"}) {
      EXPECT_TRUE(point.contains(name)) << name;
    }
    const auto& energy = point["energy_j_per_image"];
    EXPECT_EQ(energy.contains("value"), energy["provenance"] != "missing");
    EXPECT_EQ(energy.contains("reason"), energy["provenance"] == "missing");
  }
}

TEST(ExperimentReport, AnEnergyWithoutAnAbsoluteIntervalSaysSo) {
  auto summary = fake::example_summary();
  summary.points[0].energy_per_image.absolute.reset();
  EXPECT_EQ(experiment_json(summary)["points"][0]["energy_j_per_image"]["interval"], "relative");
  EXPECT_NE(experiment_results(summary, Format::table).find("leave out the sensor's own error"), std::string::npos);
}

TEST(ExperimentReport, WhatVariesNamesTheGroups) {
  record::ExperimentSummary summary;
  summary.points = {fake::example_point("resnet50", "f32", 1, 50.0), fake::example_point("resnet50", "bf16", 1, 100.0)};
  const std::string text = experiment_results(summary, Format::table);
  EXPECT_NE(text.find("resnet50, f32"), std::string::npos);
  EXPECT_NE(text.find("resnet50, bf16"), std::string::npos);
  EXPECT_NE(text.find("openvino on cpu, latency hint, 224 px, 2 threads"), std::string::npos);
}

TEST(ExperimentReport, SeveralEnginesAreNamedInEveryTableThatMixesThem) {
  auto summary = fake::example_summary();
  EXPECT_EQ(experiment_in_full(summary, Format::table).find("resnet50, openvino"), std::string::npos);
  summary.points[1].point.engine = "libtorch";
  summary.savings.push_back(summary.savings.front());
  summary.savings.back().engine = "libtorch";
  const std::string text = experiment_in_full(summary, Format::table, {.width = 160});
  for (const char* heading : {"\nBatch of least energy per image\n", "\nMaking the models ready\n"}) {
    const auto begin = text.find(heading);
    ASSERT_NE(begin, std::string::npos) << heading << text;
    const auto section = text.substr(begin, text.find("\n\n", begin) - begin);
    EXPECT_NE(section.find("resnet50, libtorch"), std::string::npos) << section;
  }
}

}  // namespace
}  // namespace wattlens::report
