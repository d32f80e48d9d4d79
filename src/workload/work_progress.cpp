#include "workload/work_progress.h"

#include <algorithm>
#include <atomic>
#include <iterator>

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

void WorkProgress::begin_serving(std::span<std::int64_t> records, MonoTime begin) {
  const std::lock_guard lock(mutex_);
  records_ = records;
  begin_ = begin;
  served_.clear();
}

void WorkProgress::end(MonoTime end) {
  const std::lock_guard lock(mutex_);
  if (!records_.empty()) {
    look_at_served(end);
    done_ += served_.empty() ? 0.0 : static_cast<double>(served_.back().images);
    records_ = {};
    served_.clear();
    return;
  }
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

// The number of images is written last, and is never 0.
void WorkProgress::look_at_served(MonoTime now) {
  while (4 * served_.size() < records_.size()) {
    const auto record = records_.subspan(4 * served_.size(), 4);
    const std::int64_t images = std::atomic_ref(record[3]).load(std::memory_order_acquire);
    const std::int64_t end = begin_.ns + record[2];
    if (images <= 0 || end > now.ns) return;
    served_.push_back({end, images + (served_.empty() ? 0 : served_.back().images)});
  }
}

double WorkProgress::served_until(MonoTime time) const {
  const auto after = std::ranges::upper_bound(served_, time.ns, {}, &Served::end_ns);
  return after == served_.begin() ? 0.0 : static_cast<double>(std::prev(after)->images);
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
  if (!records_.empty()) {
    look_at_served(time);
    return done_ + served_until(time);
  }
  look(time);
  return done_ + batches_until(time) * static_cast<double>(images_);
}

}  // namespace wattlens::workload
