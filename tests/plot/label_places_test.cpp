#include "plot/label_places.h"

#include <gtest/gtest.h>

namespace wattlens::plot {
namespace {

constexpr Box kArea{0, 0, 200, 100};

Box mark_at(Spot spot) { return {spot.x - 2, spot.y - 2, spot.x + 2, spot.y + 2}; }

TEST(LabelPlaces, AFreeLabelStandsRightOfItsPoint) {
  const std::vector<Label> labels = {{.point = {50, 50}, .width = 30, .height = 8}};
  const auto places = place_labels(labels, kArea, std::vector{mark_at({50, 50})}, {});
  ASSERT_TRUE(places.at(0));
  EXPECT_EQ(places[0]->box.left, 54);
  EXPECT_FALSE(places[0]->leader);
}

TEST(LabelPlaces, LabelsHideNoMarkAndNoOtherLabelAndStayInside) {
  std::vector<Label> labels;
  std::vector<Box> marks;
  for (int i = 0; i < 12; ++i) {
    const Spot spot{10.0 + 15.0 * i, 50.0 + 3.0 * (i % 4)};
    labels.push_back({.point = spot, .width = 40, .height = 8});
    marks.push_back(mark_at(spot));
  }
  std::vector<Box> boxes = marks;
  std::size_t placed = 0;
  for (const auto& place : place_labels(labels, kArea, marks, {})) {
    if (!place) continue;
    ++placed;
    const Box& box = place->box;
    EXPECT_TRUE(box.left >= 0 && box.right <= 200 && box.top >= 0 && box.bottom <= 100);
    for (const Box& other : boxes) {
      EXPECT_FALSE(box.left < other.right && other.left < box.right && box.top < other.bottom &&
                   other.top < box.bottom);
    }
    boxes.push_back(box);
  }
  EXPECT_GE(placed, 8U);
}

TEST(LabelPlaces, ALabelWithoutAnyPlaceIsLeftOut) {
  const std::vector<Label> labels = {{.point = {50, 50}, .width = 300, .height = 8}};
  EXPECT_FALSE(place_labels(labels, kArea, {}, {}).at(0));
}

TEST(LabelPlaces, KeepsOffLines) {
  const std::vector<Label> labels = {{.point = {50, 50}, .width = 30, .height = 8}};
  std::vector<Spot> line;
  for (int i = 50; i < 100; i += 2) line.push_back({static_cast<double>(i), 50});
  const auto places = place_labels(labels, kArea, {}, line);
  ASSERT_TRUE(places.at(0));
  EXPECT_TRUE(places[0]->box.bottom <= 50 || places[0]->box.right <= 50);
}

}  // namespace
}  // namespace wattlens::plot
