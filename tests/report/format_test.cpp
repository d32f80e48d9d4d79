#include "report/format.h"

#include <gtest/gtest.h>

namespace wattlens::report {
namespace {

TEST(Format, EveryNameLeadsBackToItsFormat) {
  EXPECT_EQ(all_formats().size(), 5U);
  for (const FormatInfo& info : all_formats()) {
    EXPECT_EQ(format_from(info.name), info.format);
    EXPECT_EQ(to_string(info.format), info.name);
  }
}

TEST(Format, AnyOtherNameIsNone) {
  EXPECT_FALSE(format_from(""));
  EXPECT_FALSE(format_from("JSON"));
  EXPECT_FALSE(format_from("markdown"));
}

}  // namespace
}  // namespace wattlens::report
