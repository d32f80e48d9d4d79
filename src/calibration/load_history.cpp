#include "calibration/load_history.h"

#include <algorithm>

namespace wattlens::calibration {

void LoadHistory::add(base::MonoTime at, bool on) {
  const bool is_on = !switches_.empty() && switches_.back().on;
  if (on == is_on) return;
  switches_.push_back({at, on, on_until(at)});
}

base::Seconds LoadHistory::on_until(base::MonoTime time) const {
  const auto after = std::ranges::upper_bound(switches_, time, {}, &Switch::at);
  if (after == switches_.begin()) return {};
  const Switch& last = *std::prev(after);
  return last.on ? last.on_before + (time - last.at) : last.on_before;
}

}  // namespace wattlens::calibration
