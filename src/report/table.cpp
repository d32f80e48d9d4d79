#include "report/table.h"

#include <fmt/format.h>

#include <cmath>

#include "record/names.h"
#include "report/number_text.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using base::Json;

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

std::string quantity_text(const Quantity& quantity) {
  if (!quantity.value) return quantity.provenance ? "missing" : "–";
  const std::string mark(quantity.provenance ? mark_of(*quantity.provenance) : "");
  const std::string number = mark + number_text(*quantity.value, quantity.interval);
  return quantity.at_least ? "at least " + number : number;
}

Json quantity_json(const Quantity& quantity) {
  if (!quantity.value && !quantity.provenance) return nullptr;
  Json json = Json::object();
  if (quantity.value) json["value"] = *quantity.value;
  if (quantity.value) {
    json["low"] = quantity.interval ? Json(quantity.interval->low) : Json();
    json["high"] = quantity.interval ? Json(quantity.interval->high) : Json();
  }
  if (quantity.interval && quantity.provenance) {
    json["interval"] = quantity.sensor_error_left_out ? "relative" : "absolute";
  }
  if (quantity.provenance) json["provenance"] = record::to_string(*quantity.provenance);
  if (quantity.value && quantity.provenance) json["complete"] = !quantity.at_least;
  if (!quantity.method.empty()) json["method"] = quantity.method;
  if (!quantity.value) json["reason"] = quantity.reason;
  if (!quantity.hint.empty()) json["hint"] = quantity.hint;
  return json;
}

}  // namespace

void begin_group(Table& table, const std::string& heading) {
  if (table.groups.empty() || table.groups.back().heading != heading) {
    table.groups.push_back({heading, table.rows.size()});
  }
}

Cell cell_of(const std::optional<double>& number) {
  if (!number) return std::monostate();
  return *number;
}

std::string to_text(const Cell& cell) {
  return std::visit(
      Overloaded{[](std::monostate) { return std::string(); }, [](const std::string& text) { return text; },
                 [](std::int64_t number) { return fmt::format("{}", number); },
                 [](double number) { return number_text(number); },
                 [](bool yes) { return std::string(yes ? "yes" : "no"); },
                 [](const Quantity& quantity) { return quantity_text(quantity); },
                 [](const Json& json) { return base::to_text(json); }},
      cell);
}

Json to_json(const Cell& cell) {
  return std::visit(Overloaded{[](std::monostate) { return Json(); },
                               [](const Quantity& quantity) { return quantity_json(quantity); },
                               [](const auto& value) { return Json(value); }},
                    cell);
}

Json row_json(const Table& table, std::size_t row) {
  Json json = Json::object();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (!table.columns[i].name.empty()) json[table.columns[i].name] = to_json(table.rows[row][i]);
  }
  return json;
}

std::vector<Json> rows_json(const Table& table) {
  std::vector<Json> rows;
  for (std::size_t row = 0; row < table.rows.size(); ++row) rows.push_back(row_json(table, row));
  return rows;
}

}  // namespace wattlens::report
