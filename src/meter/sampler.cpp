#include "meter/sampler.h"

#include <fmt/core.h>
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <ctime>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "meter/stamp.h"

namespace wattlens::meter {
namespace {

using record::Samples;

constexpr double kSlowest = 0.1;  // Hz
constexpr double kFastest = 10e3;
// Room for two minutes at 1 kHz over eight channels; older samples give way.
constexpr std::size_t kMostBytes = std::size_t{8} << 20U;
// What take() gives before the window, so that the update before its begin can be seen.
constexpr base::Seconds kLookBefore{0.25};
// A reading that fails at the end of a window is waited for so long.
constexpr std::chrono::milliseconds kLongestWait{1000};

// The last samples, oldest first, in memory that is reserved once and used only as far as it fills.
class Ring {
 public:
  Ring(std::size_t channels, std::size_t capacity)
      : channels_(channels),
        capacity_(capacity),
        stamps_(std::make_unique_for_overwrite<Stamp[]>(capacity)),
        values_(std::make_unique_for_overwrite<std::int64_t[]>(capacity * channels)) {}

  std::size_t size() const { return size_; }
  const Stamp& stamp(std::size_t i) const { return stamps_[place(i)]; }
  std::int64_t value(std::size_t i, std::size_t channel) const { return values_[place(i) * channels_ + channel]; }

  void push(const Stamp& stamp, std::span<const std::int64_t> values) {
    if (size_ == capacity_) forget(1);
    const std::size_t at = place(size_++);
    stamps_[at] = stamp;
    std::ranges::copy(values, &values_[at * channels_]);
  }

  void forget(std::size_t count) {
    first_ = (first_ + count) % capacity_;
    size_ -= count;
    if (size_ == 0) first_ = 0;
  }

  // Index of the last sample at or before a time, or 0; and of the first at or after it, or size().
  std::size_t last_before(std::int64_t time_us) const {
    const std::size_t after = count_before(time_us + 1);
    return after == 0 ? 0 : after - 1;
  }
  std::size_t first_after(std::int64_t time_us) const { return count_before(time_us); }

 private:
  std::size_t place(std::size_t i) const { return (first_ + i) % capacity_; }
  std::size_t count_before(std::int64_t time_us) const {
    std::size_t low = 0;
    std::size_t high = size_;
    while (low < high) {
      const std::size_t middle = (low + high) / 2;
      if (stamp(middle).time_us < time_us) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  std::size_t channels_;
  std::size_t capacity_;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::unique_ptr<Stamp[]> stamps_;
  std::unique_ptr<std::int64_t[]> values_;
};

std::size_t capacity_for(std::size_t channels) {
  return kMostBytes / (sizeof(Stamp) + channels * sizeof(std::int64_t));
}

base::Seconds to_seconds(const timespec& time) {
  return {static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9};
}

}  // namespace

struct Sampler::State {
  State(MeterSet& meter_set, base::Clock& the_clock, SamplerOptions the_options)
      : meters(meter_set),
        clock(the_clock),
        options(the_options),
        ring(meters.channels().size(), capacity_for(meters.channels().size())) {}

  void run();
  void sample(std::int64_t ticks);
  std::size_t first_reading(std::size_t channel, std::int64_t time_us) const;
  bool complete_until(std::int64_t end_us) const;
  void forget_silent(std::int64_t end_us);
  Samples copy(std::size_t first, std::size_t last) const;

  MeterSet& meters;
  base::Clock& clock;
  SamplerOptions options;
  base::FileDescriptor timer;
  std::thread thread;
  std::atomic<bool> stopping = false;

  mutable std::mutex mutex;  // guards all below
  std::condition_variable sampled;
  Ring ring;
  bool running = false;
  bool waiting = false;
  record::OwnCost cost;
  std::vector<record::Warning> changes;
  std::vector<bool> answers = std::vector<bool>(meters.channels().size());

  // Used by the sampler's thread only.
  std::vector<Reading> readings = std::vector<Reading>(meters.channels().size());
  std::vector<std::int64_t> values = std::vector<std::int64_t>(meters.channels().size());
};

void Sampler::State::run() {
  ::pthread_setname_np(::pthread_self(), "wattlens-sample");
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  while (true) {
    std::uint64_t ticks = 0;
    const ssize_t size = ::read(timer.get(), &ticks, sizeof ticks);
    if (size < 0 && errno == EINTR) continue;
    if (stopping || size != sizeof ticks) return;
    sample(static_cast<std::int64_t>(ticks));
  }
}

void Sampler::State::sample(std::int64_t ticks) {
  meters.read(readings);
  const Stamp stamp = stamp_of(readings, clock.now());
  for (std::size_t i = 0; i < readings.size(); ++i) {
    values[i] = readings[i].status == ReadStatus::ok ? readings[i].value : Samples::kNoReading;
  }
  const std::lock_guard lock(mutex);
  ++cost.wake_ups;
  cost.missed_ticks += ticks - 1;
  ring.push(stamp, values);
  if (const auto all = meters.changes(); all.size() > changes.size()) changes.assign(all.begin(), all.end());
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != Samples::kNoReading) answers[i] = true;
  }
  if (waiting) sampled.notify_all();
}

std::size_t Sampler::State::first_reading(std::size_t channel, std::int64_t time_us) const {
  std::size_t i = ring.first_after(time_us);
  while (i < ring.size() && ring.value(i, channel) == Samples::kNoReading) ++i;
  return i;
}

// Whether every channel that answers has a reading at or after the end.
bool Sampler::State::complete_until(std::int64_t end_us) const {
  if (ring.first_after(end_us) == ring.size()) return false;
  for (std::size_t channel = 0; channel < answers.size(); ++channel) {
    if (answers[channel] && first_reading(channel, end_us) == ring.size()) return false;
  }
  return true;
}

// A channel that fell silent is waited for once; it counts again with its next reading.
void Sampler::State::forget_silent(std::int64_t end_us) {
  for (std::size_t channel = 0; channel < answers.size(); ++channel) {
    if (first_reading(channel, end_us) == ring.size()) answers[channel] = false;
  }
}

Samples Sampler::State::copy(std::size_t first, std::size_t last) const {
  Samples samples;
  for (const record::Channel& channel : meters.channels()) samples.channels.push_back(channel.id);
  samples.values.resize(samples.channels.size());
  for (std::size_t i = first; i < last; ++i) {
    samples.time_us.push_back(ring.stamp(i).time_us);
    samples.bracket_us.push_back(ring.stamp(i).bracket_us);
  }
  for (std::size_t channel = 0; channel < samples.channels.size(); ++channel) {
    const bool counts = meters.channels()[channel].kind != record::ChannelKind::power;
    std::int64_t start = counts ? Samples::kNoReading : 0;
    auto& column = samples.values[channel];
    column.reserve(last - first);
    for (std::size_t i = first; i < last; ++i) {
      const std::int64_t value = ring.value(i, channel);
      if (start == Samples::kNoReading) start = value;
      column.push_back(value == Samples::kNoReading ? value : value - start);
    }
  }
  return samples;
}

Sampler::Sampler(MeterSet& meters, base::Clock& clock, SamplerOptions options)
    : state_(std::make_unique<State>(meters, clock, options)) {}

Sampler::~Sampler() { stop(); }

Result<void> Sampler::start() {
  State& state = *state_;
  if (state.thread.joinable()) return {};
  const double rate = state.options.rate.value;
  if (!(rate >= kSlowest && rate <= kFastest)) {
    return fail(ErrorKind::usage, fmt::format("cannot sample at {} Hz", rate),
                fmt::format("choose a rate from {} to {} Hz", kSlowest, kFastest));
  }
  state.timer = base::FileDescriptor(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC));
  const auto period = static_cast<std::int64_t>(1e9 / rate);
  const timespec interval{period / 1'000'000'000, period % 1'000'000'000};
  const itimerspec times{.it_interval = interval, .it_value = {0, 1}};
  if (!state.timer.is_open() || ::timerfd_settime(state.timer.get(), 0, &times, nullptr) != 0) {
    return base::fail_errno(errno, "cannot set the sampler's timer");
  }
  {
    const std::lock_guard lock(state.mutex);
    state.running = true;
    state.stopping = false;
    state.cost = {};
  }
  state.thread = std::thread([&state] { state.run(); });
  return {};
}

void Sampler::stop() {
  State& state = *state_;
  if (!state.thread.joinable()) return;
  const record::OwnCost last = cost();
  {
    const std::lock_guard lock(state.mutex);
    state.stopping = true;
    state.running = false;
    state.cost = last;
  }
  // The thread sleeps in read(): the next tick comes at once.
  const itimerspec now{.it_interval = {}, .it_value = {0, 1}};
  ::timerfd_settime(state.timer.get(), 0, &now, nullptr);
  state.thread.join();
}

record::Samples Sampler::take(MonoTime begin, MonoTime end) {
  State& state = *state_;
  const std::int64_t begin_us = (begin - kLookBefore).ns / 1000;
  const std::int64_t end_us = (end.ns + 999) / 1000;
  std::unique_lock lock(state.mutex);
  state.waiting = true;
  const auto until_end = std::chrono::nanoseconds(std::max<std::int64_t>(0, end.ns - state.clock.now().ns));
  const auto period = std::chrono::duration<double>(1.0 / state.options.rate.value);
  const auto limit = until_end + std::chrono::duration_cast<std::chrono::nanoseconds>(3 * period) + kLongestWait;
  state.sampled.wait_for(lock, limit, [&] { return !state.running || state.complete_until(end_us); });
  state.waiting = false;
  state.forget_silent(end_us);
  // To the first sample at or after the end at which every channel was read; what came after it stays for the next.
  std::size_t last = state.ring.first_after(end_us);
  const std::size_t first = state.ring.last_before(begin_us);
  last = std::min(last + 1, state.ring.size());
  for (std::size_t channel = 0; channel < state.answers.size(); ++channel) {
    if (state.answers[channel]) last = std::max(last, state.first_reading(channel, end_us) + 1);
  }
  Samples samples = state.copy(first, last);
  state.ring.forget(first);
  return samples;
}

std::vector<record::Warning> Sampler::changes() const {
  const std::lock_guard lock(state_->mutex);
  return state_->changes;
}

record::OwnCost Sampler::cost() const {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  record::OwnCost cost = state.cost;
  clockid_t clock{};
  timespec time{};
  if (state.running && ::pthread_getcpuclockid(state.thread.native_handle(), &clock) == 0 &&
      ::clock_gettime(clock, &time) == 0) {
    cost.cpu = to_seconds(time);
  }
  return cost;
}

}  // namespace wattlens::meter
