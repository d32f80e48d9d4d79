// What the store lists, as typed tables.
#pragma once

#include <span>

#include "report/table.h"
#include "store/sqlite_store.h"

namespace wattlens::cli {

report::Table experiments_table(std::span<const store::ExperimentListing> experiments);
report::Table runs_table(std::span<const store::RunListing> runs);

}  // namespace wattlens::cli
