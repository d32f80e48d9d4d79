#include "cli/grid_factor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.h"

namespace wattlens::cli {
namespace {

using ::testing::HasSubstr;

TEST(GridFactor, ANumberIsTakenAsGiven) {
  const auto factor = grid_factor("123.5");
  ASSERT_TRUE(factor);
  EXPECT_EQ(factor->g_per_kwh, 123.5);
  EXPECT_FALSE(factor->year);
  EXPECT_EQ(factor->source, "as given");
}

TEST(GridFactor, ACountryHasYearAndSource) {
  for (const char* name : {"DEU", "deu", "Germany", "germany"}) {
    const auto factor = grid_factor(name);
    ASSERT_TRUE(factor) << name;
    EXPECT_EQ(factor->zone, "DEU Germany");
    EXPECT_EQ(factor->g_per_kwh, 380.95);
    EXPECT_EQ(factor->year, 2023);
    EXPECT_THAT(factor->source, HasSubstr("Our World in Data"));
  }
}

TEST(GridFactor, WhatIsNoZoneOrImpossibleIsRefused) {
  EXPECT_THAT(grid_factor("germny").error().message, HasSubstr("germany"));
  for (const char* text : {"-1", "1e9", "nan", "", "400 g"}) {
    ASSERT_FALSE(grid_factor(text)) << text;
    EXPECT_EQ(grid_factor(text).error().kind, ErrorKind::usage);
  }
}

TEST(GridFactor, EveryZoneOfTheTableIsPlausibleAndFound) {
  const auto table = base::parse_json(grid_carbon_text(), "table");
  ASSERT_TRUE(table);
  EXPECT_GT(table->at("zones").size(), 200U);
  for (const base::Json& zone : table->at("zones")) {
    const auto factor = grid_factor(zone.at("code").get<std::string>());
    ASSERT_TRUE(factor);
    EXPECT_GE(factor->g_per_kwh, 0.0);
    EXPECT_LE(factor->g_per_kwh, 1500.0);
    EXPECT_GE(*factor->year, 2000);
  }
}

}  // namespace
}  // namespace wattlens::cli
