#include "report/optimisation_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/text.h"
#include "fake/golden.h"
#include "report/optimisation_plot.h"

namespace wattlens::report {
namespace {

using record::Joules;
using record::Seconds;
using ::testing::HasSubstr;

record::PlanPoint point(const std::string& precision, std::int64_t batch) {
  record::PlanPoint point;
  point.model = "mobilenet_v2";
  point.precision = precision;
  point.batch = batch;
  point.id = "mobilenet_v2/openvino/cpu/" + precision + "/latency/b" + std::to_string(batch) + "/224px/t0";
  return point;
}

record::Trial trial(const record::PlanPoint& point, std::int64_t rung, double energy, double latency) {
  record::Trial out{.point = point, .rung = rung, .runs = rung == 0 ? 2 : 8};
  out.energy = {Joules{energy}, Joules{0.97 * energy}, Joules{1.03 * energy}};
  out.provenance = record::Provenance::modelled;
  out.latency = {Seconds{latency}, Seconds{0.98 * latency}, Seconds{1.02 * latency}};
  out.p99 = out.latency;
  out.throughput = {static_cast<double>(point.batch) / latency, 0.0, 1e4};
  out.memory = base::mebibytes(212);
  return out;
}

record::Spent spent(double scale) {
  return {Joules{3 * scale},   Joules{scale},        Joules{scale},
          Joules{0.5 * scale}, Seconds{0.1 * scale}, record::Provenance::modelled};
}

OptimisationReport example() {
  OptimisationReport report;
  record::Optimisation& found = report.found;
  found.model = "mobilenet_v2";
  found.limits = {{record::Limited::latency, 0.01, "latency<10ms"}};
  found.base = point("f32", 1);
  found.candidates = 5;
  found.trials = {trial(point("bf16", 2), 1, 0.04, 0.006), trial(point("bf16", 1), 1, 0.05, 0.004),
                  trial(point("f32", 1), 0, 0.09, 0.009), trial(point("bf16", 4), 0, 0.03, 0.012)};
  found.fallen = {{point("f16", 1), -1, "f16 is not native on cpu with openvino"},
                  {point("bf16", 4), 0, "breaks latency<10ms"},
                  {point("f32", 1), 0, "needs 125 % more energy than the best"},
                  {point("bf16", 1), 1, "needs more energy"}};
  found.rungs = {{0, {"20261121T100000-4f2a"}, Seconds{0.5}, 2, 4, spent(100)},
                 {1, {"20261121T100100-4f2a"}, Seconds{2.0}, 8, 2, spent(200)}};
  found.winner = found.trials.front().point;
  found.searching = spent(300);
  found.exhaustive = Joules{9000};
  report.command = "wattlens run --model mobilenet_v2 --batch 2";
  record::ComparisonResult compared;
  compared.experiment.id = "20261121T100200-4f2a";
  compared.sides = {{.id = found.base.id, .unit = "image"}, {.id = found.winner->id, .unit = "image"}};
  compared.sides[0].time = {Seconds{0.009}, Seconds{0.0089}, Seconds{0.0091}};
  compared.sides[1].energy.provenance = record::Provenance::modelled;
  compared.blocks = 6;
  record::ComparedPair pair{.base = 0, .candidate = 1};
  pair.findings = {{.quantity = "energy", .ratio = {{0.45, 0.43, 0.47}}, .confidence = 0.985, .pairs = 6}};
  pair.findings[0].verdicts = {"less"};
  pair.findings[0].bounds = "beyond the limit";
  compared.pairs = {pair};
  found.verification = compared;
  found.verifying = spent(60);
  found.payback = {40000.0, 38000.0, 43000.0};
  return report;
}

TEST(OptimisationReport, EveryFormatIsAsApproved) {
  for (const auto& [format, end] : {std::pair{Format::table, "txt"}, {Format::markdown, "md"}, {Format::csv, "csv"}}) {
    fake::expect_golden(std::string("report/optimisation.") + end, optimisation_text(example(), format, {}));
  }
}

TEST(OptimisationReport, TheDocumentHasWhatTheSentencesSay) {
  const base::Json json = optimisation_json(example());
  EXPECT_EQ(json["schema"], "wattlens.optimise/1");
  EXPECT_EQ(json["winner"]["batch"], 2);
  EXPECT_EQ(json["fallen"][0]["rung"], nullptr);
  EXPECT_EQ(json["searching"]["total_j"], 1650.0);
  EXPECT_EQ(json["verification"]["blocks"], 6);
  EXPECT_EQ(json["summary"].size(), optimisation_sentences(example()).size());
}

TEST(OptimisationReport, APlotNamesTheWinnerAndTheDefaultAndShowsTheLimit) {
  OptimisationReport report = example();
  const plot::Plot plot = optimisation_plot(report.found);
  ASSERT_EQ(plot.panels.size(), 1U);
  const plot::Panel& panel = plot.panels.front();
  ASSERT_EQ(panel.guides.size(), 1U);
  EXPECT_EQ(panel.guides[0].label, "latency<10ms");
  ASSERT_EQ(panel.series.size(), 3U);  // the frontier, bf16, f32
  EXPECT_EQ(panel.series[1].name, "bf16, latency");
  EXPECT_EQ(panel.series[1].points.front().label, "cheapest, batch 2");
  EXPECT_EQ(panel.series[2].points.front().label, "default");
  for (record::Trial& trial : report.found.trials) trial.energy.reset();
  EXPECT_TRUE(optimisation_plot(report.found).panels.empty());
}

TEST(OptimisationReport, LabelledImagesHaveAColumn) {
  OptimisationReport report = example();
  report.found.trials[0].accuracy = record::Accuracy{.set = "val", .images = 100, .top1 = {0.76, 0.67, 0.83}};
  EXPECT_THAT(optimisation_text(report, Format::table, {}), HasSubstr("top-1 %"));
  EXPECT_EQ(optimisation_json(report)["trials"][0]["accuracy"]["images"], 100);
  EXPECT_EQ(optimisation_json(report)["trials"][1]["accuracy"], nullptr);
}

TEST(OptimisationReport, ADefaultThatIsCheapestIsSaid) {
  OptimisationReport report = example();
  report.found.winner = report.found.base;
  report.found.verification.reset();
  report.found.payback.reset();
  const std::string text = base::join(optimisation_sentences(report), "\n");
  EXPECT_THAT(text, HasSubstr("That is the default: there is nothing to change."));
}

TEST(OptimisationReport, WithoutAWinnerTheClosestIsTold) {
  OptimisationReport report = example();
  report.found.winner.reset();
  report.found.verification.reset();
  report.found.payback.reset();
  report.found.closest = {report.found.base.id, "latency<10ms", 0.0102, false};
  const std::string text = base::join(optimisation_sentences(report), "\n");
  EXPECT_THAT(text, HasSubstr("Nothing keeps the limit. The closest is mobilenet_v2/openvino/cpu/f32/latency/b1"));
  EXPECT_THAT(text, HasSubstr("a batch takes 10.2 ms. What binds is latency<10ms, which its interval holds both"));
  report.found.limits = {{record::Limited::accuracy, 0.75, "accuracy>75%"}};
  report.found.closest = {report.found.base.id, "accuracy>75%", 0.6, true, true};
  EXPECT_THAT(base::join(optimisation_sentences(report), "\n"),
              HasSubstr("it is right for 60.0 % of the images. What binds is accuracy>75%"));
  report.found.closest->on_labels = false;
  EXPECT_THAT(base::join(optimisation_sentences(report), "\n"),
              HasSubstr("its top class is that of f32 for 60.0 % of the images"));
  report.found.closest.reset();
  EXPECT_THAT(optimisation_sentences(report).front(), HasSubstr("No candidate can be chosen"));
}

TEST(OptimisationReport, ASavingThatMayBeNoneHasNoUpperEnd) {
  OptimisationReport report = example();
  report.found.payback->high = std::numeric_limits<double>::infinity();
  EXPECT_THAT(base::join(optimisation_sentences(report), "\n"),
              HasSubstr("or more; the interval of the saving holds 0"));
  EXPECT_EQ(optimisation_json(report)["payback_images"]["high"], nullptr);
}

}  // namespace
}  // namespace wattlens::report
