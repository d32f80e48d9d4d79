#include "base/json.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

namespace wattlens::base {
namespace {

TEST(Json, BadTextIsNamedWithItsPlace) {
  const auto result = parse_json("{\"a\": }", "plan.json");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("plan.json"), std::string::npos);
  EXPECT_NE(result.error().message.find("line 1"), std::string::npos);
}

TEST(Json, TextThatWouldEndTheStackIsRefused) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_FALSE(parse_json(nested(200'000), "input"));
  EXPECT_TRUE(parse_json(nested(500), "input"));
  EXPECT_TRUE(parse_json("[\"\\\"" + nested(1000) + "\"]", "brackets in a string"));
}

TEST(Json, MembersAreCheckedForPresenceAndType) {
  const Json json = {{"name", "x"}, {"count", 3}, {"rate", 1.5}, {"none", nullptr}, {"list", Json::array({1})}};
  EXPECT_EQ(member<std::string>(json, "name"), "x");
  EXPECT_EQ(member<std::int64_t>(json, "count"), 3);
  EXPECT_EQ(member<double>(json, "count"), 3.0);
  EXPECT_FALSE(member<std::int64_t>(json, "rate"));
  EXPECT_FALSE(member<std::string>(json, "missing"));
  EXPECT_FALSE(member<std::string>(Json::array(), "name"));
  EXPECT_EQ(member_or<double>(json, "none", 2.0), 2.0);
  EXPECT_FALSE(member_or<double>(json, "name", 2.0));
  EXPECT_EQ(member<Json>(json, "list")->size(), 1U);
  EXPECT_FALSE(member<std::int64_t>(Json{{"big", 18446744073709551615ULL}}, "big"));
}

TEST(Json, TextIsAlwaysValid) {
  EXPECT_EQ(to_text(Json{{"x", std::numeric_limits<double>::quiet_NaN()}}), "{\"x\":null}");
  EXPECT_TRUE(parse_json(to_text(Json{{"x", "\xff"}}), "bytes"));
}

}  // namespace
}  // namespace wattlens::base
