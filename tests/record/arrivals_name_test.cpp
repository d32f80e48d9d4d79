#include "record/arrivals_name.h"

#include <gtest/gtest.h>

namespace wattlens::record {
namespace {

TEST(ArrivalsName, OnlyATraceIsShortened) {
  EXPECT_EQ(arrivals_name(""), "");
  EXPECT_EQ(arrivals_name("poisson:16"), "poisson:16");
  for (const std::string_view text : {"trace:web.csv", "trace:monday/web.csv*2", "trace:/web.csv"}) {
    EXPECT_EQ(arrivals_name(text), text);
  }
}

TEST(ArrivalsName, ATraceIsCalledByItsFileAndFolder) {
  EXPECT_EQ(arrivals_name("trace:/data/2026/monday/web.csv*10"), "trace:monday/web.csv*10");
  EXPECT_EQ(arrivals_name("trace:../a b/x*2.csv"), "trace:a b/x*2.csv");
}

}  // namespace
}  // namespace wattlens::record
