// Tables for programs: CSV as RFC 4180 has it, JSON and JSON Lines; and a table in any format. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "report/format.h"
#include "report/table.h"

namespace wattlens::report {

// A quantity takes the columns NAME, NAME_low and NAME_high, an energy also NAME_interval (absolute, relative),
// NAME_provenance, NAME_complete and NAME_reason (why it is missing). Lines end in CR LF; what is missing is empty.
// Lists are JSON text.
std::string to_csv(const Table& table);

// One field, quoted where RFC 4180 asks for it.
std::string csv_field(std::string_view text);

std::string to_json_lines(const Table& table);

// {"schema": schema, name: [one object per row]}
std::string to_json_document(const Table& table, std::string_view schema, std::string_view name);

// A table alone in any format, human ones too; schema and name are for json.
std::string in_format(Table table, Format format, const TextOptions& text, std::string_view schema,
                      std::string_view name);

}  // namespace wattlens::report
