#include "meter/meter_set.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace wattlens::meter {
namespace {

using record::Provenance;

// Measured (or simulated, which stands for it) before modelled before missing; among equals the earlier meter.
int rank(const record::Channel& channel) {
  switch (channel.provenance) {
    case Provenance::measured:
    case Provenance::simulated: return 0;
    case Provenance::modelled: return 1;
    default: return 2;
  }
}

std::string_view family(std::string_view id) { return id.substr(0, id.find('.')); }

}  // namespace

MeterSet MeterSet::open(const MeterOptions& options, std::span<const MeterKind> kinds) {
  std::vector<std::unique_ptr<Meter>> meters;
  std::vector<AbsentMeter> absent;
  for (const MeterKind& kind : kinds) {
    auto meter = kind.open(options);
    if (meter) {
      meters.push_back(std::move(*meter));
    } else {
      absent.push_back({std::string(kind.name), std::move(meter.error().message), std::move(meter.error().hint)});
    }
  }
  MeterSet set(std::move(meters));
  set.absent_.insert(set.absent_.begin(), std::make_move_iterator(absent.begin()),
                     std::make_move_iterator(absent.end()));
  return set;
}

MeterSet::MeterSet(std::vector<std::unique_ptr<Meter>> meters) : meters_(std::move(meters)) { choose(); }

const record::Channel& MeterSet::channel_of(const Source& source) const {
  return meters_[source.meter]->channels()[source.channel];
}

// One more way to read a channel: the first, a better one, one that stands by, or one that is of no use.
void MeterSet::offer(Source source) {
  const record::Channel& channel = channel_of(source);
  const auto found = std::ranges::find(channels_, channel.id, &record::Channel::id);
  source.offset_uj = 0;
  if (found == channels_.end()) {
    channels_.push_back(channel);
    feeds_.push_back({.sources = {source}});
    return;
  }
  record::Channel& chosen = *found;
  Feed& feed = feeds_[static_cast<std::size_t>(found - channels_.begin())];
  const bool usable = channel.provenance != Provenance::missing;
  const bool same_counter = channel.kind == record::ChannelKind::counter && chosen.kind == channel.kind;
  if (usable && same_counter && channel.provenance == chosen.provenance) {
    source.offset_uj.reset();
    feed.sources.push_back(source);
    return;
  }
  if (rank(channel) >= rank(chosen)) return;
  // A model stands in for what could be measured: why it is not, must stay visible.
  if (channel.provenance != Provenance::measured) {
    const auto& replaced = *meters_[feed.sources.front().meter];
    absent_.push_back({std::string(replaced.name()), chosen.id + ": " + chosen.reason, chosen.hint});
  }
  // What the replaced channel would have held is part of its stand-in too, so that a total does not miss it.
  auto covers = std::move(chosen.covers);
  chosen = channel;
  if (chosen.covers.empty()) chosen.covers = std::move(covers);
  feed.sources = {source};
}

void MeterSet::choose() {
  std::set<std::string_view> measured;  // families
  for (const auto& meter : meters_) {
    for (const record::Channel& channel : meter->channels()) {
      if (channel.provenance == Provenance::measured) measured.insert(family(channel.id));
    }
  }
  for (std::size_t m = 0; m < meters_.size(); ++m) {
    const auto channels = meters_[m]->channels();
    scratch_.emplace_back(channels.size());
    for (std::size_t c = 0; c < channels.size(); ++c) {
      if (channels[c].kind == record::ChannelKind::model && measured.contains(family(channels[c].id))) continue;
      offer({.meter = m, .channel = c, .offset_uj = {}});
    }
  }
}

void MeterSet::tell_of_change(const std::string& id, const record::Channel& from, const record::Channel& to) {
  record::Warning warning{"source_changed", id,
                          fmt::format("reads through {} failed; {} reads the same counter and was read from then on",
                                      from.method, to.method),
                          "the kernel's log may tell why: sudo dmesg"};
  // Sources that fail in turn are told of once.
  const bool told = std::ranges::any_of(changes_, [&](const record::Warning& change) {
    return change.channel == warning.channel && change.message == warning.message;
  });
  if (!told) changes_.push_back(std::move(warning));
}

// What the channel shows now. Sources of one counter are set against each other whenever both are read, so that one can
// take over from where both last agreed.
Reading MeterSet::follow(std::size_t channel) {
  Feed& feed = feeds_[channel];
  const auto readable = [&](const Source& source) { return reading_of(source).status == ReadStatus::ok; };
  if (feed.sources.size() == 1) return reading_of(feed.sources.front());
  bool changed = false;
  const ReadStatus status = reading_of(feed.sources[feed.current]).status;
  if (status == ReadStatus::not_asked) return reading_of(feed.sources[feed.current]);
  if (status == ReadStatus::failed) {
    const auto other = std::ranges::find_if(
        feed.sources, [&](const Source& source) { return readable(source) && source.offset_uj.has_value(); });
    if (other == feed.sources.end()) return Reading{};
    tell_of_change(channels_[channel].id, channel_of(feed.sources[feed.current]), channel_of(*other));
    feed.current = static_cast<std::size_t>(other - feed.sources.begin());
    changed = true;
  }
  Source& source = feed.sources[feed.current];
  Reading reading = reading_of(source);
  reading.value += source.offset_uj.value_or(0);
  if (changed && reading.value < feed.last_uj) {
    // The two are read one after the other: by less than an update of the register the other may lie behind.
    reading.value = feed.last_uj;
    source.offset_uj = reading.value - reading_of(source).value;
  }
  feed.last_uj = reading.value;
  for (Source& other : feed.sources) {
    if (&other != &source && readable(other)) other.offset_uj = reading.value - reading_of(other).value;
  }
  return reading;
}

bool MeterSet::anything_measured() const {
  return std::ranges::any_of(channels_, [](const auto& c) { return c.provenance == Provenance::measured; });
}

void MeterSet::describe_anew(const std::function<void(record::Channel&)>& change) {
  for (record::Channel& channel : channels_) change(channel);
}

void MeterSet::read(std::span<Reading> out) {
  for (std::size_t m = 0; m < meters_.size(); ++m) {
    std::ranges::fill(scratch_[m], Reading{});
    // A meter that fails as a whole leaves its channels as failed: a gap, which the window finds.
    if (!meters_[m]->read(scratch_[m])) std::ranges::fill(scratch_[m], Reading{});
  }
  for (std::size_t i = 0; i < feeds_.size(); ++i) out[i] = follow(i);
}

}  // namespace wattlens::meter
