#include "report/audit_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/audit_json.h"
#include "report/audit_tables.h"
#include "report/machine_formats.h"
#include "report/page.h"

namespace wattlens::report {
namespace {

using audit::FileReport;
using audit::Finding;
using audit::Severity;

constexpr std::size_t kFilesInFull = 8;

std::string place_of(const Finding& finding) {
  std::string place;
  if (!finding.column.empty()) place = finding.column;
  if (finding.line > 0) place += fmt::format("{}line {}", place.empty() ? "" : ", ", finding.line);
  return place;
}

// "fault counter_wrap (energy_uj, line 12): seen. It changes: … To mend it: …"
std::string finding_text(const Finding& finding) {
  const std::string place = place_of(finding);
  return fmt::format("{} {}{}: {}. What it changes: {}. To mend it: {}.", to_string(finding.severity), finding.code,
                     place.empty() ? "" : " (" + place + ")", finding.seen, finding.changes, finding.mend);
}

std::string counts(const std::vector<Finding>& findings) {
  std::string text;
  for (const Severity severity : {Severity::fault, Severity::warning, Severity::remark}) {
    const auto count = std::ranges::count(findings, severity, &Finding::severity);
    if (count == 0) continue;
    text += fmt::format("{}{} {}{}", text.empty() ? "" : ", ", count, to_string(severity), count == 1 ? "" : "s");
  }
  return text.empty() ? "nothing found" : text;
}

std::vector<std::string> interval_remarks(const FileReport& file) {
  std::vector<std::string> remarks;
  for (const audit::SeriesResult& series : file.series) {
    if (!series.integral) continue;
    std::string text = "The 95 % interval holds: " + base::join(series.integral->holds, "; ") +
                       ". It leaves out: " + base::join(series.integral->leaves_out, "; ") + ".";
    if (std::ranges::find(remarks, text) == remarks.end()) remarks.push_back(std::move(text));
  }
  constexpr std::size_t kMost = 3;
  if (remarks.size() > kMost) {
    remarks.resize(kMost);
    remarks.emplace_back("The intervals of the other series: --format json.");
  }
  return remarks;
}

void add_file(const FileReport& file, Page& page) {
  Section section{.heading = file.file,
                  .lead = fmt::format("{}, {} rows: {}", file.format, file.rows, counts(file.findings))};
  if (!file.series.empty()) {
    section.table = series_table(file.series);
    section.remarks = interval_remarks(file);
  } else if (!file.parts.empty()) {
    section.table = parts_table(file.parts);
  }
  page.sections.push_back(std::move(section));
  if (!file.findings.empty()) {
    Section found{.heading = "Findings"};
    for (const Finding& finding : file.findings) found.remarks.push_back(finding_text(finding));
    page.sections.push_back(std::move(found));
  }
  if (!file.changes.empty())
    page.sections.push_back({.heading = "What would change", .table = changes_table(file.changes)});
}

// Of many files: how often each finding occurs, with the first place.
void add_sum(std::span<const FileReport> files, Page& page) {
  struct Kind {
    std::int64_t files = 0;
    const Finding* first = nullptr;
    const FileReport* last_file = nullptr;
  };
  std::map<std::pair<int, std::string>, Kind> kinds;  // faults first
  base::Joules energy;
  std::int64_t rows = 0;
  for (const FileReport& file : files) {
    rows += file.rows;
    for (const audit::SeriesResult& series : file.series)
      energy += series.integral ? series.integral->energy : base::Joules{};
    for (const Finding& finding : file.findings) {
      Kind& kind = kinds[{-static_cast<int>(finding.severity), finding.code}];
      if (kind.first == nullptr) kind.first = &finding;
      if (kind.last_file != &file) ++kind.files;
      kind.last_file = &file;
    }
  }
  Table table;
  table.columns = {{"", "finding"}, {"", "severity"}, {"", "files", ColumnKind::number}, {"", "first"}};
  for (const auto& [key, kind] : kinds) {
    table.rows.push_back({key.second, std::string(to_string(kind.first->severity)), kind.files,
                          fmt::format("{}: {}", kind.first->file, kind.first->seen)});
  }
  Section section{.heading = fmt::format("{} files, {} rows", files.size(), rows)};
  if (energy.value > 0.0) section.lead = fmt::format("Traces together: {}.", energy_text(energy));
  if (!table.rows.empty()) section.table = std::move(table);
  section.remarks.emplace_back(
      "Each file with its energy and findings: --format json; findings one by one: --format csv.");
  page.sections.push_back(std::move(section));
}

void add_against(const audit::AgainstReport& against, Page& page) {
  const auto agree = std::ranges::count_if(against.runs, &audit::MatchedRun::agrees);
  Section section{.heading = "Against " + against.table};
  section.lead =
      fmt::format("{} of {} runs agree within {:.3g} % with '{}'; {} rows have no log.", agree, against.runs.size(),
                  100.0 * against.tolerance, against.energy_column, against.rows_without_file);
  if (!against.runs.empty()) section.table = against_table(against);
  for (const Finding& finding : against.findings) section.remarks.push_back(finding_text(finding));
  page.sections.push_back(std::move(section));
}

Page audit_page(std::span<const FileReport> files, const audit::AgainstReport* against) {
  Page page;
  if (against != nullptr) add_against(*against, page);
  if (files.size() > kFilesInFull) {
    add_sum(files, page);
  } else {
    for (const FileReport& file : files) add_file(file, page);
  }
  return page;
}

}  // namespace

std::string audit_report(std::span<const FileReport> files, const audit::AgainstReport* against, Format format,
                         const TextOptions& text) {
  switch (format) {
    case Format::table: return to_terminal(audit_page(files, against), text);
    case Format::markdown: return to_markdown(audit_page(files, against));
    case Format::json: return base::to_pretty_text(audit_json(files, against)) + "\n";
    case Format::jsonl: return to_json_lines(findings_table(files, against));
    case Format::csv: return to_csv(findings_table(files, against));
  }
  return {};
}

}  // namespace wattlens::report
