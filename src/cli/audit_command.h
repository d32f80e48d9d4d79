// `wattlens audit`: checks the logs of other tools and integrates them anew.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "audit/format.h"
#include "base/result.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace wattlens::cli {

struct AuditOptions {
  std::vector<base::Path> files;
  std::string input_format;           // --input-format; empty: told by the content
  audit::ColumnNames columns;         // --time-column and the like
  std::string claimed;                // --claimed, with its unit; empty: none
  std::optional<base::Path> against;  // --against: a table of results
  std::string tolerance = "1%";       // --tolerance, of --against
  std::string fail_on = "fault";      // --fail-on: fault, warning, never
  OutputOptions output;
};

// limit_broken where a finding is as severe as --fail-on says; bad_usage where one of several files cannot be read (the
// others are reported, and each such file on standard error).
Result<ExitCode> audit_logs(const AuditOptions& options);

}  // namespace wattlens::cli
