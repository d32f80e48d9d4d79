#include "audit/against.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "audit/csv_reading.h"
#include "audit/match.h"
#include "audit/readers.h"
#include "base/fields.h"
#include "base/text.h"

namespace wattlens::audit {
namespace {

using base::Joules;
using base::Seconds;

constexpr std::size_t kMostRows = 100'000;

// Which column of the table is what.
struct Columns {
  char separator = ',';
  std::vector<std::string> names;
  std::size_t energy = 0;
  double joules = 1.0;
  std::optional<std::size_t> duration;
  double seconds = 1.0;
};

std::unexpected<Error> no_column(std::string_view file, std::string_view what, const std::vector<std::string>& names) {
  return fail(ErrorKind::usage, fmt::format("{} has no column {}", file, what),
              fmt::format("its columns: {}", base::join(names, ", ")));
}

Result<std::size_t> energy_column(const std::vector<Heading>& headings, const Columns& columns,
                                  const std::string& wanted, std::string_view file) {
  if (!wanted.empty()) {
    const auto index = index_of(columns.names, wanted);
    if (!index) return no_column(file, "'" + wanted + "'", columns.names);
    return *index;
  }
  std::vector<std::size_t> energies;
  for (std::size_t i = 0; i < headings.size(); ++i) {
    if (headings[i].role != Role::energy) continue;
    if (headings[i].part == "total") return i;
    energies.push_back(i);
  }
  if (energies.empty()) return no_column(file, "of energy", columns.names);
  if (energies.size() > 1) {
    return fail(ErrorKind::usage, fmt::format("{} has {} columns of energy", file, energies.size()),
                fmt::format("choose one: --energy-column '{}'", headings[energies.front()].name));
  }
  return energies.front();
}

Result<Columns> find_columns(const base::LineReader& lines, const ColumnNames& wanted) {
  Columns columns{.separator = base::guess_separator(lines.head())};
  std::size_t at = 0;
  while (is_no_row(line_of(lines.head(), at)) && at < 100) ++at;
  columns.names = split_headings(line_of(lines.head(), at), columns.separator);
  std::vector<Heading> headings;
  for (const std::string& name : columns.names) headings.push_back(read_heading(name));
  WATTLENS_TRY(columns.energy, energy_column(headings, columns, wanted.energy, lines.name()));
  const auto& unit = headings[columns.energy].unit;
  constexpr double kKilowattHour = 3.6e6;
  columns.joules = unit && unit->dimension == Dimension::energy ? unit->factor
                   : is_codecarbon(lines.head())                ? kKilowattHour
                                                                : 1.0;
  if (!wanted.duration.empty()) {
    columns.duration = index_of(columns.names, wanted.duration);
    if (!columns.duration) return no_column(lines.name(), "'" + wanted.duration + "'", columns.names);
  } else {
    const auto found = std::ranges::find(headings, Role::duration, &Heading::role);
    if (found != headings.end()) columns.duration = static_cast<std::size_t>(found - headings.begin());
  }
  if (columns.duration) {
    const auto& time = headings[*columns.duration].unit;
    if (time && time->dimension == Dimension::time) columns.seconds = time->factor;
  }
  return columns;
}

ResultRow read_row(const base::Fields& fields, const Columns& columns, std::int64_t line) {
  ResultRow row{.line = line};
  if (const auto energy = base::parse_quantity(fields[columns.energy]))
    row.energy = Joules{energy->value * columns.joules};
  if (columns.duration) {
    const auto seconds = base::parse_quantity(fields[*columns.duration]);
    if (seconds && seconds->value > 0.0) row.duration = Seconds{seconds->value * columns.seconds};
  }
  for (std::size_t i = 0; i < columns.names.size(); ++i) {
    const bool words =
        i != columns.energy && i != columns.duration && !base::is_absent(fields[i]) && !base::parse_quantity(fields[i]);
    row.words.push_back(words ? base::lower_case(fields[i]) : std::string());
  }
  return row;
}

Evidence evidence_of(const MatchedRun& run, const FileReport& file) {
  Evidence evidence = evidence_of(file);
  if (run.claimed_duration) evidence.duration = *run.claimed_duration;  // what the claim was computed with
  return evidence;
}

// The fault that explains most runs is taken for all that it can explain: one alone may be explained by chance.
void name_faults(std::span<const FileReport> files, std::vector<MatchedRun>& runs) {
  std::map<const KnownFault*, std::int64_t> votes;
  std::vector<std::vector<const KnownFault*>> possible(runs.size());
  for (std::size_t i = 0; i < runs.size(); ++i) {
    if (runs[i].agrees) continue;
    possible[i] = explain(runs[i].claimed, evidence_of(runs[i], files[runs[i].file]));
    for (const KnownFault* fault : possible[i]) ++votes[fault];
  }
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto best = std::ranges::max_element(possible[i], {}, [&](const KnownFault* fault) { return votes[fault]; });
    if (best != possible[i].end()) runs[i].fault = *best;
  }
}

double ratio_of(const MatchedRun& run) { return run.claimed / run.found; }

void add_fault_findings(AgainstReport& report) {
  std::map<const KnownFault*, std::vector<const MatchedRun*>> by_fault;
  for (const MatchedRun& run : report.runs) {
    if (!run.agrees) by_fault[run.fault].push_back(&run);
  }
  for (auto& [fault, runs] : by_fault) {
    std::ranges::sort(runs, {}, [](const MatchedRun* run) { return ratio_of(*run); });
    const double low = ratio_of(*runs.front());
    const double median = ratio_of(*runs[runs.size() / 2]);
    const double high = ratio_of(*runs.back());
    report.findings.push_back(
        {.code = fault != nullptr ? std::string(fault->code) : "claim",
         .severity = Severity::fault,
         .file = report.table,
         .line = runs.back()->line,
         .column = report.energy_column,
         .seen = fmt::format("{} of {} runs: claimed ÷ integrated is {:.4g} at the median ({:.4g}–{:.4g})", runs.size(),
                             report.runs.size(), median, low, high),
         .changes = fault != nullptr ? "the claim is " + std::string(fault->words)
                                     : "no fault that is known makes these numbers",
         .mend = "use the integral of the trace"});
  }
}

void add_match_findings(const ResultsTable& table, AgainstReport& report) {
  if (!report.files_without_row.empty()) {
    report.findings.push_back(
        {.code = "unmatched",
         .severity = Severity::warning,
         .file = report.table,
         .seen = fmt::format("{} logs have no row that fits by its words, its order and its duration",
                             report.files_without_row.size()),
         .changes = "they are not compared",
         .mend = "name files and folders as the table names its runs"});
  }
  if (!report.runs.empty() && !report.durations_fit) {
    report.findings.push_back({.code = "order_alone",
                               .severity = Severity::warning,
                               .file = report.table,
                               .seen = "the table tells no duration: runs are matched by their order alone",
                               .changes = "a row that is missing shifts all that follow",
                               .mend = "name the duration: --duration-column NAME"});
  }
  const auto without = std::ranges::count_if(table.rows, [](const ResultRow& row) { return !row.energy; });
  if (without > 0) {
    report.findings.push_back({.code = "missing_values",
                               .severity = Severity::warning,
                               .file = report.table,
                               .column = report.energy_column,
                               .seen = fmt::format("{} of {} rows have no energy", without, table.rows.size()),
                               .changes = "they are not compared",
                               .mend = "leave them out of means and totals, and say so"});
  }
}

TraceMark mark_of(const FileReport& file) {
  TraceMark mark{.labels = base::lower_case(file.file)};
  for (const SeriesResult& series : file.series) {
    mark.labels += '\n' + base::lower_case(series.info.device);
    mark.duration = std::max(mark.duration, series.covered);
  }
  if (!file.series.empty()) mark.begin_ns = file.series.front().begin_ns;
  return mark;
}

}  // namespace

Result<ResultsTable> read_results(base::LineReader lines, const ColumnNames& wanted) {
  WATTLENS_TRY(const Columns columns, find_columns(lines, wanted));
  ResultsTable table{.file = lines.name(), .energy_column = columns.names[columns.energy]};
  if (columns.duration) table.duration_column = columns.names[*columns.duration];
  base::Fields fields;
  bool heading = true;
  while (true) {
    WATTLENS_TRY(const bool any, lines.next());
    if (!any) break;
    if (is_no_row(lines.line()) || std::exchange(heading, false)) continue;
    if (!fields.split(lines.line(), columns.separator) || fields.size() != columns.names.size()) {
      return fail(ErrorKind::usage,
                  fmt::format("{}:{}: {} fields, the heading has {}", lines.name(), lines.number(), fields.size(),
                              columns.names.size()),
                  "mend the row: a table of results must be whole");
    }
    if (table.rows.size() == kMostRows) {
      return fail(ErrorKind::usage, fmt::format("{} has more than {} rows", lines.name(), kMostRows),
                  "cut it to the runs at hand");
    }
    table.rows.push_back(read_row(fields, columns, lines.number()));
  }
  if (table.rows.empty()) return fail(ErrorKind::usage, lines.name() + " has no rows", "give the table of results");
  return table;
}

AgainstReport hold_against(std::span<const FileReport> files, const ResultsTable& table, double tolerance) {
  AgainstReport report{.table = table.file, .energy_column = table.energy_column, .tolerance = tolerance};
  std::vector<TraceMark> marks;
  for (const FileReport& file : files) marks.push_back(mark_of(file));
  const auto matched = match_rows(marks, table.rows);
  report.durations_fit = !table.duration_column.empty();
  report.rows_without_file = static_cast<std::int64_t>(table.rows.size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Evidence evidence = evidence_of(files[i]);
    if (!matched[i] || !(evidence.integral.value > 0.0)) {
      report.files_without_row.push_back(i);
      continue;
    }
    const ResultRow& row = table.rows[*matched[i]];
    --report.rows_without_file;
    if (!row.energy) continue;
    MatchedRun run{.file = i,
                   .line = row.line,
                   .claimed = *row.energy,
                   .found = evidence.integral,
                   .duration = evidence.duration,
                   .claimed_duration = row.duration};
    run.agrees = std::abs(ratio_of(run) - 1.0) <= tolerance;
    report.runs.push_back(run);
  }
  name_faults(files, report.runs);
  add_fault_findings(report);
  add_match_findings(table, report);
  return report;
}

}  // namespace wattlens::audit
