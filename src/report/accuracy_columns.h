// How often models were right, as columns of a table of points. Pure function.
#pragma once

#include <span>

#include "record/run.h"
#include "report/table.h"

namespace wattlens::report {

// Adds top-1 and top-5 in percent, and how many images they are of, before the last column, where any point has them:
// a table without labelled images has no such columns. One `info` for each row.
void add_accuracy(Table& table, std::span<const record::WorkloadInfo* const> infos);

}  // namespace wattlens::report
