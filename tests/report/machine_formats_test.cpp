#include "report/machine_formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace wattlens::report {
namespace {

Table example() {
  using enum ColumnKind;
  Table table;
  table.columns = {{"name", "name"},
                   {"count", "n", number},
                   {"speed", "v", quantity},
                   {"energy_j", "J", energy},
                   {"", "only shown"}};
  table.rows = {{std::string("a, \"b\"\nc"), std::int64_t{3},
                 Quantity{.value = 1.5, .interval = record::Interval<double>{1.25, 1.75}},
                 Quantity{.value = 2.5, .provenance = record::Provenance::modelled}, std::string("x")},
                {Cell(), std::numeric_limits<double>::quiet_NaN(), Quantity{},
                 Quantity{.provenance = record::Provenance::missing, .reason = "absent"}, Cell()}};
  return table;
}

TEST(Csv, FieldsAreQuotedWhereTheyMust) {
  EXPECT_EQ(csv_field(""), "");
  EXPECT_EQ(csv_field("a b"), "a b");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(csv_field("a\r\nb"), "\"a\r\nb\"");
}

TEST(Csv, QuantitiesTakeTheirOwnColumnsAndMissingIsEmpty) {
  EXPECT_EQ(to_csv(example()),
            "name,count,speed,speed_low,speed_high,energy_j,energy_j_low,energy_j_high,energy_j_interval,"
            "energy_j_provenance,energy_j_complete,energy_j_reason\r\n"
            "\"a, \"\"b\"\"\nc\",3,1.5,1.25,1.75,2.5,,,,modelled,true,\r\n"
            ",,,,,,,,,missing,,absent\r\n");
}

TEST(Csv, AnEnergyTellsItsIntervalAndWhetherItIsALowerBound) {
  Table table;
  table.columns = {{"e", "J", ColumnKind::energy}};
  Quantity quantity{.value = 2.0,
                    .interval = record::Interval<double>{1.0, 3.0},
                    .provenance = record::Provenance::measured,
                    .at_least = true};
  table.rows = {{quantity}};
  quantity.at_least = false;
  quantity.sensor_error_left_out = true;
  table.rows.push_back({quantity});
  EXPECT_EQ(to_csv(table),
            "e,e_low,e_high,e_interval,e_provenance,e_complete,e_reason\r\n"
            "2,1,3,absolute,measured,false,\r\n"
            "2,1,3,relative,measured,true,\r\n");
}

TEST(Csv, TheHeadingDoesNotDependOnTheRows) {
  Table table = example();
  const std::string full = to_csv(table);
  table.rows.clear();
  EXPECT_EQ(to_csv(table), full.substr(0, full.find('\n') + 1));
}

TEST(JsonLines, OneObjectPerLineWhateverTheTextHolds) {
  const std::string lines = to_json_lines(example());
  EXPECT_EQ(std::ranges::count(lines, '\n'), 2);
  const auto first = base::parse_json(lines.substr(0, lines.find('\n')), "line");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ((*first)["name"], "a, \"b\"\nc");
  EXPECT_EQ((*first)["speed"]["low"], 1.25);
}

TEST(JsonDocument, CarriesItsSchema) {
  const auto json = base::parse_json(to_json_document(example(), "wattlens.list/1", "experiments"), "document");
  ASSERT_TRUE(json);
  EXPECT_EQ((*json)["schema"], "wattlens.list/1");
  EXPECT_EQ((*json)["experiments"].size(), 2U);
  EXPECT_TRUE((*json)["experiments"][1]["count"].is_null());
}

}  // namespace
}  // namespace wattlens::report
