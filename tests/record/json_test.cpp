#include "record/json.h"

#include <gtest/gtest.h>

namespace wattlens::record {
namespace {

Run example_run() {
  Run run;
  run.id = "20261121T100000-4f2a/3";
  run.experiment = "20261121T100000-4f2a";
  run.point = "resnet50/openvino/cpu/bf16/latency/b8/224px/t2";
  run.order = 3;
  run.status = RunStatus::failed;
  run.failure = Error{ErrorKind::run_failed, "the worker died", "give it more memory"};
  run.output_check = {CheckStatus::passed, "PyTorch float64", 1e-3, 2e-2, true};
  Window window;
  window.begin = {1};
  window.end = {2'000'000'001};
  window.images = 80;
  window.total.value = Joules{12.5};
  window.total.relative = Interval<Joules>{{12.4}, {12.6}};
  window.total.provenance = Provenance::modelled;
  window.batch_us = {100, 200};
  run.windows.push_back(window);
  run.warnings.push_back({"neighbour", "", "another process took 0.4 cores", "stop it"});
  return run;
}

TEST(RecordJson, ARunSurvivesTheRoundTrip) {
  const record::Run run = example_run();
  const auto again = run_from_json(to_json(run));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(base::to_text(to_json(*again)), base::to_text(to_json(run)));
  EXPECT_EQ(again->windows.at(0).duration().value, 2.0);
  EXPECT_EQ(again->failure->kind, ErrorKind::run_failed);
}

TEST(RecordJson, AMissingEnergyHasNoNumber) {
  Energy energy;
  energy.reason = "permission";
  const base::Json json = to_json(energy);
  EXPECT_FALSE(json.contains("energy_j"));
  EXPECT_EQ(json["provenance"], "missing");
  EXPECT_EQ(json["reason"], "permission");
}

TEST(RecordJson, ABadMemberIsNamedByItsPath) {
  base::Json json = to_json(example_run());
  json["windows"][0]["total"]["energy_j"] = "much";
  const auto result = run_from_json(json);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("windows[0].total.energy_j"), std::string::npos) << result.error().message;
}

TEST(RecordJson, AnUnknownWordIsRefused) {
  base::Json json = to_json(example_run());
  json["status"] = "perhaps";
  EXPECT_FALSE(run_from_json(json));
}

TEST(RecordJson, AnotherSchemaIsRefused) {
  base::Json json = to_json(example_run());
  json["schema"] = "wattlens.run/2";
  const auto result = run_from_json(json);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("wattlens.run/2"), std::string::npos);
}

TEST(RecordJson, AnExperimentSurvivesTheRoundTrip) {
  Experiment experiment;
  experiment.id = "e";
  experiment.seed = 18446744073709551615ULL;
  experiment.plan = {{"schema", "wattlens.plan/1"}};
  experiment.machine.cpu.smt = false;
  experiment.points.push_back({});
  experiment.channels.push_back({});
  const auto again = experiment_from_json(to_json(experiment));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(base::to_text(to_json(*again)), base::to_text(to_json(experiment)));
  EXPECT_EQ(again->seed, experiment.seed);
}

TEST(RecordJson, AWordThatIsEmptyStaysSo) {
  PlanPoint point;  // of a command, which has neither
  point.precision.clear();
  point.hint.clear();
  const auto again = plan_point_from_json(to_json(point));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->precision, "");
  EXPECT_EQ(again->hint, "");
  EXPECT_EQ(again->engine, point.engine);
}

}  // namespace
}  // namespace wattlens::record
