// A table laid out for a terminal of a given width. Pure function.
#pragma once

#include <string>

#include "report/format.h"
#include "report/table.h"

namespace wattlens::report {

// Where the table is too wide, it gives way in this order: headings take several lines, words in cells are wrapped, the
// last column of words moves below its row, columns that may be left out are (a line says which). Numbers are never
// cut: only a table of numbers alone can still be wider than the terminal.
std::string table_text(const Table& table, const TextOptions& options);

}  // namespace wattlens::report
