#include "optimisation/space.h"

#include <gtest/gtest.h>

namespace wattlens::optimisation {
namespace {

const std::vector<Capability> kBoth = {{"libtorch", "cpu", {"f32"}}, {"openvino", "cpu", {"f32", "bf16"}}};

experiment::Axes plain(std::vector<std::string> models) {
  experiment::Axes axes;
  axes.models = std::move(models);
  return axes;
}

TEST(Space, WhatCannotRunHereIsLeftOutWithItsReason) {
  experiment::Axes axes = plain({"alexnet"});
  axes.engines = {"openvino", "libtorch"};
  axes.precisions = {"f32", "bf16", "f16"};
  axes.threads = {0, 2, 3};
  const Space space = make_space(axes, kBoth, 2);
  EXPECT_EQ(space.candidates.size(), 6U);  // two engines in f32, one in bf16, two numbers of threads
  EXPECT_EQ(space.left_out.size(), 12U);
  EXPECT_EQ(space.left_out.front().rung, -1);
  EXPECT_EQ(space.left_out.front().reason, "the machine runs 2 threads at a time");
  EXPECT_EQ(space.left_out.back().point.precision, "f16");
}

TEST(Space, AFileGoesToTheEngineThatReadsIt) {
  experiment::Axes axes = plain({"alexnet", "mine.onnx", "mine.pt2"});
  axes.engines = {"openvino", "libtorch"};
  const Space space = make_space(axes, kBoth, 0);
  ASSERT_EQ(space.candidates.size(), 4U);
  EXPECT_EQ(space.candidates[2].engine, "openvino");
  EXPECT_EQ(space.candidates[3].engine, "libtorch");
}

TEST(Space, TheDefaultIsPlainWhateverTheAxes) {
  experiment::Axes axes = plain({"alexnet"});
  axes.engines = {"libtorch", "openvino"};
  axes.batches = {8, 16};
  axes.hints = {"throughput"};
  axes.precisions = {"bf16"};
  axes.threads = {1};
  EXPECT_EQ(make_space(axes, kBoth, 0).base.id, "alexnet/openvino/cpu/f32/latency/b1/224px/t0");
  const std::vector<Capability> torch = {kBoth.front()};
  EXPECT_EQ(make_space(axes, torch, 0).base.engine, "libtorch");
}

TEST(Space, AnySetOfPointsIsAPlanOfItsOwn) {
  const auto points = make_space(plain({"alexnet"}), kBoth, 0).candidates;
  record::PlanPoint other = points.front();
  other.batch = 7;
  other.precision = "bf16";
  other.id = experiment::point_id(other);
  const std::vector<record::PlanPoint> two = {other, points.front()};
  const auto again = experiment::plan_points(optimisation::axes_of(two));
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].id, other.id);
  EXPECT_EQ(again[1].id, points.front().id);
}

TEST(Space, AnUnknownDeviceLeavesNothing) {
  experiment::Axes axes = plain({"alexnet"});
  axes.devices = {"gpu.0"};
  const Space space = make_space(axes, kBoth, 0);
  EXPECT_TRUE(space.candidates.empty());
  EXPECT_EQ(space.left_out.front().reason, "openvino has no device 'gpu.0'");
}

}  // namespace
}  // namespace wattlens::optimisation
