#include "base/timestamp.h"

#include <gtest/gtest.h>

namespace wattlens::base {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

// date -u -d '2023-03-08 21:29:56' +%s
constexpr std::int64_t kMarch = 1'678'310'996 * kSecond;

TEST(TimeReader, DatesOfManyStylesAreOneMoment) {
  for (const char* text : {"2023-03-08 21:29:56.373", "2023/03/08 21:29:56.373", "2023-03-08T21:29:56.373Z",
                           "2023-03-08T22:29:56.373+01:00", "03-08-2023 21:29:56.373", "08.03.2023 21:29:56,373"}) {
    TimeReader reader;
    const auto time = reader.read(text);
    ASSERT_TRUE(time) << text;
    EXPECT_EQ(*time, kMarch + 373'000'000) << text;
    EXPECT_TRUE(reader.is_date());
  }
}

TEST(TimeReader, NumbersAreOfTheUnitThatTheirSizeShows) {
  const std::int64_t begin = 1'727'360'252 * kSecond;
  for (const char* text : {"1727360252", "1727360252000", "1727360252000000", "1727360252000000000"}) {
    EXPECT_EQ(TimeReader().read(text), begin) << text;
  }
  EXPECT_EQ(TimeReader().read("0.25"), kSecond / 4);
  EXPECT_EQ(TimeReader(1e-3).read("250"), kSecond / 4);
}

TEST(TimeReader, WhatTheFirstNumberShowsHoldsForTheRest) {
  TimeReader reader;
  ASSERT_TRUE(reader.read("1727360252000"));
  EXPECT_EQ(reader.read("250"), kSecond / 4);
}

TEST(TimeReader, WhatIsNoTimeIsNone) {
  for (const char* text :
       {"", "now", "2023-13-08 21:29:56", "2023-02-30 21:29:56", "2023-03-08 25:29:56", "2023-03-08 21:29:56 PM",
        "21:29", "1e300", "nan", "2023-03-08 21:61:00", "9999-01-01 00:00:00", "4.1e9", "-1e10"}) {
    EXPECT_FALSE(TimeReader().read(text)) << text;
  }
}

}  // namespace
}  // namespace wattlens::base
