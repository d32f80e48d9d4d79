#include "cli/doctor_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "cli/engines.h"
#include "record/names.h"

namespace wattlens::cli {
namespace {

using Text = std::back_insert_iterator<std::string>;

constexpr std::string_view kGood = "✓";
constexpr std::string_view kPartly = "~";
constexpr std::string_view kBad = "✗";

void add_hint(Text out, std::string_view hint) {
  if (!hint.empty()) fmt::format_to(out, "      → {}\n", hint);
}

void add_machine(Text out, const record::MachineState& machine) {
  const record::Cpu& cpu = machine.cpu;
  fmt::format_to(out, "Machine\n  {}{}\n", cpu.model_name.empty() ? "unknown processor" : cpu.model_name,
                 cpu.microarchitecture.empty() ? "" : fmt::format(" ({})", cpu.microarchitecture));
  fmt::format_to(out, "  {} socket{}, {} cores, {} threads, {:.0f} GiB memory\n", cpu.sockets,
                 cpu.sockets == 1 ? "" : "s", cpu.cores, cpu.threads, machine.memory / base::mebibytes(1024.0));
  if (cpu.usable_threads > 0 && cpu.usable_threads < cpu.threads) {
    fmt::format_to(out, "  this process may use {} threads\n", cpu.usable_threads);
  }
  const std::string virtual_machine =
      machine.virtual_machine.empty() ? "" : fmt::format(", virtual machine ({})", machine.virtual_machine);
  const std::string container = machine.container.empty() ? "" : fmt::format(", container ({})", machine.container);
  fmt::format_to(out, "  {}, Linux {}{}{}\n", machine.os, machine.kernel, virtual_machine, container);
}

void add_sensors(Text out, const DoctorFindings& findings) {
  fmt::format_to(out, "\nEnergy\n");
  for (const SensorFinding& finding : findings.sensors) {
    const record::Channel& channel = finding.channel;
    const bool missing = channel.provenance == record::Provenance::missing;
    const std::string_view mark = missing || !finding.alive                            ? kBad
                                  : channel.provenance == record::Provenance::modelled ? kPartly
                                                                                       : kGood;
    fmt::format_to(out, "  {} {:<16} {:<9} {}", mark, channel.id, to_string(channel.provenance), channel.method);
    if (finding.power && finding.alive) fmt::format_to(out, "  {:.1f} W now", finding.power->value);
    if (missing) fmt::format_to(out, "  {}", channel.reason);
    if (!missing && !finding.alive) fmt::format_to(out, "  does not move: stuck");
    *out++ = '\n';
    if (!channel.scope.empty()) fmt::format_to(out, "      {}\n", channel.scope);
    if (!missing && channel.gain_high > channel.gain_low) {
      fmt::format_to(out, "      the truth lies within {:+.0f} % … {:+.0f} % of a reading, for 95 % of machines\n",
                     100.0 * channel.gain_low, 100.0 * channel.gain_high);
    }
    add_hint(out, channel.hint);
  }
  for (const meter::AbsentMeter& absent : findings.absent) {
    fmt::format_to(out, "  {} {:<16} missing   {}\n", kBad, absent.name, absent.reason);
    add_hint(out, absent.hint);
  }
  if (findings.sensors.empty() && findings.absent.empty()) fmt::format_to(out, "  {} nothing is known\n", kBad);
}

void add_engines(Text out, const DoctorFindings& findings) {
  fmt::format_to(out, "\nEngines\n");
  for (const EngineFinding& finding : findings.engines) {
    if (!finding.hello) {
      fmt::format_to(out, "  {} {:<16} {}\n", kBad, finding.name, finding.failure->message);
      add_hint(out, finding.failure->hint);
      continue;
    }
    fmt::format_to(out, "  {} {:<16} {}\n", kGood, finding.name, finding.hello->engine_version);
    for (const engine::DeviceInfo& device : finding.hello->devices) {
      fmt::format_to(out, "      {}: {} ({})\n", device.id, device.name, base::join(device.precisions, ", "));
    }
  }
  if (findings.engines.empty()) {
    fmt::format_to(out, "  {} none is installed\n", kBad);
    add_hint(out, "run make setup && make build, or set WATTLENS_ENGINE_PATH to the folder of engines.json");
  }
}

void add_remarks(Text out, const DoctorFindings& findings) {
  fmt::format_to(out, "\nConditions\n");
  for (const record::Warning& remark : findings.remarks) {
    fmt::format_to(out, "  {} {}\n", kPartly, remark.message);
    add_hint(out, remark.hint);
  }
  if (findings.remarks.empty()) fmt::format_to(out, "  {} nothing that disturbs was found\n", kGood);
}

}  // namespace

std::string doctor_text(const DoctorFindings& findings) {
  std::string text;
  const Text out(text);
  add_machine(out, findings.machine);
  add_sensors(out, findings);
  add_engines(out, findings);
  add_remarks(out, findings);
  return text;
}

Result<ExitCode> doctor(const DoctorOptions& options, const base::Cancellation& cancel) {
  if (options.output.format == report::Format::csv || options.output.format == report::Format::markdown) {
    return fail(ErrorKind::usage, fmt::format("doctor has no format '{}'", report::to_string(options.output.format)),
                "use --format table, json or jsonl");
  }
  WATTLENS_TRY(Output output, Output::open(options.output));
  WATTLENS_TRY(const auto engines, find_engines());
  base::SystemClock clock;
  const DoctorFindings findings = examine(engines, clock, cancel);
  const base::Json json = to_json(findings);
  const bool table = options.output.format == report::Format::table;
  WATTLENS_CHECK(output.write(table                                           ? doctor_text(findings)
                              : options.output.format == report::Format::json ? base::to_pretty_text(json) + "\n"
                                                                              : base::to_text(json) + "\n"));
  WATTLENS_CHECK(output.finish());
  return anything_measurable(findings) ? ExitCode::done : ExitCode::nothing_measurable;
}

}  // namespace wattlens::cli
