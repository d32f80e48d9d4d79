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

std::optional<Joules> range_of(Joules before, Joules after, Seconds step, std::optional<double> usual_w) {
  std::optional<Joules> best;
  double least = std::log(kLikeBefore);
  for (const double range : kCounterRanges) {
    const double watts = (after.value + range - before.value) / step.value;
    if (before.value > range || !(watts > 0.0) || !usual_w || !(*usual_w > 0.0)) continue;
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
    if (info_.kind == SeriesKind::power) add_power({value}, line);
    if (info_.kind == SeriesKind::increment) energy_ = {value};
  } else {
    const Seconds step{static_cast<double>(time_ns - last_ns_) * 1e-9};
    if (samples_ > 1) add_run(step, value, line);
    if (step.value > 0.0) {
      add_forward(step, value, line);
    } else {
      if (step.value == 0.0) {
        if (duplicates_++ == 0) first_duplicate_line_ = line;
      } else if (steps_back_count_++ < static_cast<std::int64_t>(kRemembered)) {
        steps_back_.push_back({step, last_power_, line});
      }
      if (info_.kind == SeriesKind::increment) energy_ += Joules{value};
      if (info_.kind == SeriesKind::power) add_power({value}, line);
    }
  }
  last_ns_ = time_ns;
  last_value_ = value;
}

// The energy of a step of a counter or an increment.
Joules SeriesScan::counted(Seconds step, double value, std::int64_t line) {
  if (info_.kind == SeriesKind::increment) return {value};
  const Joules energy{value - last_value_};
  if (energy.value >= 0.0) return energy;
  const auto usual = watts_.quantile(0.5);
  const Decrease decrease{{last_value_}, {value}, step, line, range_of({last_value_}, {value}, step, usual)};
  if (decrease_count_++ < static_cast<std::int64_t>(kRemembered)) decreases_.push_back(decrease);
  if (decrease.range) return energy + *decrease.range;
  return base::Watts{usual.value_or(0.0)} * step;  // it began anew at an unknown place: the usual power stands in
}

void SeriesScan::add_forward(Seconds step, double value, std::int64_t line) {
  steps_.add(step.value);
  base::Watts power{value};
  Joules energy;
  if (info_.kind == SeriesKind::power) {
    energy = 0.5 * (last_power_ + power) * step;
    const double change = (power - last_power_).value;
    sampling_variance_ += 0.5 * change * change * step.value * step.value;
  } else {
    energy = counted(step, value, line);
    power = energy / step;
  }
  remember(longest_steps_, {step, energy / step, line}, by_duration);
  energy_ += energy;
  covered_ += step;
  add_power(power, line);
}

void SeriesScan::add_power(base::Watts power, std::int64_t line) {
  lowest_ = has_power_ ? std::min(lowest_, power) : power;
  highest_power_ = has_power_ ? std::max(highest_power_, power) : power;
  has_power_ = true;
  last_power_ = power;
  sum_of_power_ += power;
  watts_.add(power.value);
  remember(highest_, {{}, power, line}, by_power);
  const Moment moment{covered_, power, line};
  if (first_moments_.size() < kEdgeReadings) first_moments_.push_back(moment);
  if (ring_.size() < kEdgeReadings) {
    ring_.push_back(moment);
  } else {
    ring_[ring_next_] = moment;
    ring_next_ = (ring_next_ + 1) % kEdgeReadings;
  }
}

void SeriesScan::add_run(Seconds step, double value, std::int64_t line) {
  if (value != last_value_) {
    ++changes_;
    run_ = {1, {}, line};
    return;
  }
  ++run_.readings;
  run_.duration += std::max(step, Seconds{});
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
