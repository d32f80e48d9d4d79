#include "meter/meter_set.h"

#include <algorithm>
#include <map>
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

void MeterSet::choose() {
  std::map<std::string, std::size_t> place;  // of a channel id in channels_
  std::set<std::string_view> measured;       // families
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
      const auto [found, is_new] = place.emplace(channels[c].id, channels_.size());
      if (is_new) {
        channels_.push_back(channels[c]);
        sources_.push_back({m, c});
        continue;
      }
      record::Channel& chosen = channels_[found->second];
      if (rank(channels[c]) >= rank(chosen)) continue;
      // A model stands in for what could be measured: why it is not, must stay visible.
      if (channels[c].provenance != Provenance::measured) {
        const auto& replaced = *meters_[sources_[found->second].meter];
        absent_.push_back({std::string(replaced.name()), chosen.id + ": " + chosen.reason, chosen.hint});
      }
      // What the replaced channel would have held is part of its stand-in too, so that a total does not miss it.
      auto covers = std::move(chosen.covers);
      chosen = channels[c];
      if (chosen.covers.empty()) chosen.covers = std::move(covers);
      sources_[found->second] = {m, c};
    }
  }
}

bool MeterSet::anything_measured() const {
  return std::ranges::any_of(channels_, [](const auto& c) { return c.provenance == Provenance::measured; });
}

void MeterSet::read(std::span<Reading> out) {
  for (std::size_t m = 0; m < meters_.size(); ++m) {
    std::ranges::fill(scratch_[m], Reading{});
    // A meter that fails as a whole leaves its channels as failed: a gap, which the window finds.
    if (!meters_[m]->read(scratch_[m])) std::ranges::fill(scratch_[m], Reading{});
  }
  for (std::size_t i = 0; i < sources_.size(); ++i) out[i] = scratch_[sources_[i].meter][sources_[i].channel];
}

}  // namespace wattlens::meter
