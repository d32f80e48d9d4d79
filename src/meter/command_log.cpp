#include "meter/command_log.h"

#include <algorithm>

#include "meter/gauge_energy.h"
#include "meter/stamp.h"

namespace wattlens::meter {
namespace {

using base::MonoTime;
using base::Seconds;
using record::Samples;

constexpr Seconds kLongestLookPeriod{0.001};
constexpr Seconds kShortestLookPeriod{0.00025};
constexpr double kLooksPerUpdate = 4.0;
constexpr Seconds kShortestLook{0.015};
constexpr std::int64_t kEdges = 2;
constexpr double kPeriods = 2.5;
constexpr Seconds kMargin{0.02};
constexpr double kIdleAfter = 1.5;  // periods of a gauge that has settled
constexpr Seconds kUnknown{1.5};
constexpr Seconds kLongest{5.0};
constexpr Seconds kRetried{1.0};  // where reading fails
// Ten minutes at 100 Hz; 4.4 MiB with eight channels.
constexpr std::size_t kMostSamples = 60'000;
constexpr Seconds kKept{2.0};  // at both ends of a command, where samples are not thinned

}  // namespace

CommandLog::CommandLog(MeterSet& meters, base::Clock& clock)
    : meters_(meters), clock_(clock), readings_(meters.channels().size()), seen_(meters.channels().size()) {
  for (const record::Channel& channel : meters.channels()) samples_.channels.push_back(channel.id);
  samples_.values.resize(samples_.channels.size());
}

void CommandLog::sample() {
  ++wake_ups_;
  const MonoTime asked = clock_.now();
  meters_.read(readings_);
  const MonoTime answered = clock_.now();
  read_took_ = answered - asked;
  const Stamp stamp = stamp_of(readings_, answered);
  samples_.time_us.push_back(stamp.time_us);
  samples_.bracket_us.push_back(stamp.bracket_us);
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    Seen& seen = seen_[i];
    if (readings_[i].status != ReadStatus::ok) {
      samples_.values[i].push_back(Samples::kNoReading);
      seen.failed |= readings_[i].status == ReadStatus::failed;
      continue;
    }
    seen.failed = false;
    const bool counts = meters_.channels()[i].kind != record::ChannelKind::power;
    if (seen.start == Samples::kNoReading) seen.start = counts ? readings_[i].value : 0;
    const std::int64_t value = readings_[i].value - seen.start;
    samples_.values[i].push_back(value);
    if (seen.value != Samples::kNoReading && value != seen.value) {
      const MonoTime edge = readings_[i].after;
      if (seen.last_edge.ns != 0) seen.longest_gap = std::max(seen.longest_gap, edge - seen.last_edge);
      seen.last_edge = edge;
      ++seen.edges;
    }
    seen.value = value;
  }
  if (samples_.size() > kMostSamples) thin();
}

bool CommandLog::enough(std::size_t channel, Seconds looked, std::optional<Seconds> command) const {
  const record::Channel& about = meters_.channels()[channel];
  if (about.provenance == record::Provenance::missing) return true;
  Seconds period = std::max(about.update_period.value_or(Seconds{}), seen_[channel].longest_gap);
  if (about.kind == record::ChannelKind::model) {
    if (!command || *command < period) return true;
  }
  if (seen_[channel].failed) return looked >= kRetried;
  // A gauge must have forgotten the command, and then show idle power.
  const Seconds settling = about.kind == record::ChannelKind::power ? settling_time(about) : Seconds{};
  if (command && settling > Seconds{}) {
    return looked >= std::min(settling + kIdleAfter * about.update_period.value_or(period), kLongest);
  }
  if (seen_[channel].edges >= kEdges) return true;
  const Seconds limit = period > Seconds{} ? kPeriods * period + kMargin : kUnknown;
  return looked >= std::min(limit, kLongest);
}

Seconds CommandLog::look_period() const {
  Seconds period = kLongestLookPeriod;
  for (const record::Channel& channel : meters_.channels()) {
    const bool counter =
        channel.kind == record::ChannelKind::counter && channel.provenance != record::Provenance::missing;
    if (counter && channel.update_period) period = std::min(period, *channel.update_period / kLooksPerUpdate);
  }
  return std::max(period, kShortestLookPeriod);
}

void CommandLog::look(Seconds at_least, std::optional<Seconds> command, const Stop& stop) {
  sample();
  for (Seen& seen : seen_) seen.edges = 0;
  const bool any_counter = std::ranges::any_of(meters_.channels(), [](const record::Channel& channel) {
    return channel.provenance != record::Provenance::missing && channel.kind != record::ChannelKind::model;
  });
  if (any_counter) at_least = std::max(at_least, kShortestLook);
  const Seconds period = look_period();
  const MonoTime from = clock_.now();
  MonoTime next = from;
  while (!stop()) {
    const Seconds looked = clock_.now() - from;
    bool done = looked >= at_least;
    for (std::size_t i = 0; i < seen_.size() && done; ++i) done = enough(i, looked, command);
    if (done) return;
    // A sensor that takes long to answer is left alone for as long again.
    next = std::max(next + period, clock_.now() + read_took_);
    clock_.sleep_until(next);
    sample();
  }
}

void CommandLog::look_before(Seconds at_least, const Stop& stop) { look(at_least, std::nullopt, stop); }

void CommandLog::look_after(MonoTime end, Seconds at_least, const Stop& stop) { look(at_least, end - begin_, stop); }

base::Watts CommandLog::power_since(MonoTime time, const std::vector<std::string>& ids) const {
  base::Watts sum;
  const std::int64_t time_us = time.ns / 1000;
  const auto found = std::ranges::lower_bound(samples_.time_us, time_us);
  if (found == samples_.time_us.end()) return sum;
  const auto first = static_cast<std::size_t>(found - samples_.time_us.begin());
  const std::size_t last = samples_.size() - 1;
  for (std::size_t i = 0; i < samples_.channels.size(); ++i) {
    if (std::ranges::find(ids, samples_.channels[i]) == ids.end()) continue;
    const auto& values = samples_.values[i];
    // A slow sensor has no reading in each sample.
    std::size_t from = first;
    std::size_t to = last;
    while (from < last && values[from] == Samples::kNoReading) ++from;
    while (to > from && values[to] == Samples::kNoReading) --to;
    if (values[from] == Samples::kNoReading) continue;
    if (meters_.channels()[i].kind == record::ChannelKind::power) {
      sum += base::Watts{static_cast<double>(values[to]) * 1e-6};
    } else if (to > from) {
      const Seconds length{static_cast<double>(samples_.time_us[to] - samples_.time_us[from]) * 1e-6};
      sum += base::Joules{static_cast<double>(values[to] - values[from]) * 1e-6} / length;
    }
  }
  return sum;
}

// Of two neighbours in the middle the later one stays. A counter loses nothing by it, but a step down must not
// disappear; a gauge's reading becomes the mean of both.
void CommandLog::thin() {
  const std::int64_t from_us = (begin_ + kKept).ns / 1000;
  const std::int64_t to_us = samples_.time_us.back() - static_cast<std::int64_t>(kKept.value * 1e6);
  const std::size_t channels = samples_.values.size();
  const auto steps_down = [&](std::size_t i) {
    for (std::size_t c = 0; c < channels; ++c) {
      const auto& column = samples_.values[c];
      const bool counts = meters_.channels()[c].kind != record::ChannelKind::power;
      if (counts && column[i] != Samples::kNoReading && column[i] < column[i - 1]) return true;
    }
    return false;
  };
  std::size_t kept = 0;
  for (std::size_t i = 0; i < samples_.size(); ++i) {
    const bool middle = samples_.time_us[i] > from_us && samples_.time_us[i] < to_us;
    const bool merge = middle && i % 2 == 0 && i > 0 && i + 1 < samples_.size() && !steps_down(i) && !steps_down(i + 1);
    for (std::size_t c = 0; c < channels; ++c) {
      auto& column = samples_.values[c];
      if (!merge) {
        column[kept] = column[i];
        continue;
      }
      const std::int64_t here = column[i];
      std::int64_t& next = column[i + 1];
      if (here == Samples::kNoReading) continue;
      const bool gauge = meters_.channels()[c].kind == record::ChannelKind::power;
      if (next == Samples::kNoReading)
        next = here;
      else if (gauge)
        next = here + (next - here) / 2;
    }
    if (merge) continue;
    samples_.time_us[kept] = samples_.time_us[i];
    samples_.bracket_us[kept] = samples_.bracket_us[i];
    ++kept;
  }
  samples_.time_us.resize(kept);
  samples_.bracket_us.resize(kept);
  for (auto& column : samples_.values) column.resize(kept);
}

}  // namespace wattlens::meter
