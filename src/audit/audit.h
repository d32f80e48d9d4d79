// Audits the logs of other tools: reads one, checks it, integrates it anew, and says what would change.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/claim.h"
#include "audit/finding.h"
#include "audit/format.h"
#include "audit/integral.h"

namespace wattlens::audit {

struct AuditOptions {
  std::string format;   // its name; empty: told by the content
  ColumnNames columns;  // of plain CSV
  SensorErrors sensors;
  std::optional<base::Joules> claimed;  // what somebody says the whole log comes to
};

// One series of a trace.
struct SeriesResult {
  SeriesInfo info;
  std::int64_t begin_ns = 0;  // the time of the first reading, as the log has it
  std::int64_t readings = 0;
  base::Seconds covered;
  std::optional<base::Seconds> usual_step;
  base::Watts lowest;
  base::Watts median;
  base::Watts highest;
  std::optional<Integral> integral;  // empty: too few readings
  Evidence evidence;
};

// One energy column of a table of results.
struct PartResult {
  std::string name;
  std::string unit;  // as the log has it
  std::int64_t runs = 0;
  base::Joules sum;
  std::optional<base::Watts> median_power;  // energy ÷ duration
  bool constant = false;                    // its power is one number in all rows: a model's
  bool total = false;                       // of the other parts
};

// A number as it is claimed, or would be had from the log the usual way, and as it is here.
struct Change {
  std::string what;
  base::Joules claimed;
  base::Joules found;
  std::string why;  // empty: not known
};

struct FileReport {
  std::string file;
  std::string format;
  std::int64_t rows = 0;
  std::vector<SeriesResult> series;  // of a trace
  std::vector<PartResult> parts;     // of a table
  std::vector<Finding> findings;     // faults first
  std::vector<Change> changes;
};

// Of all series together, or of a table's energies.
Evidence evidence_of(const FileReport& report);

// A log as it was read, not yet checked.
struct ReadLog {
  std::string_view format;
  Log log;
};
enum class KeepReadings { no, yes };

// Errors as audit_log() has them. `format` is a name; empty: told by the content.
Result<ReadLog> read_log(base::LineReader& lines, const std::string& format, const ColumnNames& columns,
                         KeepReadings keep);

// Errors: of kind usage where the file is empty, no text, or in no known format; io where it cannot be read.
Result<FileReport> audit_log(base::LineReader lines, const AuditOptions& options);
Result<FileReport> audit_file(const base::Path& path, const AuditOptions& options);

// "414,928 J", "1.1 GJ", "0.3 kWh".
Result<base::Joules> parse_energy(std::string_view text, std::string_view what);

}  // namespace wattlens::audit
