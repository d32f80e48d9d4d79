#include "report/meters_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "record/names.h"
#include "report/experiment_tables.h"
#include "report/page.h"
#include "report/sparkline.h"

namespace wattlens::report {
namespace {

using enum ColumnKind;

std::string gain_text(const record::Channel& channel) {
  if (channel.provenance == record::Provenance::missing) return {};
  if (channel.gain_high <= channel.gain_low) return "not known";
  return fmt::format("{:+.0f} … {:+.0f} %", 100.0 * channel.gain_low, 100.0 * channel.gain_high);
}

Cell milliseconds(const std::optional<base::Seconds>& time) { return time ? Cell(time->value * 1e3) : Cell(); }

std::optional<base::Seconds> observed_period(const record::ChannelEnergy& energy, base::Seconds time) {
  if (energy.updates < 1) return std::nullopt;
  return time / static_cast<double>(energy.updates);
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

Table meters_table(std::span<const record::Channel> channels, const record::Window& window) {
  Table table;
  table.columns = {{"id", "channel"},
                   {"kind", ""},
                   {"method", "read from"},
                   {"provenance", ""},
                   {"power_w", "W now", energy},
                   {"", "moves every ms", number},
                   {"update_period_s", "", number},
                   {"observed_period_s", "", number},
                   {"updates", "", number},
                   {"gain_low", "", number},
                   {"gain_high", "", number},
                   {"", "sensor error"},
                   {"covers", ""},
                   {"scope", "scope", text, true},
                   {"reason", ""},
                   {"hint", ""}};
  const base::Seconds time = window.duration();
  for (std::size_t i = 0; i < channels.size(); ++i) {
    const record::Channel& channel = channels[i];
    const record::ChannelEnergy& measured = window.channels[i];
    const auto observed = observed_period(measured, time);
    table.rows.push_back({channel.id, std::string(to_string(channel.kind)), channel.method,
                          std::string(to_string(channel.provenance)), mean_power(measured.gross, time),
                          milliseconds(observed), channel.update_period ? Cell(channel.update_period->value) : Cell(),
                          observed ? Cell(observed->value) : Cell(), measured.updates, channel.gain_low,
                          channel.gain_high, gain_text(channel), base::Json(channel.covers), channel.scope,
                          measured.gross.reason, measured.gross.hint});
  }
  return table;
}

Table watch_table(base::Seconds since_begin, std::span<const WatchedChannel> channels) {
  Table table;
  table.columns = {{"time_s", "", number},
                   {"id", "channel"},
                   {"power_w", "W", energy},
                   {"", "last looks"},
                   {"energy_j", "J since begin", number},
                   {"lost_looks", "", number},
                   {"updates", "", number}};
  for (const WatchedChannel& watched : channels) {
    const bool any = std::ssize(watched.trace) > watched.lost;
    table.rows.push_back({since_begin.value, watched.channel.id, mean_power(watched.last.gross, watched.look),
                          sparkline(watched.trace, kTrace), any ? Cell(watched.energy.value) : Cell(), watched.lost,
                          watched.last.updates});
  }
  return table;
}

std::string watch_view(base::Seconds since_begin, std::span<const WatchedChannel> channels, const TextOptions& text) {
  Section section;
  section.lead = fmt::format("{:.0f} s watched. Ctrl-C ends.", since_begin.value);
  section.table = watch_table(since_begin, channels);
  for (const WatchedChannel& watched : channels) {
    if (watched.last.gross.value) continue;
    const record::Energy& energy = watched.last.gross;
    const std::string hint = energy.reason == "too_short" ? "a longer --interval" : energy.hint;
    section.remarks.push_back(fmt::format("{}: {}{}{}", watched.channel.id, in_words(energy.reason),
                                          hint.empty() ? "" : "; to mend it: ", hint));
  }
  const auto modelled = [](const WatchedChannel& w) { return w.last.gross.provenance == record::Provenance::modelled; };
  if (std::ranges::any_of(channels, modelled)) section.remarks.emplace_back("~ is modelled, not measured.");
  Page page;
  page.sections.push_back(std::move(section));
  return to_terminal(page, text);
}

}  // namespace wattlens::report
