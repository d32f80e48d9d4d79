#include "study/service_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiment/summary.h"

namespace wattlens::study {
namespace {

using testing::HasSubstr;

// An experiment of batches of 1 (10 ms, 0.2 J) and of 2 (15 ms, 0.3 J), each measured twice; 5 W when idle.
struct Measured {
  record::Experiment experiment;
  std::vector<record::Run> runs;
};

Measured measured() {
  Measured all;
  experiment::Axes axes;
  axes.models = {"alexnet"};
  axes.arrivals = {"closed:128"};
  axes.policies = {"1", "2"};
  axes.requests = 4;
  all.experiment.id = "e";
  all.experiment.points = experiment::plan_points(axes);
  all.experiment.idle_loaded = {{"cpu.package.0", base::Watts{5.0}, {}}, {"cpu.cores.0", base::Watts{3.0}, {}}};
  for (std::int64_t block = 0; block < 2; ++block) {
    for (std::size_t i = 0; i < 2; ++i) {
      const std::int64_t size = i == 0 ? 1 : 2;
      const std::int64_t time = (i == 0 ? 10'000 : 15'000) + 1000 * block;
      record::Run run;
      run.experiment = "e";
      run.point = all.experiment.points[i].id;
      run.block = block;
      record::Window& window = run.windows.emplace_back();
      record::Served& served = window.served.emplace();
      for (std::int64_t b = 0; b < 4 / size; ++b) {
        served.due_us.push_back(b * time);
        served.begin_us.push_back(b * time);
        served.end_us.push_back((b + 1) * time);
        served.sizes.push_back(size);
        for (std::int64_t k = 0; k < size; ++k) served.arrival_us.push_back(b * time);
      }
      window.images = 4;
      window.batches = 4 / size;
      window.end = {served.end_us.back() * 1000};
      window.total = {.value = base::Joules{size == 1 ? 0.8 : 0.6},
                      .relative = record::Interval<base::Joules>{base::Joules{0.5}, base::Joules{0.9}},
                      .provenance = record::Provenance::measured};
      window.sums = {"cpu.package.0"};
      all.runs.push_back(std::move(run));
    }
  }
  return all;
}

TEST(ServiceModel, TimesAndEnergiesAreThoseOfTheBatchesThatRan) {
  const Measured all = measured();
  const auto model = service_model(experiment::summarise(all.experiment, all.runs), all.runs, "alexnet");
  ASSERT_TRUE(model.has_value()) << model.error().message;
  ASSERT_EQ(model->points.size(), 2U);
  EXPECT_NEAR(model->points[0].time.value, 0.0105, 1e-12);
  EXPECT_NEAR(model->points[1].time.value, 0.0155, 1e-12);
  EXPECT_NEAR(model->points[0].energy.value, 0.2, 1e-12);
  EXPECT_NEAR(model->points[1].energy.value, 0.3, 1e-12);
  EXPECT_GT(model->points[0].time_uncertainty, 0.0);
  EXPECT_DOUBLE_EQ(model->idle.value, 5.0);
  EXPECT_EQ(model->noise.size(), 12U);
}

TEST(ServiceModel, ASizeThatWasNotMeasuredOrHasNoEnergyIsAnError) {
  Measured all = measured();
  for (record::Run& run : all.runs) run.windows.back().total = {.reason = "absent"};
  auto model = service_model(experiment::summarise(all.experiment, all.runs), all.runs, "alexnet");
  ASSERT_FALSE(model.has_value());
  EXPECT_EQ(model.error().kind, ErrorKind::not_measurable);
  all.runs.clear();
  model = service_model(experiment::summarise(all.experiment, all.runs), all.runs, "alexnet");
  ASSERT_FALSE(model.has_value());
  EXPECT_THAT(model.error().message, HasSubstr("batches of 1 of alexnet were not measured"));
}

TEST(ServiceModel, ThePlanRunsEachPowerOfTwoWithoutAGap) {
  const experiment::Plan plan = service_plan({.axes = {.models = {"alexnet"}}});
  EXPECT_TRUE(experiment::check(plan).has_value());
  EXPECT_EQ(plan.axes.policies.size(), 8U);
  EXPECT_EQ(experiment::plan_points(plan.axes).size(), 8U);
}

}  // namespace
}  // namespace wattlens::study
