#include "report/machine_formats.h"

#include <fmt/format.h>

#include <cmath>

#include "record/names.h"
#include "report/page.h"

namespace wattlens::report {
namespace {

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : std::string(); }

std::string plain_text(const Cell& cell) {
  if (const auto* value = std::get_if<double>(&cell)) return number(*value);
  if (const auto* value = std::get_if<bool>(&cell)) return *value ? "true" : "false";
  return to_text(cell);
}

void add_quantity(std::vector<std::string>& fields, const Cell& cell, ColumnKind kind) {
  const auto* quantity = std::get_if<Quantity>(&cell);
  const Quantity empty;
  const Quantity& shown = quantity != nullptr ? *quantity : empty;
  const bool bounds = shown.value && shown.interval;
  fields.push_back(shown.value ? number(*shown.value) : "");
  fields.push_back(bounds ? number(shown.interval->low) : "");
  fields.push_back(bounds ? number(shown.interval->high) : "");
  if (kind != ColumnKind::energy) return;
  // The same words as in JSON, so that a lower bound or a relative interval is not taken for more than it is.
  fields.emplace_back(bounds ? (shown.sensor_error_left_out ? "relative" : "absolute") : "");
  fields.emplace_back(shown.provenance ? record::to_string(*shown.provenance) : "");
  fields.emplace_back(shown.value ? (shown.at_least ? "false" : "true") : "");
  fields.push_back(shown.value ? "" : shown.reason);
}

void add_line(std::string& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    out += csv_field(fields[i]);
  }
  out += "\r\n";
}

}  // namespace

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string to_csv(const Table& table) {
  std::vector<std::string> fields;
  for (const Column& column : table.columns) {
    if (column.name.empty()) continue;
    fields.push_back(column.name);
    if (column.kind != ColumnKind::quantity && column.kind != ColumnKind::energy) continue;
    fields.push_back(column.name + "_low");
    fields.push_back(column.name + "_high");
    if (column.kind != ColumnKind::energy) continue;
    for (const char* part : {"_interval", "_provenance", "_complete", "_reason"}) fields.push_back(column.name + part);
  }
  std::string out;
  add_line(out, fields);
  for (const auto& row : table.rows) {
    fields.clear();
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      if (table.columns[column].name.empty()) continue;
      const ColumnKind kind = table.columns[column].kind;
      if (kind == ColumnKind::quantity || kind == ColumnKind::energy) {
        add_quantity(fields, row[column], kind);
      } else {
        fields.push_back(plain_text(row[column]));
      }
    }
    add_line(out, fields);
  }
  return out;
}

std::string to_json_lines(const Table& table) {
  std::string out;
  for (std::size_t row = 0; row < table.rows.size(); ++row) out += base::to_text(row_json(table, row)) + '\n';
  return out;
}

std::string to_json_document(const Table& table, std::string_view schema, std::string_view name) {
  base::Json json = {{"schema", schema}};
  json[std::string(name)] = rows_json(table);
  return base::to_pretty_text(json) + '\n';
}

std::string in_format(Table table, Format format, const TextOptions& text, std::string_view schema,
                      std::string_view name) {
  const auto page = [&] {
    Page alone;
    alone.sections.emplace_back().table = std::move(table);
    return alone;
  };
  switch (format) {
    case Format::table: return to_terminal(page(), text);
    case Format::markdown: return to_markdown(page());
    case Format::csv: return to_csv(table);
    case Format::jsonl: return to_json_lines(table);
    case Format::json: return to_json_document(table, schema, name);
  }
  return {};
}

}  // namespace wattlens::report
