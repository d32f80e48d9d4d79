// The energies of windows inside a command, added up by region while it runs: only the samples around moments that are
// still open are kept. docs/measurement.md, "Regions". Not thread-safe.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/clock.h"
#include "meter/channel_energy.h"
#include "meter/mark_cut.h"
#include "record/channel.h"
#include "record/run.h"

namespace wattlens::meter {

class RegionEnergies {
 public:
  using Slot = std::uint32_t;  // a window that has no end yet

  explicit RegionEnergies(std::span<const record::Channel> channels);

  Slot begin(base::MonoTime time);
  void end(Slot slot, base::MonoTime time, std::size_t region);  // not before its begin
  void drop(Slot slot);

  // Takes over what `samples` has beyond the last call, and works out the windows whose surroundings are known by now.
  // `samples` may have been thinned before its last 2 s.
  void take(const record::Samples& samples);
  // Works out the rest with what there is.
  void finish();

  // All windows of a region together; `channel` as in the constructor. Without a value: "too_short", "reset".
  ChannelResult result(std::size_t region, std::size_t channel) const;
  // Moments that wait for their surroundings, and samples kept for them.
  std::size_t waiting() const { return moments_.size(); }
  std::size_t kept() const { return samples_.size(); }

 private:
  using Cuts = std::vector<std::optional<MarkCut>>;  // by channel
  struct Open {
    base::MonoTime begin;
    base::MonoTime end;
    std::size_t region = 0;
    enum class State { unused, open, ended, left_out } state = State::unused;
    bool begin_known = false;
    Cuts at_begin;
    std::vector<std::int64_t> losses;  // until the begin, by channel
  };
  struct Moment {
    base::MonoTime time;
    Slot slot = 0;
    bool is_end = false;
  };
  // How the moments of a kind fall on a sensor's updates: the mean of exp(2 pi i (time since the one before) / period).
  struct Rhythm {
    std::complex<double> sum;
    std::int64_t steps = 0;
    base::MonoTime last;
    void add(base::MonoTime time, base::Seconds period);
    double independent(std::int64_t count) const;  // of so many moments
  };
  struct Sum {
    base::Joules value;
    base::Joules begin_phase;
    base::Joules end_phase;
    base::Joules bias;
    base::Seconds time;   // of the windows in `value`
    base::Seconds brief;  // of those too short for the sensor
    std::int64_t windows = 0;
    std::int64_t losses = 0;  // windows in which energy was lost
    Rhythm begins;
    Rhythm ends;
  };
  // What is known of a channel's readings so far.
  struct Seen {
    base::Seconds period;  // between updates: nominal, else observed
    base::Watts low;       // of the readings of a gauge, or between the edges of a counter
    base::Watts high;
    bool any = false;
    double squares = 0.0;  // of a gauge's changes
    std::int64_t changes = 0;
    base::Joules quantum;
    std::optional<std::int64_t> last;  // reading
    std::int64_t last_us = 0;
    base::Joules integral;    // of a gauge's readings
    std::int64_t losses = 0;  // so often energy was lost: a counter began anew, a gauge was not read
    std::vector<std::int64_t> recent_losses_us;
    std::vector<base::Joules> integrals;  // one per sample that is kept
  };
  bool alive(std::size_t channel) const { return channels_[channel].provenance != record::Provenance::missing; }
  bool is_gauge(std::size_t channel) const { return channels_[channel].kind == record::ChannelKind::power; }
  base::Seconds patience() const;
  void append(const record::Samples& samples, std::size_t row);
  void follow(std::size_t channel, std::int64_t value, std::int64_t time_us);
  void settle(base::MonoTime until);
  Cuts cuts_at(base::MonoTime time, std::span<const Track> tracks, std::span<const Gauge> gauges,
               std::span<const std::vector<base::Joules>> integrals) const;
  std::vector<std::int64_t> losses_until(base::MonoTime time) const;
  void add_window(const Open& open, const Cuts& at_end);
  void add_to(Sum& sum, std::size_t channel, const Open& open, const MarkCut& at_end) const;
  void add_brief(std::size_t region, base::Seconds duration);
  Sum& sum_of(std::size_t region, std::size_t channel);
  void release(Slot slot);
  void trim();

  std::vector<record::Channel> channels_;
  std::vector<Seen> seen_;   // by channel
  record::Samples samples_;  // the newest
  std::vector<Open> open_;
  std::vector<Slot> free_;
  std::vector<Moment> moments_;  // not worked out yet
  std::vector<Sum> sums_;        // [region * channels + channel]
  std::int64_t last_us_ = -1;
  bool trimmed_ = false;  // samples_ no longer begins with the first one
};

}  // namespace wattlens::meter
