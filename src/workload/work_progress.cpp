#include "workload/work_progress.h"

#include <algorithm>
#include <atomic>

namespace wattlens::workload {
namespace {

using base::MonoTime;
using base::Seconds;

// Batches that run side by side complete in bursts: so many make up the usual time of one.
constexpr std::size_t kRecent = 8;

}  // namespace

void WorkProgress::begin(std::span<std::int64_t> stamps, std::int64_t images, MonoTime begin) {
  const std::lock_guard lock(mutex_);
  stamps_ = stamps;
  images_ = images;
  begin_ = begin;
  complete_ = 0;
}

void WorkProgress::end(MonoTime end) {
  const std::lock_guard lock(mutex_);
  look(end);
  if (complete_ > 0) {
    usual_ = (MonoTime{stamps_[complete_ - 1]} - begin_) / static_cast<double>(complete_);
  }
  done_ += static_cast<double>(complete_) * static_cast<double>(images_);
  stamps_ = {};
  complete_ = 0;
}

// The worker writes while this reads: each stamp is one aligned word, and one that is not a time of this run is not yet
// written.
void WorkProgress::look(MonoTime now) {
  while (complete_ < stamps_.size()) {
    const std::int64_t stamp = std::atomic_ref(stamps_[complete_]).load(std::memory_order_acquire);
    const std::int64_t before = complete_ > 0 ? stamps_[complete_ - 1] : begin_.ns;
    if (stamp < before || stamp > now.ns) return;
    ++complete_;
  }
}

double WorkProgress::batches_until(MonoTime time) const {
  if (stamps_.empty() || time < begin_) return 0.0;
  const auto seen = stamps_.first(complete_);
  const auto after = std::ranges::upper_bound(seen, time.ns);
  const auto done = static_cast<std::size_t>(after - seen.begin());
  const MonoTime last = done > 0 ? MonoTime{seen[done - 1]} : begin_;
  Seconds usual = usual_;
  if (done > 0) {
    const std::size_t recent = std::min(done, kRecent);
    const MonoTime from = done > recent ? MonoTime{seen[done - recent - 1]} : begin_;
    usual = (last - from) / static_cast<double>(recent);
  }
  const double under_way = usual.value > 0.0 ? std::min((time - last) / usual, 1.0) : 0.0;
  return static_cast<double>(done) + under_way;
}

double WorkProgress::images_until(MonoTime time) {
  const std::lock_guard lock(mutex_);
  look(time);
  return done_ + batches_until(time) * static_cast<double>(images_);
}

}  // namespace wattlens::workload
