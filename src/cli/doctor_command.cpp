#include "cli/doctor_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "base/text.h"
#include "capture/frames.h"
#include "cli/engines.h"
#include "cli/sensors.h"
#include "machine/machine.h"
#include "record/names.h"
#include "report/simulated.h"
#include "report/terminal_text.h"

namespace wattlens::cli {
namespace {

// The findings as lines: a mark, a name, what was found; below it what more is known and what mends it.
class DoctorText {
 public:
  explicit DoctorText(const report::TextOptions& options)
      : painter_(options.colour), width_(report::prose_width(options)) {}

  void heading(std::string_view text) { out_ += fmt::format("{}{}\n", out_.empty() ? "" : "\n", painter_.bold(text)); }
  void line(std::string_view text) { out_ += report::wrapped("  ", text, width_); }
  void good(std::string_view name, std::string_view text) { finding(painter_.good("✓"), name, text); }
  void partly(std::string_view name, std::string_view text) { finding(painter_.partly("~"), name, text); }
  void bad(std::string_view name, std::string_view text) { finding(painter_.bad("✗"), name, text); }
  void detail(std::string_view text) {
    if (!text.empty()) out_ += report::wrapped("      ", text, width_);
  }
  void hint(std::string_view text) {
    if (!text.empty()) out_ += report::wrapped("      → ", text, width_);
  }
  std::string take() { return std::move(out_); }

 private:
  void finding(std::string_view mark, std::string_view name, std::string_view text) {
    const std::string first = name.empty() ? fmt::format("  {} ", mark) : fmt::format("  {} {:<16} ", mark, name);
    out_ += report::wrapped(first, text, width_);
  }

  report::Painter painter_;
  std::size_t width_;
  std::string out_;
};

void add_machine(DoctorText& text, const record::MachineState& machine) {
  const record::Cpu& cpu = machine.cpu;
  text.heading("Machine");
  text.line(fmt::format("{}{}", cpu.model_name.empty() ? "unknown processor" : cpu.model_name,
                        cpu.microarchitecture.empty() ? "" : fmt::format(" ({})", cpu.microarchitecture)));
  text.line(fmt::format("{} socket{}, {} cores, {} threads, {:.0f} GiB memory", cpu.sockets,
                        cpu.sockets == 1 ? "" : "s", cpu.cores, cpu.threads, machine.memory / base::mebibytes(1024.0)));
  if (cpu.usable_threads > 0 && cpu.usable_threads < cpu.threads) {
    text.line(fmt::format("this process may use {} threads", cpu.usable_threads));
  }
  text.line(
      fmt::format("{}, Linux {}{}{}", machine.os, machine.kernel,
                  machine.virtual_machine.empty() ? "" : fmt::format(", virtual machine ({})", machine.virtual_machine),
                  machine.container.empty() ? "" : fmt::format(", container ({})", machine.container)));
}

void add_sensor(DoctorText& text, const SensorFinding& finding) {
  const record::Channel& channel = finding.channel;
  const std::string name = fmt::format("{:<16} {:<8}", channel.id, to_string(channel.provenance));
  if (channel.provenance == record::Provenance::missing) {
    text.bad(name, channel.method.empty() ? channel.reason : fmt::format("{}: {}", channel.method, channel.reason));
  } else if (!finding.alive) {
    text.bad(name, channel.method + ", does not move: stuck");
  } else {
    const std::string power = finding.power ? fmt::format(", {:.1f} W now", finding.power->value) : std::string();
    const bool measured = channel.provenance == record::Provenance::measured;
    !measured ? text.partly(name, channel.method + power) : text.good(name, channel.method + power);
  }
  text.detail(channel.scope);
  text.detail(channel.caution);
  if (channel.provenance != record::Provenance::missing && channel.gain_high > channel.gain_low) {
    text.detail(fmt::format("the truth lies within {:+.0f} % … {:+.0f} % of a reading, for 95 % of machines",
                            100.0 * channel.gain_low, 100.0 * channel.gain_high));
  }
  text.hint(channel.hint);
}

void add_energy(DoctorText& text, const DoctorFindings& findings) {
  text.heading("Energy");
  for (const SensorFinding& finding : findings.sensors) add_sensor(text, finding);
  for (const meter::AbsentMeter& absent : findings.absent) {
    text.bad(fmt::format("{:<16} missing ", absent.name), absent.reason);
    text.hint(absent.hint);
  }
  if (findings.sensors.empty() && findings.absent.empty()) text.bad("", "nothing is known");
}

void add_engines(DoctorText& text, const DoctorFindings& findings) {
  text.heading("Engines");
  for (const EngineFinding& finding : findings.engines) {
    if (!finding.hello) {
      text.bad(finding.name, finding.failure->message);
      text.hint(finding.failure->hint);
      continue;
    }
    text.good(finding.name, finding.hello->engine_version);
    for (const engine::DeviceInfo& device : finding.hello->devices) {
      text.detail(fmt::format("{}: {} ({})", device.id, device.name, base::join(device.precisions, ", ")));
    }
  }
  if (findings.engines.empty()) {
    text.bad("", "none is installed");
    text.hint("run make setup && make build, or set WATTLENS_ENGINE_PATH to the folder of engines.json");
  }
}

// What the findings are of, where they are not of this machine: it stands first.
void add_source(DoctorText& text, const DoctorFindings& findings) {
  const bool simulated = std::ranges::any_of(
      findings.sensors, [](const SensorFinding& finding) { return report::simulated({&finding.channel, 1}); });
  if (simulated) text.heading(report::kSimulatedLine);
  const auto replayed = std::ranges::find(findings.remarks, "replayed", &record::Warning::code);
  if (replayed != findings.remarks.end()) text.heading(replayed->message);
}

void add_conditions(DoctorText& text, const DoctorFindings& findings) {
  text.heading("Conditions");
  bool any = false;
  for (const record::Warning& remark : findings.remarks) {
    if (remark.code == "replayed") continue;
    text.partly("", remark.message);
    text.hint(remark.hint);
    any = true;
  }
  if (!any) text.good("", "nothing that disturbs was found");
}

}  // namespace

std::string doctor_text(const DoctorFindings& findings, const report::TextOptions& options) {
  DoctorText text(options);
  add_source(text, findings);
  add_machine(text, findings.machine);
  add_energy(text, findings);
  add_engines(text, findings);
  add_conditions(text, findings);
  return text.take();
}

Result<ExitCode> doctor(const DoctorOptions& options, const base::Cancellation& cancel) {
  if (options.output.format == report::Format::csv || options.output.format == report::Format::markdown) {
    return fail(ErrorKind::usage, fmt::format("doctor has no format '{}'", report::to_string(options.output.format)),
                "use --format table, json or jsonl");
  }
  WATTLENS_TRY(auto scenario, read_simulated(options.simulate));
  WATTLENS_TRY(Output output, Output::open(options.output));
  WATTLENS_TRY(const auto engines, find_engines());
  std::unique_ptr<capture::Replay> replay;
  if (!options.root.empty()) {
    WATTLENS_TRY(replay, capture::Replay::open(options.root));
  }
  base::SystemClock clock;
  const record::MachineState machine = machine::read_machine(replay ? replay->root() : base::Path("/"));
  Sensors sensors =
      replay ? open_sensors_below(replay->root(), clock, machine) : open_sensors(std::move(scenario), clock, machine);
  const DoctorFindings findings = examine(machine, std::move(sensors), engines, clock, cancel);
  const base::Json json = to_json(findings);
  const bool table = options.output.format == report::Format::table;
  WATTLENS_CHECK(output.write(table                                           ? doctor_text(findings, output.text())
                              : options.output.format == report::Format::json ? base::to_pretty_text(json) + "\n"
                                                                              : base::to_text(json) + "\n"));
  WATTLENS_CHECK(output.finish());
  return anything_measurable(findings) ? ExitCode::done : ExitCode::nothing_measurable;
}

}  // namespace wattlens::cli
