#include "cli/audit_flags.h"

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "base/text.h"
#include "cli/common_flags.h"

namespace wattlens::cli {

void add_audit(CLI::App& app, AuditOptions& options) {
  CLI::App& audit = *app.add_subcommand("audit", "Check other tools' energy logs and integrate them anew");
  audit.footer(R"(
Reads CodeCarbon, carbontracker, nvidia-smi, Zeus, MLPerf Power, perf stat, Green Metrics Tool and plain CSV; unpack
archives first. Exit 6 where a finding is as severe as --fail-on says, 2 where a file cannot be read.
Examples:
  wattlens audit emissions.csv
  wattlens audit gpu-power.csv --claimed 1.1GJ
  wattlens audit runs/*.csv --format json -o audit.json
  wattlens audit raw/*/*.csv --against results.csv --energy-column 'energy (MJ)'
  wattlens audit meter.csv --time-column t_ms --power-column p --fail-on warning)");
  audit.add_option("files", options.files, "The logs")->required()->type_name("FILE");
  std::vector<std::string> formats;
  for (const audit::LogFormat& format : audit::all_log_formats()) formats.emplace_back(format.name);
  audit
      .add_option("--input-format", options.input_format,
                  "Form of the logs (told by their content): " + base::join(formats, ", "))
      ->check(CLI::IsMember(formats))
      ->type_name("NAME");
  audit.add_option("--time-column", options.columns.time, "Of plain CSV: the column with the time of a reading")
      ->type_name("NAME");
  audit.add_option("--power-column", options.columns.power, "Of plain CSV: the column with the power")
      ->type_name("NAME");
  audit
      .add_option("--energy-column", options.columns.energy,
                  "Of plain CSV, or of --against: the column with the energy")
      ->type_name("NAME");
  audit
      .add_option("--duration-column", options.columns.duration,
                  "Of plain CSV, or of --against: the column with the duration of a run")
      ->type_name("NAME");
  audit.add_option("--claimed", options.claimed, "The energy that somebody says the log comes to, with its unit")
      ->type_name("ENERGY");
  audit.add_option("--against", options.against, "A table of results: does each energy in it follow from its log?")
      ->type_name("FILE");
  audit.add_option("--tolerance", options.tolerance, "How far a claim of --against may be off (1%)")
      ->type_name("SHARE");
  audit.add_option("--fail-on", options.fail_on, "Exit 6 from this severity on: fault, warning, never (fault)")
      ->check(CLI::IsMember(std::vector<std::string>{"fault", "warning", "never"}))
      ->type_name("SEVERITY");
  add_output(audit, options.output);
}

}  // namespace wattlens::cli
