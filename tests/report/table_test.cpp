#include "report/table.h"

#include <gtest/gtest.h>

namespace wattlens::report {
namespace {

using record::Provenance;

Quantity energy(Provenance provenance) {
  return {.value = 0.5, .interval = record::Interval<double>{0.4, 0.6}, .provenance = provenance};
}

TEST(Table, CellsReadAsAPersonExpects) {
  EXPECT_EQ(to_text(Cell()), "");
  EXPECT_EQ(to_text(std::string("a")), "a");
  EXPECT_EQ(to_text(std::int64_t{-3}), "-3");
  EXPECT_EQ(to_text(true), "yes");
  EXPECT_EQ(to_text(Quantity{}), "–");
}

TEST(Table, AnEnergyShowsWhereItCameFrom) {
  EXPECT_EQ(to_text(energy(Provenance::measured)), "0.50 ± 0.10");
  EXPECT_EQ(to_text(energy(Provenance::modelled)), "~0.50 ± 0.10");
  EXPECT_EQ(to_text(Quantity{.provenance = Provenance::missing}), "missing");
}

TEST(Table, AnIncompleteTotalIsALowerBound) {
  Quantity quantity = energy(Provenance::measured);
  quantity.at_least = true;
  EXPECT_EQ(to_text(quantity), "at least 0.50 ± 0.10");
  EXPECT_EQ(to_json(quantity)["complete"], false);
}

TEST(Table, AMissingEnergyHasAReasonAndNoNumberInJson) {
  const Quantity quantity{.provenance = Provenance::missing, .reason = "permission", .hint = "sudo"};
  const base::Json json = to_json(quantity);
  EXPECT_FALSE(json.contains("value"));
  EXPECT_EQ(json["provenance"], "missing");
  EXPECT_EQ(json["reason"], "permission");
}

TEST(Table, BoundsAreNullWhereTheyAreNotKnown) {
  const base::Json json = to_json(Quantity{.value = 1.0});
  EXPECT_TRUE(json["low"].is_null());
  EXPECT_TRUE(json["high"].is_null());
  EXPECT_TRUE(to_json(Quantity{}).is_null());
}

TEST(Table, AnIntervalWithoutTheSensorsErrorIsMarked) {
  Quantity quantity = energy(Provenance::measured);
  EXPECT_EQ(to_json(quantity)["interval"], "absolute");
  quantity.sensor_error_left_out = true;
  EXPECT_EQ(to_json(quantity)["interval"], "relative");
}

TEST(Table, OnlyNamedColumnsAreInJson) {
  const Table table{.columns = {{"a", "A"}, {"", "B"}}, .rows = {{std::string("x"), std::string("y")}}, .groups = {}};
  EXPECT_EQ(base::to_text(row_json(table, 0)), R"({"a":"x"})");
  EXPECT_EQ(rows_json(table).size(), 1U);
}

}  // namespace
}  // namespace wattlens::report
