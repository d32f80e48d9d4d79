// Compares a text with a file under tests/golden/. On a difference the new text is left in the build folder, from where
// tools/approve.py takes it once a person has looked at it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string_view>

#include "base/file.h"
#include "fake/paths.h"

namespace wattlens::fake {

inline void expect_golden(std::string_view name, std::string_view text) {
  const base::Path received = build_folder() / "golden_received" / name;
  const auto expected = base::read_text(test_folder() / "golden" / name);
  std::error_code ignored;
  if (expected && *expected == text) {
    std::filesystem::remove(received, ignored);
    return;
  }
  std::filesystem::create_directories(received.parent_path(), ignored);
  ASSERT_TRUE(base::write_text(received, text));
  ADD_FAILURE() << "differs from tests/golden/" << name << "; look at " << received.string()
                << " and, if it is right, run tools/approve.py";
}

}  // namespace wattlens::fake
