// Raw traces against the table of results that was published of them: run by run, does the energy follow?
//
// A trace is matched with a row by the words of the row that its path or its device names bear, and by the order of
// both where the durations fit; never by the energy, which is what is asked. Pure, but for reading the table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "audit/audit.h"

namespace wattlens::audit {

struct ResultRow {
  std::int64_t line = 0;
  std::vector<std::string> words;  // by word column; empty where there is none
  std::optional<base::Joules> energy;
  std::optional<base::Seconds> duration;
};

struct ResultsTable {
  std::string file;
  std::string energy_column;
  std::string duration_column;  // empty: none
  std::vector<ResultRow> rows;
};

// `columns` names the energy and the duration; else the heading tells. Errors of kind usage: no energy column, several
// of which none is the total, more than 100,000 rows.
Result<ResultsTable> read_results(base::LineReader lines, const ColumnNames& columns);

struct MatchedRun {
  std::size_t file = 0;   // index into the reports
  std::int64_t line = 0;  // of the table
  base::Joules claimed;
  base::Joules found;
  base::Seconds duration;  // of the trace
  std::optional<base::Seconds> claimed_duration;
  bool agrees = false;
  const KnownFault* fault = nullptr;  // that makes the claim; null: none, or it agrees
};

struct AgainstReport {
  std::string table;
  std::string energy_column;
  double tolerance = 0.0;
  std::vector<MatchedRun> runs;
  std::vector<std::size_t> files_without_row;
  std::int64_t rows_without_file = 0;
  bool durations_fit = false;  // else the order alone matched them
  std::vector<Finding> findings;
};

AgainstReport hold_against(std::span<const FileReport> files, const ResultsTable& table, double tolerance);

}  // namespace wattlens::audit
