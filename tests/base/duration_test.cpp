#include "base/duration.h"

#include <gtest/gtest.h>

namespace wattlens::base {
namespace {

TEST(Duration, KnowsItsUnits) {
  EXPECT_DOUBLE_EQ(parse_duration("120s", "budget").value().value, 120.0);
  EXPECT_DOUBLE_EQ(parse_duration("500ms", "budget").value().value, 0.5);
  EXPECT_DOUBLE_EQ(parse_duration("250us", "budget").value().value, 0.00025);
  EXPECT_DOUBLE_EQ(parse_duration("2m", "budget").value().value, 120.0);
  EXPECT_DOUBLE_EQ(parse_duration("1.5 h", "budget").value().value, 5400.0);
  EXPECT_DOUBLE_EQ(parse_duration("3", "budget").value().value, 3.0);
  for (const std::string_view text : {"", "s", "0s", "-1s", "1d", "1e400", "nan", "1 s s"}) {
    EXPECT_FALSE(parse_duration(text, "budget")) << text;
  }
}

TEST(Duration, ItsTextIsReadBackAsTheSame) {
  EXPECT_EQ(duration_text(seconds(2)), "2s");
  EXPECT_EQ(duration_text(milliseconds(1500)), "1500ms");
  EXPECT_EQ(duration_text(milliseconds(0.25)), "250us");
  for (const std::int64_t ns : {1LL, 999LL, 1'000LL, 1'000'001LL, 123'456'789'012LL}) {
    const std::string text = duration_text(seconds(static_cast<double>(ns) * 1e-9));
    EXPECT_EQ(nanoseconds(parse_duration(text, "delay").value()), ns) << text;
  }
}

}  // namespace
}  // namespace wattlens::base
