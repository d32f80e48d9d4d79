#include "report/meters_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "record/names.h"
#include "report/experiment_tables.h"
#include "report/page.h"
#include "report/simulated.h"
#include "report/sparkline.h"

namespace wattlens::report {
namespace {

using enum ColumnKind;

std::string gain_text(const record::Channel& channel) {
  if (channel.provenance == record::Provenance::missing) return {};
  if (channel.gain_high <= channel.gain_low) return "not known";
  return fmt::format("{:+.0f} … {:+.0f} %", 100.0 * channel.gain_low, 100.0 * channel.gain_high);
}

// Mean time between two movements; nothing for a gauge, which need not move.
std::optional<base::Seconds> observed_period(const record::Channel& channel, const record::ChannelEnergy& energy,
                                             base::Seconds time) {
  if (energy.updates < 1 || channel.kind == record::ChannelKind::power) return std::nullopt;
  return time / static_cast<double>(energy.updates);
}

// Where it moves nearly whenever it is read, only a bound is known.
std::string period_text(const std::optional<base::Seconds>& period, base::Seconds poll) {
  if (!period) return {};
  if (*period < 2.0 * poll) return fmt::format("{:.3g} or less", 2e3 * poll.value);
  return fmt::format("{:.3g}", 1e3 * period->value);
}

Cell known_gain(const record::Channel& channel, double gain) {
  const bool known = channel.provenance != record::Provenance::missing && channel.gain_high > channel.gain_low;
  return known ? Cell(gain) : Cell();
}

constexpr std::size_t kTrace = 60;

}  // namespace

Quantity mean_power(const record::Energy& energy, base::Seconds time) {
  Quantity power = to_quantity(energy, std::nullopt);
  if (power.value) *power.value /= time.value;
  if (power.interval) {
    power.interval->low /= time.value;
    power.interval->high /= time.value;
  }
  return power;
}

Table meters_table(std::span<const record::Channel> channels, const record::Window& window, base::Seconds poll) {
  Table table;
  table.columns = {{"id", "channel"},
                   {"kind", ""},
                   {"method", "read from"},
                   {"provenance", ""},
                   {"power_w", "W now", energy},
                   {"", "moves every ms"},
                   {"update_period_s", "", number},
                   {"observed_period_s", "", number},
                   {"updates", "", number},
                   {"gain_low", "", number},
                   {"gain_high", "", number},
                   {"", "sensor error"},
                   {"figures_from", "figures from", text, true},
                   {"covers", ""},
                   {"scope", "scope", text, true},
                   {"reason", ""},
                   {"hint", ""}};
  const base::Seconds time = window.duration();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const record::Channel& channel = channels[i];
    const record::ChannelEnergy& measured = window.channels[i];
    const auto observed = observed_period(channel, measured, time);
    const bool seen = observed && *observed >= 2.0 * poll;
    table.rows.push_back(
        {channel.id, std::string(to_string(channel.kind)), channel.method, std::string(to_string(channel.provenance)),
         mean_power(measured.gross, time), period_text(observed, poll),
         channel.update_period ? Cell(channel.update_period->value) : Cell(), seen ? Cell(observed->value) : Cell(),
         measured.updates, known_gain(channel, channel.gain_low), known_gain(channel, channel.gain_high),
         gain_text(channel), channel.figures_from, base::Json(channel.covers), channel.scope, measured.gross.reason,
         measured.gross.hint});
  }
  return table;
}

Table watch_table(base::Seconds since_begin, std::span<const WatchedChannel> channels) {
  Table table;
  table.columns = {{"time_s", "", number},     {"look_s", "", number}, {"id", "channel"},
                   {"power_w", "W", energy},   {"", "last looks"},     {"energy_j", "J since begin", energy},
                   {"lost_looks", "", number}, {"updates", "", number}};
  for (const WatchedChannel& watched : channels) {
    table.rows.push_back({since_begin.value, watched.look.value, watched.channel.id,
                          mean_power(watched.last.gross, watched.look), sparkline(watched.trace, kTrace),
                          to_quantity(watched.sum, watched.lost == 0), watched.lost, watched.last.updates});
  }
  return table;
}

std::string watch_view(base::Seconds since_begin, std::span<const WatchedChannel> channels, const TextOptions& text) {
  Section section;
  section.lead = fmt::format("{:.0f} s watched. Ctrl-C ends.", since_begin.value);
  if (std::ranges::any_of(channels, [](const auto& watched) { return simulated({&watched.channel, 1}); })) {
    section.lead = fmt::format("{} {}", kSimulatedLine, section.lead);
  }
  section.table = watch_table(since_begin, channels);
  for (const WatchedChannel& watched : channels) {
    if (watched.last.gross.value) continue;
    const record::Energy& energy = watched.last.gross;
    section.remarks.push_back(fmt::format("{}: {}{}{}", watched.channel.id, in_words(energy.reason),
                                          energy.hint.empty() ? "" : "; to mend it: ", energy.hint));
  }
  const auto modelled = [](const WatchedChannel& w) { return w.last.gross.provenance == record::Provenance::modelled; };
  if (std::ranges::any_of(channels, modelled)) section.remarks.emplace_back("~ is modelled, not measured.");
  if (std::ranges::any_of(channels, [](const auto& w) { return w.lost > 0 && w.sum.value; })) {
    section.remarks.emplace_back("at least: some looks of that channel gave no energy.");
  }
  Page page;
  page.sections.push_back(std::move(section));
  return to_terminal(page, text);
}

}  // namespace wattlens::report
