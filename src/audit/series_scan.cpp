#include "audit/series_scan.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

namespace wattlens::audit {
namespace {

using base::Joules;
using base::Seconds;

constexpr std::size_t kRemembered = 64;
// Where energy counters begin anew: 32 bits of 61 µJ and of 15.3 µJ as powercap tells them (max_energy_range_uj) and as
// the register has them, 32 bits of µJ and of mJ.
constexpr std::array<double, 6> kCounterRanges = {262143.328850, 262144.0,    65532.610987,
                                                  65536.0,       4294.967296, 4294967.296};
constexpr double kLikeBefore = 4.0;  // a power within this factor of the usual one

bool by_duration(const Step& a, const Step& b) { return a.duration > b.duration; }
bool by_power(const Step& a, const Step& b) { return a.power > b.power; }

// Keeps the greatest: a heap whose front is the least of them.
template <class Greater>
void remember(std::vector<Step>& heap, const Step& step, Greater greater) {
  if (heap.size() == kRemembered) {
    if (!greater(step, heap.front())) return;
    std::ranges::pop_heap(heap, greater);
    heap.pop_back();
  }
  heap.push_back(step);
  std::ranges::push_heap(heap, greater);
}

std::optional<Joules> range_of(double before, double after, double seconds, std::optional<double> usual_w) {
  std::optional<Joules> best;
  double least = std::log(kLikeBefore);
  for (const double range : kCounterRanges) {
    const double watts = (after + range - before) / seconds;
    if (before > range || !(watts > 0.0) || !usual_w || !(*usual_w > 0.0)) continue;
    const double distance = std::abs(std::log(watts / *usual_w));
    if (distance > least) continue;
    least = distance;
    best = Joules{range};
  }
  return best;
}

}  // namespace

void SeriesScan::begin(std::int64_t time_ns) {
  begun_ = true;
  first_ns_ = last_ns_ = time_ns;
}

void SeriesScan::add(std::int64_t time_ns, double value, std::int64_t line) {
  if (keeps_) kept_.push_back({time_ns, value});
  if (value == 0.0) ++zeros_;
  if (value < 0.0 && negatives_++ == 0) first_negative_line_ = line;
  if (++samples_ == 1) {
    first_line_ = line;
    first_value_ = value;
    run_ = {1, {}, line};
    longest_equal_run_ = run_;
  }
  if (samples_ == 1 && !begun_) {
    first_ns_ = time_ns;
    if (info_.kind == SeriesKind::power) add_power(value, line);
    if (info_.kind == SeriesKind::increment) joules_ = value;
  } else {
    const double seconds = static_cast<double>(time_ns - last_ns_) * 1e-9;
    if (samples_ > 1) add_run(seconds, value, line);
    if (seconds > 0.0) {
      add_forward(seconds, value, line);
    } else {
      if (seconds == 0.0) {
        if (duplicates_++ == 0) first_duplicate_line_ = line;
      } else if (steps_back_count_++ < static_cast<std::int64_t>(kRemembered)) {
        steps_back_.push_back({{seconds}, {last_watts_}, line});
      }
      if (info_.kind == SeriesKind::increment) joules_ += value;
      if (info_.kind == SeriesKind::power) add_power(value, line);
    }
  }
  last_ns_ = time_ns;
  last_value_ = value;
}

// The energy of a step of a counter or an increment.
double SeriesScan::counted(double seconds, double value, std::int64_t line) {
  if (info_.kind == SeriesKind::increment) return value;
  const double energy = value - last_value_;
  if (energy >= 0.0) return energy;
  const auto usual = watts_.quantile(0.5);
  const Decrease decrease{{last_value_}, {value}, {seconds}, line, range_of(last_value_, value, seconds, usual)};
  if (decrease_count_++ < static_cast<std::int64_t>(kRemembered)) decreases_.push_back(decrease);
  if (decrease.range) return energy + decrease.range->value;
  return usual.value_or(0.0) * seconds;  // it began anew at an unknown place: the usual power stands in
}

void SeriesScan::add_forward(double seconds, double value, std::int64_t line) {
  steps_.add(seconds);
  double watts = value;
  double energy = 0.0;
  if (info_.kind == SeriesKind::power) {
    energy = 0.5 * (last_watts_ + value) * seconds;
    const double change = value - last_watts_;
    sampling_variance_ += 0.5 * change * change * seconds * seconds;
  } else {
    energy = counted(seconds, value, line);
    watts = energy / seconds;
  }
  remember(longest_steps_, {{seconds}, {energy / seconds}, line}, by_duration);
  joules_ += energy;
  covered_s_ += seconds;
  add_power(watts, line);
}

void SeriesScan::add_power(double watts, std::int64_t line) {
  lowest_w_ = has_power_ ? std::min(lowest_w_, watts) : watts;
  highest_w_ = has_power_ ? std::max(highest_w_, watts) : watts;
  has_power_ = true;
  last_watts_ = watts;
  sum_of_power_ += watts;
  watts_.add(watts);
  remember(highest_, {{}, {watts}, line}, by_power);
  const Moment moment{{covered_s_}, {watts}, line};
  if (first_moments_.size() < kEdgeReadings) first_moments_.push_back(moment);
  if (ring_.size() < kEdgeReadings) {
    ring_.push_back(moment);
  } else {
    ring_[ring_next_] = moment;
    ring_next_ = (ring_next_ + 1) % kEdgeReadings;
  }
}

void SeriesScan::add_run(double seconds, double value, std::int64_t line) {
  if (value != last_value_) {
    ++changes_;
    run_ = {1, {}, line};
    return;
  }
  ++run_.readings;
  run_.duration += Seconds{std::max(seconds, 0.0)};
  if (run_.readings > longest_equal_run_.readings) longest_equal_run_ = run_;
}

std::vector<Moment> SeriesScan::last_moments() const {
  std::vector<Moment> moments(ring_.begin() + static_cast<std::ptrdiff_t>(ring_next_), ring_.end());
  moments.insert(moments.end(), ring_.begin(), ring_.begin() + static_cast<std::ptrdiff_t>(ring_next_));
  return moments;
}

Joules SeriesScan::sampling_error() const { return {std::sqrt(sampling_variance_)}; }

void SeriesScan::finish() {
  std::ranges::sort(longest_steps_, by_duration);
  std::ranges::sort(highest_, by_power);
}

}  // namespace wattlens::audit
