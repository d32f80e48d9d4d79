#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "audit/csv_reading.h"
#include "audit/readers.h"
#include "base/fields.h"
#include "base/text.h"

namespace wattlens::audit {
namespace {

// An accumulated energy hardly ever goes down; what was used since the row before hardly ever only grows.
constexpr double kMostDecreasesOfACounter = 0.05;

struct Csv {
  char separator = ',';
  std::vector<std::string> names;
  std::vector<Heading> headings;
};

Csv read_csv_heading(std::string_view head) {
  Csv csv{.separator = base::guess_separator(head)};
  std::size_t at = 0;
  while (is_no_row(line_of(head, at)) && at < 100) ++at;
  csv.names = split_headings(line_of(head, at), csv.separator);
  for (const std::string& name : csv.names) csv.headings.push_back(read_heading(name));
  return csv;
}

// What the user named wins over what the heading says.
Result<void> apply_names(const ColumnNames& names, std::string_view file, Csv& csv) {
  const std::array<std::pair<const std::string*, Role>, 4> wanted = {{{&names.time, Role::time},
                                                                      {&names.power, Role::power},
                                                                      {&names.energy, Role::energy},
                                                                      {&names.duration, Role::duration}}};
  for (const auto& [name, role] : wanted) {
    if (name->empty()) continue;
    const auto index = index_of(csv.names, *name);
    if (!index) {
      const auto nearest = base::nearest_names(*name, csv.names);
      return fail(ErrorKind::usage, fmt::format("{} has no column '{}'", file, *name),
                  fmt::format("its columns: {}", base::join(nearest.empty() ? csv.names : nearest, ", ")));
    }
    for (Heading& heading : csv.headings) {
      if (heading.role == role) heading.role = Role::other;
    }
    csv.headings[*index].role = role;
  }
  return {};
}

std::optional<std::size_t> first_with(const Csv& csv, Role role) {
  const auto found = std::ranges::find(csv.headings, role, &Heading::role);
  if (found == csv.headings.end()) return std::nullopt;
  return static_cast<std::size_t>(found - csv.headings.begin());
}

bool has(const Csv& csv, Role role) { return first_with(csv, role).has_value(); }

// Rows of one moment each, not of one run each.
bool is_trace(const Csv& csv) { return has(csv, Role::time) && !has(csv, Role::duration); }

bool looks_like_counter(const Csv& csv, std::size_t field, std::string_view head) {
  base::Fields row;
  double last = 0.0;
  std::int64_t rows = 0;
  std::int64_t down = 0;
  std::int64_t equal_to_zero = 0;
  for (const std::string_view line : base::split(head, '\n')) {
    if (!row.split(line, csv.separator) || row.size() <= field) continue;
    const auto number = base::parse_quantity(row[field]);
    if (!number) continue;
    if (rows++ > 0 && number->value < last) ++down;
    if (number->value == 0.0) ++equal_to_zero;
    last = number->value;
  }
  return rows > 2 && static_cast<double>(down) <= kMostDecreasesOfACounter * static_cast<double>(rows) &&
         equal_to_zero < rows;
}

Result<void> read_as_trace(base::LineReader& lines, const Csv& csv, Log& log) {
  const std::string head(lines.head());
  const std::size_t time = *first_with(csv, Role::time);
  TraceFields fields{
      .separator = csv.separator, .time = time, .columns = csv.names.size(), .heading = csv.names.front()};
  const std::optional<Unit>& time_unit = csv.headings[time].unit;
  if (time_unit && time_unit->dimension == Dimension::time) fields.time_reader = base::TimeReader(time_unit->factor);
  fields.limit = first_with(csv, Role::power_limit);
  for (std::size_t i = 0; i < csv.headings.size(); ++i) {
    const Heading& heading = csv.headings[i];
    const std::string lower = base::lower_case(heading.name);
    if (lower == "device" || lower == "gpu_name" || lower == "gpu_index" || lower == "channel" || lower == "domain" ||
        lower == "detail_name") {
      fields.device.push_back(i);
    }
    if (heading.role != Role::power && heading.role != Role::energy) continue;
    ValueField value{.field = i};
    value.info = {.name = heading.name, .unit_named = heading.unit.has_value(), .part = heading.part};
    value.factor = heading.unit ? heading.unit->factor : 1.0;
    value.info.unit = heading.unit ? heading.unit->name : heading.role == Role::power ? "W" : "J";
    if (heading.role == Role::energy) {
      value.info.kind = looks_like_counter(csv, i, head) ? SeriesKind::counter : SeriesKind::increment;
    }
    fields.values.push_back(std::move(value));
  }
  return read_trace(lines, std::move(fields), log);
}

// Names of configurations: words, neither times nor numbers of the run.
std::vector<std::size_t> label_fields(const Csv& csv, std::string_view head) {
  constexpr std::array<std::string_view, 12> kNoLabel = {"timestamp", "date", "time", "file", "path", "filename",
                                                         "run_id",    "run",  "id",   "uuid", "host", "seed"};
  constexpr std::array<std::string_view, 3> kSettings = {"batch", "power_limit", "threads"};
  base::Fields row;
  std::size_t at = 0;
  while (is_no_row(line_of(head, at)) && at < 100) ++at;
  row.split(line_of(head, at + 1), csv.separator);
  std::vector<std::size_t> fields;
  for (std::size_t i = 0; i < csv.names.size() && i < row.size(); ++i) {
    const std::string lower = base::lower_case(csv.names[i]);
    if (std::ranges::find(kNoLabel, lower) != kNoLabel.end()) continue;
    const bool setting =
        std::ranges::any_of(kSettings, [&](auto part) { return lower.find(part) != std::string::npos; });
    const bool words = !row[i].empty() && !base::parse_quantity(row[i]) && !base::is_absent(row[i]);
    if (setting || (words && csv.headings[i].role == Role::other)) fields.push_back(i);
  }
  return fields;
}

}  // namespace

bool is_plain_csv(std::string_view head) {
  const Csv csv = read_csv_heading(head);
  if (csv.names.size() < 2) return false;
  return has(csv, Role::energy) || has(csv, Role::power);
}

Result<void> read_plain_csv(base::LineReader& lines, const ColumnNames& names, Log& log) {
  Csv csv = read_csv_heading(lines.head());
  WATTLENS_CHECK(apply_names(names, lines.name(), csv));
  if (!has(csv, Role::energy) && !has(csv, Role::power)) {
    return fail(ErrorKind::usage, fmt::format("{} has no column of power or energy", lines.name()),
                "name one: --power-column NAME or --energy-column NAME");
  }
  const std::vector<std::size_t> labels = label_fields(csv, lines.head());
  const bool trace = is_trace(csv);
  if (trace) return read_as_trace(lines, csv, log);
  TableFields fields{.separator = csv.separator, .headings = csv.headings, .labels = labels};
  for (const Heading& heading : csv.headings) fields.factors.push_back(heading.unit ? heading.unit->factor : 1.0);
  return read_table(lines, fields, log);
}

}  // namespace wattlens::audit
