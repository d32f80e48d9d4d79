#include "store/run_figures.h"

#include <gtest/gtest.h>

namespace wattlens::store {
namespace {

using record::Joules;
using record::Provenance;

record::Window window(std::int64_t images, double seconds, std::optional<double> joules, Provenance provenance) {
  record::Window window;
  window.end = window.begin + base::Seconds{seconds};
  window.images = images;
  if (joules) window.total.value = Joules{*joules};
  window.total.provenance = provenance;
  return window;
}

TEST(RunFigures, ARunWithoutWindowsHasNone) {
  const RunFigures figures = figures_of({});
  EXPECT_FALSE(figures.images_per_s);
  EXPECT_FALSE(figures.energy_per_image);
  EXPECT_EQ(figures.provenance, Provenance::missing);
}

TEST(RunFigures, TheLastWindowCounts) {
  record::Run run;
  run.windows = {window(10, 1.0, 5.0, Provenance::measured), window(30, 1.0, 7.0, Provenance::modelled)};
  const RunFigures figures = figures_of(run);
  EXPECT_DOUBLE_EQ(figures.images_per_s.value(), 30.0);
  EXPECT_DOUBLE_EQ(figures.energy_per_image.value().value, 7.0 / 30.0);
  EXPECT_EQ(figures.provenance, Provenance::modelled);
  EXPECT_FALSE(figures.net_energy_per_image);
}

TEST(RunFigures, AWindowWithoutEnergyLeavesTheRunWithoutEnergy) {
  record::Run run;
  run.windows = {window(30, 1.0, {}, Provenance::missing)};
  EXPECT_FALSE(figures_of(run).energy_per_image);
  EXPECT_EQ(figures_of(run).provenance, Provenance::missing);
}

TEST(RunFigures, WithoutImagesNothingIsPerImage) {
  record::Run run;
  run.windows = {window(0, 1.0, 5.0, Provenance::measured)};
  EXPECT_FALSE(figures_of(run).images_per_s);
  EXPECT_FALSE(figures_of(run).energy_per_image);
}

}  // namespace
}  // namespace wattlens::store
