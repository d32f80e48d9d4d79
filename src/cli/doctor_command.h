// `wattlens doctor`: what can be measured here, what cannot, why, and the command that mends it.
#pragma once

#include "base/cancel.h"
#include "base/file.h"
#include "base/result.h"
#include "cli/doctor_findings.h"
#include "cli/exit_code.h"
#include "cli/output.h"

namespace wattlens::cli {

struct DoctorOptions {
  base::Path simulate;   // a scenario; empty: this machine's sensors
  base::Path root;       // of a recorded machine; empty: this one
  OutputOptions output;  // table or json
};

Result<ExitCode> doctor(const DoctorOptions& options, const base::Cancellation& cancel);

std::string doctor_text(const DoctorFindings& findings, const report::TextOptions& options);

}  // namespace wattlens::cli
