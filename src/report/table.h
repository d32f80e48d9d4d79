// A typed table: each column is declared once and shown in every format.
//
// Plain data and pure functions. Human formats (table, md) show the columns that have a heading, in the digits that
// their intervals allow; machine formats (json, jsonl, csv) show those that have a name, in full precision.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.h"
#include "record/quantity.h"

namespace wattlens::report {

// A number with its 95 % bounds, in the unit that the column names. An energy also tells where it came from.
struct Quantity {
  std::optional<double> value{};
  std::optional<record::Interval<double>> interval{};
  std::optional<record::Provenance> provenance{};  // energies only
  bool at_least = false;                           // a lower bound: something that belongs to it is missing
  bool sensor_error_left_out = false;              // the interval says nothing of the sensor's own gain and offset
  std::string method{};                            // energies only: "powercap", or the model's name
  std::string reason{};                            // why it is missing
  std::string hint{};
};

// std::monostate is an empty cell; Json a list or an object, in machine formats only.
using Cell = std::variant<std::monostate, std::string, std::int64_t, double, bool, Quantity, base::Json>;

// What a column's cells are, where they are not empty.
enum class ColumnKind {
  text,      // std::string, bool, Json
  number,    // std::int64_t, double
  quantity,  // Quantity
  energy,    // Quantity with its provenance
};

struct Column {
  std::string name;     // machine formats: snake_case, ends in its unit; empty: not shown there
  std::string heading;  // human formats, with its unit; empty: not shown there
  ColumnKind kind = ColumnKind::text;
  bool optional = false;  // a terminal that is too narrow for all columns leaves it out
};

struct Group {
  std::string heading;
  std::size_t first_row = 0;
  std::string note{};  // said once beside the heading, where there is room
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;  // one cell per column
  std::vector<Group> groups;            // ascending; human formats only
};

// The row that is added next belongs to the group of this name; nothing happens where it is the last one's.
void begin_group(Table& table, const std::string& heading);

Cell cell_of(const std::optional<double>& number);  // empty where it is

// For a person: "1234 ± 12", "~0.412 (0.29–0.56)", "at least 0.41", "–".
std::string to_text(const Cell& cell);

// For a program: null, a number, or {"value","low","high","provenance",...}.
base::Json to_json(const Cell& cell);
base::Json row_json(const Table& table, std::size_t row);
std::vector<base::Json> rows_json(const Table& table);

}  // namespace wattlens::report
