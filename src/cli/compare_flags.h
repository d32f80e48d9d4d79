// The flags of `wattlens compare`.
#pragma once

#include "base/result.h"
#include "cli/compare_options.h"

namespace CLI {  // NOLINT(readability-identifier-naming): not ours
class App;
}

namespace wattlens::cli {

void add_compare(CLI::App& app, CompareOptions& options);

// Whether exactly one kind of thing is to be compared, and the flags belong to it.
Result<void> check_compare(const CompareOptions& options);

}  // namespace wattlens::cli
