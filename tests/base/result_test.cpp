#include "base/result.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>

namespace wattlens::base {
namespace {

Result<std::unique_ptr<int>> make(int value) {
  if (value < 0) return fail(ErrorKind::usage, "negative", "give a positive number");
  return std::make_unique<int>(value);
}

Result<void> check(int value) {
  WATTLENS_CHECK(make(value));
  return {};
}

Result<int> sum(int a, int b) {
  WATTLENS_TRY(const auto first, make(a));
  WATTLENS_TRY(const auto second, make(b));
  WATTLENS_CHECK(check(a));
  return *first + *second;
}

TEST(Result, TryTakesTheValue) { EXPECT_EQ(sum(1, 2), 3); }

TEST(Result, TryReturnsTheFirstError) {
  const auto result = sum(1, -2);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, ErrorKind::usage);
  EXPECT_EQ(result.error().hint, "give a positive number");
}

TEST(Result, ErrnoIsNamed) {
  const std::unexpected<Error> failure = fail_errno(ENOENT, "cannot open x");
  EXPECT_EQ(failure.error().message, "cannot open x: No such file or directory");
}

}  // namespace
}  // namespace wattlens::base
