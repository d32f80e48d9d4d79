#include "experiment/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "experiment/plan_file.h"
#include "experiment/serving.h"

namespace wattlens::experiment {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Plan, PointsAreEveryCombinationWithUniqueIds) {
  Axes axes;
  axes.models = {"resnet50", "mobilenet_v2"};
  axes.precisions = {"f32", "bf16"};
  axes.batches = {1, 8, 32};
  const auto points = plan_points(axes);
  ASSERT_EQ(points.size(), 12U);
  EXPECT_EQ(points.front().id, "resnet50/openvino/cpu/f32/latency/b1/224px/t0");
  EXPECT_EQ(points.back().model, "mobilenet_v2");
  std::set<std::string> ids;
  for (const auto& point : points) ids.insert(point.id);
  EXPECT_EQ(ids.size(), 12U);
}

TEST(Plan, SomePointsAloneStandInTheOrderThatNamesThem) {
  Plan plan;
  plan.axes.models = {"alexnet"};
  plan.axes.batches = {1, 8, 32};
  const auto all = plan_points(plan.axes);
  plan.axes.only = {all[2].id, "alexnet/nothing", all[0].id};
  plan.effort.batches = 2;
  const Plan again = plan_from_json(to_json(plan)).value();
  const auto some = plan_points(again.axes);
  ASSERT_EQ(some.size(), 2U);
  EXPECT_EQ(some[0].batch, 32);
  EXPECT_EQ(some[1].batch, 1);
  EXPECT_EQ(again.effort.batches, 2);
}

TEST(Plan, WithoutAModelItTellsHowToNameOne) {
  const auto checked = check(Plan{});
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::usage);
  EXPECT_THAT(checked.error().hint, HasSubstr("--model resnet50"));
}

TEST(Plan, UnknownWordsNameTheChoices) {
  Plan plan;
  plan.axes.models = {"resnet50"};
  plan.axes.precisions = {"f64"};
  EXPECT_THAT(check(plan).error().hint, HasSubstr("bf16"));
  plan.axes.precisions = {"f32"};
  plan.axes.hints = {"fast"};
  EXPECT_THAT(check(plan).error().hint, HasSubstr("throughput"));
}

TEST(Plan, PreprocessingAndSettingsAreAxesOfOneCompiledModel) {
  Plan plan;
  plan.axes.models = {"alexnet"};
  plan.axes.preprocess = {"inside", "alone"};
  plan.axes.settings = {"", "cpu.turbo=off"};
  EXPECT_THAT(check(plan).error().message, HasSubstr("no images to preprocess"));
  plan.images = PlanImages{.path = "val"};
  ASSERT_TRUE(check(plan));
  const auto points = plan_points(plan.axes);
  ASSERT_EQ(points.size(), 4U);
  EXPECT_EQ(points[0].id, "alexnet/openvino/cpu/f32/latency/b1/224px/t0/inside");
  EXPECT_EQ(points[3].id, "alexnet/openvino/cpu/f32/latency/b1/224px/t0/cpu.turbo=off/alone");
  for (const auto& point : points) EXPECT_EQ(compiled_id(point), compiled_id(points[0]));
  plan.axes.preprocess = {"around"};
  EXPECT_THAT(check(plan).error().hint, HasSubstr("outside, inside, alone"));
}

TEST(PlanFile, ImagesNeedAPath) {
  const auto plan = parse_plan("[images]\nlabels = true\n", "plan.toml");
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, HasSubstr("plan.toml:1:1"));
}

TEST(Plan, AValueThatIsNamedTwiceIsRefused) {
  Plan plan;
  plan.axes.models = {"alexnet"};
  plan.axes.arrivals = {"poisson:5", "poisson:5"};
  plan.axes.policies = {"greedy"};
  plan.axes.requests = 8;
  const auto checked = check(plan);
  ASSERT_FALSE(checked.has_value());
  EXPECT_THAT(checked.error().message, testing::HasSubstr("poisson:5/greedy twice"));
}

TEST(Plan, TooManyPointsAreRefusedWithoutMakingThem) {
  Plan plan;
  plan.axes.models.assign(1000, "m");
  plan.axes.batches.assign(1000, 1);
  EXPECT_FALSE(check(plan));
}

TEST(PlanFile, AllKeysArrive) {
  const auto plan = parse_plan(R"(
title = "batches"
seed = 7
[axes]
model = ["resnet50", "mobilenet_v2"]
precision = "f32,bf16"
batch = "1-8*2"
threads = 2
preprocess = "outside,inside"
settings = ["cpu.governor=performance+cpu.turbo=off", "cpu.governor=powersave"]
[images]
path = "val"
skip_broken = true
[measure]
budget = "2m"
window = 1.5
repetitions = 6
quick = true
target = "3%"
rate_hz = 200
)",
                               "plan.toml");
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->title, "batches");
  EXPECT_EQ(plan->seed, 7U);
  EXPECT_THAT(plan->axes.models, ElementsAre("resnet50", "mobilenet_v2"));
  EXPECT_THAT(plan->axes.precisions, ElementsAre("f32", "bf16"));
  EXPECT_THAT(plan->axes.batches, ElementsAre(1, 2, 4, 8));
  EXPECT_THAT(plan->axes.threads, ElementsAre(2));
  EXPECT_THAT(plan->axes.preprocess, ElementsAre("outside", "inside"));
  EXPECT_THAT(plan->axes.settings, ElementsAre("cpu.governor=performance+cpu.turbo=off", "cpu.governor=powersave"));
  ASSERT_TRUE(plan->images);
  EXPECT_EQ(plan->images->path, "val");
  EXPECT_TRUE(plan->images->skip_broken);
  EXPECT_FALSE(plan->images->labels);
  EXPECT_EQ(plan->effort.budget, base::seconds(120.0));
  EXPECT_EQ(plan->effort.window, base::seconds(1.5));
  EXPECT_EQ(plan->effort.repetitions, 6);
  EXPECT_TRUE(plan->effort.quick);
  EXPECT_DOUBLE_EQ(plan->effort.target, 0.03);
  EXPECT_EQ(plan->effort.rate, base::Hertz{200.0});
  EXPECT_TRUE(check(*plan));
}

TEST(PlanJson, APlanSurvivesTheRoundTrip) {
  Plan plan;
  plan.title = "batching";
  plan.seed = 18'446'744'073'709'551'615U;
  plan.axes.models = {"resnet50", "mine.onnx"};
  plan.axes.batches = {1, 8};
  for (const bool given : {true, false}) {
    if (given) {
      plan.effort.budget = base::Seconds{90.0};
      plan.effort.window = base::Seconds{0.5};
      plan.effort.repetitions = 3;
      plan.effort.quick = true;
      plan.effort.repeat_disturbed = false;
      plan.axes.preprocess = {"inside", "alone"};
      plan.axes.settings = {"", "cpu.turbo=off"};
      plan.images = PlanImages{.path = "val", .name = "val", .count = 3, .fingerprint = "a", .labels = true};
    } else {
      plan.effort = {};
    }
    const auto stored = base::parse_json(base::to_text(to_json(plan)), "plan");
    ASSERT_TRUE(stored);
    const auto again = plan_from_json(*stored);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(to_json(*again), to_json(plan));
  }
}

TEST(PlanJson, WhatIsNoPlanIsRefused) {
  const base::Json good = to_json({.title = "", .axes = {.models = {"a"}}, .effort = {}});
  ASSERT_TRUE(plan_from_json(good));
  for (const char* member : {"schema", "axes", "measure", "seed"}) {
    base::Json bad = good;
    bad.erase(member);
    EXPECT_FALSE(plan_from_json(bad)) << member;
    bad[member] = base::Json::array({"x"});
    EXPECT_FALSE(plan_from_json(bad)) << member;
  }
  EXPECT_FALSE(plan_from_json({}));
}

struct BadPlan {
  std::string_view text;
  std::string_view place;
  std::string_view message;
};

TEST(PlanFile, AMistakeIsShownWithLineAndColumn) {
  const BadPlan plans[] = {
      {"[axes]\nmodell = \"a\"", "p.toml:2:1", "modell"},
      {"[axes]\nmodel = \"a\"\nbatch = \"1-x\"", "p.toml:3:9", "1-x"},
      {"seeed = 1", "p.toml:1:1", "seeed"},
      {"axes = 3", "p.toml:1:8", "no table"},
      {"[measure]\n  quick = 1", "p.toml:2:11", "true or false"},
      {"[axes]\nmodel = [1, [2]]", "p.toml:2:13", "text or a number"},
      {"[axes", "p.toml:1:", ""},
      {"seed = -1", "p.toml:1:8", "below 0"},
      {"[axes]\nbatch = 0", "p.toml:2:9", "not in"},
  };
  for (const BadPlan& bad : plans) {
    const auto plan = parse_plan(bad.text, "p.toml");
    ASSERT_FALSE(plan) << bad.text;
    EXPECT_EQ(plan.error().kind, ErrorKind::usage);
    EXPECT_THAT(plan.error().message, HasSubstr(bad.place));
    EXPECT_THAT(plan.error().message, HasSubstr(bad.message));
  }
}

TEST(PlanFile, LettersBeyondAsciiStandInTextsAndCommentsOnly) {
  const auto plan = parse_plan("title = \"caf\u00e9 \u2126\" # \u00b5J\n", "p");
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->title, "caf\u00e9 \u2126");
  for (const char* text : {"[axes]\nmod\u00e8le = 1", "seed = 12'\u00e9'", "\u00e9", "[}", "[axes]\u0153"}) {
    EXPECT_FALSE(parse_plan(text, "p.toml")) << text;
  }
}

TEST(PlanFile, AMisspelledKeyIsMetWithTheNearestOne) {
  EXPECT_THAT(parse_plan("[axes]\nmodell = \"a\"", "p").error().hint, HasSubstr("'model'"));
}

TEST(PlanFile, AMissingFileIsNamed) {
  const auto plan = read_plan("/nonexistent/plan.toml");
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, HasSubstr("/nonexistent/plan.toml"));
}

}  // namespace
}  // namespace wattlens::experiment
