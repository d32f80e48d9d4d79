#include "cli/exit_code.h"

#include <gtest/gtest.h>

namespace wattlens::cli {
namespace {

TEST(ExitCodes, EveryKindOfErrorHasOne) {
  EXPECT_EQ(exit_code(ErrorKind::internal), ExitCode::our_bug);
  EXPECT_EQ(exit_code(ErrorKind::usage), ExitCode::bad_usage);
  EXPECT_EQ(exit_code(ErrorKind::io), ExitCode::bad_usage);
  EXPECT_EQ(exit_code(ErrorKind::not_found), ExitCode::nothing_matched);
  EXPECT_EQ(exit_code(ErrorKind::not_measurable), ExitCode::nothing_measurable);
  EXPECT_EQ(exit_code(ErrorKind::run_failed), ExitCode::some_runs_failed);
  EXPECT_EQ(exit_code(ErrorKind::cancelled), ExitCode::some_runs_failed);
}

}  // namespace
}  // namespace wattlens::cli
