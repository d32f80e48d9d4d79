#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "record/names.h"
#include "report/measurement_report.h"
#include "report/number_text.h"
#include "report/region_report.h"
#include "report/settings_text.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using record::Energy;
using record::Joules;
using record::Measurement;
using record::MeasurementSeries;
using record::Provenance;
using record::Seconds;

// The widest interval that is known.
std::optional<record::Interval<double>> bounds(const Energy& energy) {
  const auto& interval = energy.absolute ? energy.absolute : energy.relative;
  if (!interval) return std::nullopt;
  return record::Interval<double>{interval->low.value, interval->high.value};
}

// "~12.3 (5.1–31) J", "612 ± 31 J".
std::string energy_text(const Energy& energy) {
  std::string text(mark_of(energy.provenance));
  text += number_text(energy.value->value, bounds(energy));
  return text + " J";
}

std::string time_text(Seconds time) {
  return time < Seconds{0.1} ? number_text(time.value * 1e3) + " ms" : number_text(time.value) + " s";
}

std::string power_text(Joules energy, Seconds time) {
  return time > Seconds{} ? number_text((energy / time).value) + " W on average" : "";
}

std::string headline(const MeasurementSeries& series) {
  const Measurement& run = series.runs.back();
  const record::Window& window = run.window;
  const bool several = series.runs.size() > 1;
  const Energy& energy = several ? series.mean : window.total;
  const Seconds duration = several && series.mean_duration ? series.mean_duration->value : window.duration();
  std::string text = several ? fmt::format("wattlens: mean of {} runs: ", series.runs.size()) : "wattlens: ";
  if (!energy.value) {
    if (const auto partial = several ? std::nullopt : partial_energy(window)) {
      text += fmt::format("only {} J of a part in {}, no total", number_text(partial->value), time_text(duration));
    } else if (run.run_at_least) {
      text += fmt::format("no energy: {} is too short for the sensors", time_text(duration));
    } else {
      text +=
          fmt::format("no energy ({}) in {}", energy.reason.empty() ? "no sensor" : energy.reason, time_text(duration));
    }
    return text;
  }
  if (!window.complete) text += "at least ";
  text += energy_text(energy);
  text += fmt::format(" in {}, {}", time_text(duration), power_text(*energy.value, duration));
  text += fmt::format("; {}{}", record::to_string(energy.provenance),
                      energy.provenance == Provenance::measured ? "" : ", not measured");
  if (!several && !run.resolvable) text += "; too short to be resolved";
  return text;
}

void add_channels(Section& section, const MeasurementSeries& series) {
  const record::Window& window = series.runs.back().window;
  for (const record::ChannelEnergy& channel : window.channels) {
    const auto about = std::ranges::find(series.channels, channel.channel, &record::Channel::id);
    std::string text;
    if (channel.gross.value) {
      text = fmt::format("{}, {}, {}", energy_text(channel.gross), power_text(*channel.gross.value, window.duration()),
                         channel.gross.method);
      const bool apart = std::ranges::find(window.sums, channel.channel) == window.sums.end();
      if (apart) text += "; not added to the total";
    } else {
      text = "missing: " + channel.gross.reason;
      if (about != series.channels.end() && !about->scope.empty() && about->provenance == Provenance::missing) {
        text += fmt::format(" ({})", about->scope);
      }
      if (!channel.gross.hint.empty()) text += " → " + channel.gross.hint;
    }
    section.facts.push_back({channel.channel, std::move(text)});
  }
}

std::string idle_text(const Measurement& run) {
  const auto before = idle_sum(run.idle_before, run.window.sums);
  const auto after = idle_sum(run.idle_after, run.window.sums);
  std::vector<std::string> parts;
  if (before) parts.push_back(number_text(before->value) + " W before");
  if (after) parts.push_back(number_text(after->value) + " W after");
  std::string text = base::join(parts, ", ");
  if (run.window.net_total.value) text += fmt::format("; above it {}", energy_text(run.window.net_total));
  return text.empty() && run.window.total.value ? "not seen: --idle 1s looks for it" : text;
}

std::string emissions_text(const MeasurementSeries& series) {
  const Energy& energy = series.runs.size() > 1 ? series.mean : series.runs.back().window.total;
  const record::GridFactor& grid = *series.grid;
  if (!energy.value) return "none without an energy";
  std::optional<record::Interval<double>> interval;
  if (energy.absolute) {
    interval = record::Interval<double>{emissions_g(energy.absolute->low, grid, series.pue),
                                        emissions_g(energy.absolute->high, grid, series.pue)};
  }
  std::string text(mark_of(energy.provenance));
  text += number_text(emissions_g(*energy.value, grid, series.pue), interval);
  text += fmt::format(" g CO2e at {} g/kWh", number_text(grid.g_per_kwh));
  if (!grid.zone.empty()) text += fmt::format(", {} {}", grid.zone, grid.year.value_or(0));
  if (series.pue) text += fmt::format(", PUE {}", number_text(*series.pue));
  return text + fmt::format(" ({})", grid.source);
}

std::string attribution_text(const record::Attribution& attribution) {
  if (!attribution.energy) return "not known: " + attribution.reason;
  return fmt::format("~{} J above idle: {:.0f} % of the processors' busy time; modelled, by processor time",
                     number_text(attribution.energy->value), 100.0 * *attribution.share);
}

void add_runs(Section& section, const MeasurementSeries& series) {
  if (series.runs.size() < 2) return;
  std::vector<std::string> energies;
  std::vector<std::string> times;
  for (const Measurement& run : series.runs) {
    energies.push_back(run.window.total.value ? number_text(run.window.total.value->value) : "–");
    times.push_back(number_text(run.window.duration().value));
  }
  section.facts.push_back({"single runs", base::join(energies, ", ") + " J in " + base::join(times, ", ") + " s"});
  section.facts.push_back({"the last run", ""});
}

// The idle power, and not the sensor, makes the energy above it uncertain.
bool idle_is_vague(const Measurement& run) {
  const Energy& total = run.window.total;
  const Energy& net = run.window.net_total;
  if (!net.value || !net.relative || !total.relative) return true;
  const Joules width = net.relative->high - net.relative->low;
  constexpr double kVague = 0.1;  // of the energy
  return width > kVague * *total.value && width > 2.0 * (total.relative->high - total.relative->low);
}

// What would make the interval narrower, most helpful first.
Section narrowing(const MeasurementSeries& series) {
  const Measurement& run = series.runs.back();
  const Energy& total = run.window.total;
  Section section{.heading = "What would narrow this"};
  std::vector<std::string>& remarks = section.remarks;
  if (run.run_at_least) {
    remarks.push_back(fmt::format("a longer command: run at least {} to know it to {:.0f} %",
                                  time_text(*run.run_at_least), 100.0 * series.most_uncertain));
  }
  if (total.provenance == Provenance::modelled) {
    remarks.emplace_back("a sensor of the bare machine: `wattlens doctor` tells which would measure");
  } else if (total.value && !total.absolute) {
    remarks.emplace_back("the interval leaves out the sensor's own error: it serves to compare, on this machine");
  }
  if (total.value && idle_is_vague(run)) {
    remarks.emplace_back("--idle 1s: a longer look at idle power, for the energy above it");
  }
  if (run.resolvable && series.runs.size() == 1 && total.value) {
    remarks.emplace_back("--repeat 5: how much runs of this command differ");
  }
  return section;
}

// Counters that are there but closed to ordinary users; since Linux 5.10 that is the rule (CVE-2020-8694).
Section permissions(const MeasurementSeries& series) {
  const auto forbidden = [](const record::Channel& channel) { return channel.reason == "permission"; };
  const auto said = [](const record::Warning& warning) { return warning.code == "permission"; };
  if (std::ranges::none_of(series.channels, forbidden) && std::ranges::none_of(series.runs.back().warnings, said)) {
    return {};
  }
  Section section{.heading = "To read the counters as an ordinary user"};
  section.remarks.emplace_back("until the next start: sudo chmod a+r /sys/class/powercap/intel-rapl*:*/energy_uj");
  section.remarks.emplace_back(
      "for good: echo 'SUBSYSTEM==\"powercap\", ACTION==\"add\", RUN+=\"/bin/chmod a+r /sys%p/energy_uj\"' | sudo tee "
      "/etc/udev/rules.d/70-wattlens.rules");
  section.remarks.emplace_back(
      "for wattlens alone, where the kernel has the perf events \"power\" (capability CAP_PERFMON): sudo setcap "
      "cap_perfmon=ep \"$(command -v wattlens)\"");
  section.remarks.emplace_back(
      "for wattlens alone, elsewhere (capability CAP_DAC_READ_SEARCH; it can then read every file): sudo setcap "
      "cap_dac_read_search=ep \"$(command -v wattlens)\"");
  section.remarks.emplace_back("Each lets users see the power of what others run.");
  return section;
}

}  // namespace

Page measurement_page(const MeasurementSeries& series) {
  const Measurement& run = series.runs.back();
  Page page{.title = headline(series)};
  Section& facts = page.sections.emplace_back();
  if (simulated(series.channels)) facts.lead = kSimulatedLine;
  add_runs(facts, series);
  add_channels(facts, series);
  facts.facts.push_back({"idle power", idle_text(run)});
  if (run.attribution) facts.facts.push_back({"the command's", attribution_text(*run.attribution)});
  if (series.grid) facts.facts.push_back({"emissions", emissions_text(series)});
  if (series.settings) facts.facts.push_back({"set meanwhile", settings_text(series.settings)});
  if (run.signal != 0) facts.facts.push_back({"command", fmt::format("ended by signal {}", run.signal)});
  if (Section regions = region_section(run); regions.table) page.sections.push_back(std::move(regions));
  Section warnings;
  for (const record::Warning& warning : run.warnings) {
    // What the headline, the channels and the end of the page say is not said twice.
    if (warning.code == "too_short" || warning.code == "incomplete_total") continue;
    const bool told = warning.hint.empty() || warning.code == "permission";
    warnings.remarks.push_back("warning: " + warning.message + (told ? "" : "; " + warning.hint));
  }
  if (!warnings.remarks.empty()) page.sections.push_back(std::move(warnings));
  if (Section allow = permissions(series); !allow.remarks.empty()) page.sections.push_back(std::move(allow));
  Section narrow = narrowing(series);
  if (!narrow.remarks.empty()) page.sections.push_back(std::move(narrow));
  return page;
}

}  // namespace wattlens::report
