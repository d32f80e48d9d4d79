#include "meter/window_energy.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.h"
#include "meter/channel_energy.h"
#include "meter/cross_check.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::MonoTime;
using base::Seconds;
using base::Watts;
using record::Channel;
using record::Energy;
using record::Provenance;

constexpr std::size_t kIdleParts = 8;
constexpr std::int64_t kFewBatches = 5;

bool is_apart(std::string_view id) { return id.starts_with("psys") || id.starts_with("node"); }

// A simulated sensor stands for one that measures.
bool is_sensor(const Channel& channel) {
  return channel.provenance == Provenance::measured || channel.provenance == Provenance::simulated;
}

// Channels of one kind come from one design: their gains are wrong together. "cpu.package.1" is of kind "cpu.package".
std::string kind_of(const std::string& id) { return id.substr(0, id.rfind('.')); }

// An energy (gross or net) of one channel before it is told: value, terms, and the distribution of its gain.
struct Part {
  const Channel* channel = nullptr;
  Joules value;
  Spread spread;
  Seconds offset_time;  // over which the sensor's offset adds up; 0 where it cancels
};

Energy missing_energy(std::string reason, std::string hint) {
  Energy energy;
  energy.reason = std::move(reason);
  energy.hint = std::move(hint);
  return energy;
}

// Adds up parts: what is random and the offsets add independently, the gains of one kind linearly, and those of
// different kinds independently.
Energy add_up(std::span<const Part> parts) {
  Energy energy;
  Joules sum;
  Spread relative;
  struct Gain {
    double middle = 0.0;
    double deviation = 0.0;
  };
  std::map<std::string, Gain> gains;  // by kind, in joules
  Joules offset;
  Spread offsets;
  bool known = true;
  std::set<std::string> methods;
  energy.provenance = Provenance::measured;
  for (const Part& part : parts) {
    const Channel& channel = *part.channel;
    sum += part.value;
    relative.add(part.spread);
    known &= channel.gain_low != 0.0 || channel.gain_high != 0.0;
    Gain& gain = gains[kind_of(channel.id)];
    gain.middle += part.value.value * 0.5 * (channel.gain_low + channel.gain_high);
    gain.deviation += part.value.value * 0.5 * (channel.gain_high - channel.gain_low) / kNormal95;
    if (channel.offset) {
      const Joules low = channel.offset->low * part.offset_time;
      const Joules high = channel.offset->high * part.offset_time;
      offset += 0.5 * (low + high);
      offsets.add_normal(0.5 * (high - low).value / kNormal95);
    }
    energy.provenance = std::max(energy.provenance, channel.provenance);  // a sum is worth what its worst term is
    methods.insert(channel.method);
  }
  energy.method = base::join(std::vector<std::string>(methods.begin(), methods.end()), "+");
  energy.value = sum;
  const Joules half{relative.half_width()};
  energy.relative = record::Interval<Joules>{sum - half, sum + half};
  if (!known) return energy;
  Spread absolute = relative;
  absolute.add(offsets);
  Joules middle = sum + offset;
  for (const auto& [kind, gain] : gains) {
    middle += Joules{gain.middle};
    absolute.add_normal(gain.deviation);
  }
  const Joules wide{absolute.half_width()};
  energy.absolute = record::Interval<Joules>{middle - wide, middle + wide};
  return energy;
}

TotalTerms choose_terms(std::span<const Channel> channels, const std::set<std::string>& with_value,
                        std::span<const std::string> used) {
  std::set<std::string> covered;
  bool measured = false;
  for (const Channel& channel : channels) {
    if (is_apart(channel.id)) continue;
    covered.insert(channel.covers.begin(), channel.covers.end());
    measured |= is_sensor(channel);
  }
  TotalTerms terms;
  for (const Channel& channel : channels) {
    if (is_apart(channel.id) || covered.contains(channel.id)) continue;
    // A modelled energy never joins a measured one: beside them it only says that something is not measured.
    const bool fits = !measured || is_sensor(channel);
    (fits && with_value.contains(channel.id) ? terms.sums : terms.missing).push_back(channel.id);
  }
  for (const std::string& id : used) {
    if (std::ranges::find(channels, id, &Channel::id) == channels.end()) terms.missing.push_back(id);
  }
  return terms;
}

Energy total_of(const TotalTerms& terms, const std::map<std::string, Part>& parts,
                std::span<const record::ChannelEnergy> channels, std::span<const std::string> used) {
  for (const std::string& id : terms.missing) {
    // Without a package there is no total, nor without what the work used; nor where nothing at all is left.
    const bool needed = id.starts_with("cpu.package.") || std::ranges::find(used, id) != used.end();
    if (!needed && !terms.sums.empty()) continue;
    const auto lost = std::ranges::find(channels, id, &record::ChannelEnergy::channel);
    if (lost == channels.end()) {
      return missing_energy(fmt::format("{}: absent", id), "the work used it, and no sensor of it is known here");
    }
    if (lost->gross.value) return missing_energy(fmt::format("{}: modelled, the rest is measured", id), {});
    return missing_energy(fmt::format("{}: {}", id, lost->gross.reason), lost->gross.hint);
  }
  std::vector<Part> chosen;
  for (const std::string& id : terms.sums) {
    const auto found = parts.find(id);
    if (found == parts.end()) return missing_energy("no idle power of " + id, {});
    chosen.push_back(found->second);
  }
  if (chosen.empty()) return missing_energy("no sensor", "wattlens doctor tells what can be measured here");
  return add_up(chosen);
}

void warn_of_total(const record::Window& window, double most_uncertain, std::vector<record::Warning>& warnings) {
  if (!window.complete) {
    warnings.push_back({"incomplete_total", "",
                        fmt::format("the total lacks {}: it is a lower bound", base::join(window.missing, ", ")),
                        "wattlens doctor tells how to read it"});
  }
  if (window.batches > 0 && window.batches < kFewBatches && !window.served) {
    warnings.push_back(
        {"few_batches", "", fmt::format("the window holds only {} batches", window.batches), "run longer windows"});
  }
  if (!window.total.value || !window.total.relative || window.total.value->value <= 0.0) return;
  const double half = 0.5 * (window.total.relative->high - window.total.relative->low).value;
  const double share = half / window.total.value->value;
  if (share > most_uncertain) {
    warnings.push_back({"too_short", "",
                        fmt::format("the energy of this window is known to {:.0f} % only", share * 100),
                        fmt::format("run at least {:.1f} s", window.duration().value * share / most_uncertain)});
  }
}

// Everything that the channels of one window say, before it is added up.
struct Measured {
  std::map<std::string, Part> gross;
  std::map<std::string, Part> net;
  std::set<std::string> with_value;
  std::vector<record::Warning> warnings;
};

// Gross and net energy of one channel that is not missing.
void measure_one(const Channel& channel, const record::Samples& samples, std::span<const record::IdleBaseline> idle,
                 const WindowRule& rule, const record::Window& window, record::ChannelEnergy& energy,
                 Measured& measured) {
  const Seconds duration = window.duration();
  const auto index = index_of(samples, channel.id);
  ChannelResult result;
  result.reason = duration.value > 0.0 ? "not sampled" : "too_short";
  if (index && duration.value > 0.0) {
    const Seconds batch = window.batches > 0 ? duration / static_cast<double>(window.batches) : duration;
    result = rule.measure(channel, samples, *index, window.begin, window.end, batch);
  }
  energy.updates = result.updates;
  // What only checks another channel is no result: where it cannot be told there is no check.
  if (channel.checks.empty()) {
    measured.warnings.insert(measured.warnings.end(), result.warnings.begin(), result.warnings.end());
  }
  if (!channel.caution.empty()) measured.warnings.push_back({"weaker_sensor", channel.id, channel.caution, {}});
  if (!result.value) {
    energy.gross = energy.net = missing_energy(result.reason, channel.hint);
    return;
  }
  measured.with_value.insert(channel.id);
  const Part part{&channel, *result.value, result.spread, duration};
  energy.gross = add_up({&part, 1});
  measured.gross.emplace(channel.id, part);
  const auto baseline = std::ranges::find(idle, channel.id, &record::IdleBaseline::channel);
  if (baseline == idle.end()) {
    energy.net = missing_energy("no idle power", {});
    return;
  }
  Part above = part;
  above.value -= baseline->power * duration;
  above.offset_time = {};
  const Watts half = 0.5 * (baseline->interval.high - baseline->interval.low);
  above.spread.add_normal((half * duration).value / kNormal95);
  energy.net = add_up({&above, 1});
  measured.net.emplace(channel.id, above);
}

}  // namespace

TotalTerms terms_of_total(std::span<const Channel> channels) {
  std::set<std::string> readable;
  for (const Channel& channel : channels) {
    if (channel.provenance != Provenance::missing) readable.insert(channel.id);
  }
  return choose_terms(channels, readable, {});
}

std::vector<record::IdleBaseline> idle_power(std::span<const Channel> channels, const record::Samples& samples,
                                             MonoTime begin, MonoTime end) {
  std::vector<record::IdleBaseline> baselines;
  const Seconds duration = end - begin;
  for (const Channel& channel : channels) {
    const auto index = index_of(samples, channel.id);
    if (!index || duration.value <= 0.0) continue;
    ChannelResult result = measure_channel(channel, samples, *index, begin, end, duration);
    if (!result.value) continue;
    const auto parts = power_of_parts(channel, samples, *index, begin, end, kIdleParts);
    if (parts.size() >= 2) {
      const Watts mean = *result.value / duration;
      double squares = 0.0;
      for (const Watts part : parts) squares += (part - mean).value * (part - mean).value;
      const auto n = static_cast<double>(parts.size());
      const double error = std::sqrt(squares / (n - 1.0) / n);
      result.spread.add_normal(error * student_over_normal(parts.size() - 1) * duration.value);
    }
    const Watts power = *result.value / duration;
    const Watts half = Joules{result.spread.half_width()} / duration;
    baselines.push_back({channel.id, power, {power - half, power + half}});
  }
  return baselines;
}

std::vector<record::Warning> measure_window(std::span<const Channel> channels, const record::Samples& samples,
                                            std::span<const record::IdleBaseline> idle, record::Window& window,
                                            const WindowRule& rule) {
  Measured measured;
  window.channels.clear();
  for (const Channel& channel : channels) {
    record::ChannelEnergy& energy = window.channels.emplace_back();
    energy.channel = channel.id;
    if (channel.provenance == Provenance::missing) {
      energy.gross = energy.net = missing_energy(channel.reason, channel.hint);
    } else {
      measure_one(channel, samples, idle, rule, window, energy, measured);
    }
  }
  const TotalTerms terms = choose_terms(channels, measured.with_value, rule.used);
  window.sums = terms.sums;
  window.missing = terms.missing;
  window.complete = terms.missing.empty() && !terms.sums.empty();
  window.total = total_of(terms, measured.gross, window.channels, rule.used);
  window.net_total = total_of(terms, measured.net, window.channels, rule.used);
  warn_of_total(window, rule.most_uncertain, measured.warnings);
  for (record::Warning& warning : cross_check(channels, window)) measured.warnings.push_back(std::move(warning));
  return std::move(measured.warnings);
}

}  // namespace wattlens::meter
