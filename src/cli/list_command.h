// `wattlens list`: the experiments, or the runs, of a store.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "cli/output.h"
#include "store/sqlite_store.h"

namespace wattlens::cli {

struct ListOptions {
  base::Path store;          // --store; empty: the user's
  store::ListFilter filter;  // --model, --since, --status, --limit; --experiment as a prefix or `last`
  bool runs = false;         // --runs: one line per run instead of one per experiment
  OutputOptions output;
};

// Fails with ErrorKind::not_found where nothing matches a filter; an empty store without a filter is an empty list.
Result<void> list(const ListOptions& options, Output& output);

}  // namespace wattlens::cli
