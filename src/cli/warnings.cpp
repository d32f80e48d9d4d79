#include "cli/warnings.h"

#include <fmt/core.h>

#include <cstdio>

namespace wattlens::cli {

void say_warnings(std::span<const record::Warning> warnings) {
  for (const record::Warning& warning : warnings) {
    fmt::print(stderr, "warning: {}\n", warning.message);
    if (!warning.hint.empty()) fmt::print(stderr, "  {}\n", warning.hint);
  }
}

}  // namespace wattlens::cli
