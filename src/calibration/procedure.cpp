#include "calibration/procedure.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/random.h"
#include "calibration/estimate.h"
#include "calibration/load_history.h"
#include "calibration/schedule.h"
#include "calibration/updates.h"
#include "meter/stamp.h"

namespace wattlens::calibration {
namespace {

using base::MonoTime;

constexpr Seconds kRest{3.0};
constexpr Seconds kPoll{0.001};
constexpr double kDither = 0.5;  // of a poll: readings must not keep step with the updates
constexpr double kUsualPeriod = 0.15;
constexpr double kMostScale = 20.0;
constexpr double kLeastPeriod = 0.004;  // s, that a load is locked to
constexpr double kLongestPeriod = 5.0;
constexpr Seconds kTold{0.5};

// Reads one channel while the load follows a schedule.
class Recorder {
 public:
  Recorder(const Instruments& instruments, std::size_t channel, std::uint64_t seed)
      : instruments_(instruments), channel_(channel), random_(seed), readings_(instruments.meters.channels().size()) {
    samples_.channels = {instruments.meters.channels()[channel].id};
    samples_.values.resize(1);
    next_poll_ = instruments.clock.now();
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() { (void)instruments_.load.set(false); }

  // `after` is how long it will take from the end of these segments on.
  Result<void> follow(const std::vector<Segment>& segments, std::string_view stage, Seconds after) {
    MonoTime end = instruments_.clock.now();
    Seconds left = length_of(segments) + after;
    for (const Segment& segment : segments) {
      WATTLENS_CHECK(switch_load(segment.on));
      end = end + segment.length;
      left -= segment.length;
      WATTLENS_CHECK(read_until(end, stage, left));
    }
    return switch_load(false);
  }

  const record::Channel& channel() const { return instruments_.meters.channels()[channel_]; }
  const record::Samples& samples() const { return samples_; }
  const LoadHistory& history() const { return history_; }
  base::Random& random() { return random_; }

 private:
  Result<void> switch_load(bool on) {
    if (on == is_on_) return {};
    // The moment of the switch lies somewhere in the call.
    const MonoTime before = instruments_.clock.now();
    WATTLENS_CHECK(instruments_.load.set(on));
    const MonoTime after = instruments_.clock.now();
    history_.add(before + 0.5 * (after - before), on);
    is_on_ = on;
    return {};
  }

  Result<void> read_until(MonoTime end, std::string_view stage, Seconds left) {
    base::Clock& clock = instruments_.clock;
    while (true) {
      if (instruments_.cancel.requested()) return fail(ErrorKind::cancelled, "interrupted: nothing was changed");
      const MonoTime wake = std::min(next_poll_, end);
      if (clock.now() < wake) clock.sleep_until(wake);
      const MonoTime now = clock.now();
      if (now >= next_poll_) {
        read();
        tell(now, stage, left + (end - now));
        next_poll_ = now + (1.0 - 0.5 * kDither + kDither * random_.uniform()) * kPoll;
      }
      if (now >= end) return {};
    }
  }

  void read() {
    instruments_.meters.read(readings_);
    const meter::Reading& reading = readings_[channel_];
    const bool ok = reading.status == meter::ReadStatus::ok;
    const meter::Stamp stamp = meter::stamp_of({&reading, 1}, instruments_.clock.now());
    samples_.time_us.push_back(stamp.time_us);
    samples_.bracket_us.push_back(stamp.bracket_us);
    samples_.values[0].push_back(ok ? reading.value : record::Samples::kNoReading);
  }

  void tell(MonoTime now, std::string_view stage, Seconds left) {
    if (!instruments_.progress || now < next_told_) return;
    instruments_.progress({channel().id, std::string(stage), left});
    next_told_ = now + kTold;
  }

  const Instruments& instruments_;
  std::size_t channel_;
  base::Random random_;
  std::vector<meter::Reading> readings_;
  record::Samples samples_;
  LoadHistory history_;
  MonoTime next_poll_;
  MonoTime next_told_;
  bool is_on_ = false;
};

double scale_for(const std::optional<Seconds>& period) {
  return std::clamp(period.value_or(Seconds{}).value / kUsualPeriod, 1.0, kMostScale);
}

}  // namespace

Result<Figures> calibrate(const Instruments& instruments, std::size_t channel, std::uint64_t seed) {
  Recorder recorder(instruments, channel, seed);
  if (recorder.channel().provenance == record::Provenance::missing) {
    return fail(ErrorKind::not_measurable,
                fmt::format("{} cannot be read: {}", recorder.channel().id, recorder.channel().reason),
                recorder.channel().hint);
  }
  double scale = scale_for(recorder.channel().update_period);
  const auto first = random_steps(recorder.random(), scale);
  const auto second = random_steps(recorder.random(), 1.0);
  const Seconds locked_about{8.0};
  WATTLENS_CHECK(recorder.follow({{scale * kRest, false}}, "at rest",
                                 length_of(first) + locked_about + scale * length_of(second)));
  WATTLENS_CHECK(recorder.follow(first, "steps", locked_about + scale * length_of(second)));
  const Updates seen = find_updates(recorder.channel(), recorder.samples(), 0);
  if (seen.period.value) {
    const Seconds period = seen.period.value->value;
    scale = scale_for(period);
    if (period.value >= kLeastPeriod && period.value <= kLongestPeriod) {
      WATTLENS_CHECK(recorder.follow(locked_square(period), fmt::format("locked to {:.3g} ms", 1e3 * period.value),
                                     scale * length_of(second)));
    }
  }
  std::vector<Segment> more = second;
  for (Segment& segment : more) segment.length = scale * segment.length;
  WATTLENS_CHECK(recorder.follow(more, "more steps", {}));
  return estimate(recorder.channel(), recorder.samples(), 0, recorder.history());
}

}  // namespace wattlens::calibration
