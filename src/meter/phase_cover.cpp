#include "meter/phase_cover.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace wattlens::meter {
namespace {

using base::Seconds;

constexpr std::int64_t kMostLooks = 4'000;  // more are no more even than these

// Where the number of looks over a place changes: place and change.
std::vector<std::pair<double, int>> changes(double period, double look, std::int64_t count) {
  std::vector<std::pair<double, int>> all;
  all.reserve(3 * static_cast<std::size_t>(count));
  const double part = look - std::floor(look);
  for (std::int64_t k = 0; k < count; ++k) {
    const double from = std::fmod(static_cast<double>(k) * period, 1.0);
    const double to = from + part;
    all.emplace_back(from, 1);
    if (to < 1.0) {
      all.emplace_back(to, -1);
    } else {
      all.emplace_back(0.0, 1);
      all.emplace_back(to - 1.0, -1);
    }
  }
  std::ranges::sort(all);
  return all;
}

// All lengths in batches.
PhaseCover cover(double period, double look, std::int64_t count) {
  const auto whole = static_cast<double>(count) * std::floor(look);  // looks longer than a batch see all of it
  std::vector<std::pair<double, double>> pieces;                     // width and cover
  double place = 0.0;
  int open = 0;
  for (const auto& [at, change] : changes(period, look, count)) {
    if (at > place) pieces.emplace_back(at - place, whole + open);
    place = std::max(place, at);
    open += change;
  }
  pieces.emplace_back(1.0 - place, whole + open);
  PhaseCover result{.unseen = 0.0, .uneven = 0.0};
  double sum = 0.0;
  for (const auto& [width, seen] : pieces) {
    if (seen > 0.0) {
      sum += width * seen;
    } else {
      result.unseen += width;
    }
  }
  const double shown = 1.0 - result.unseen;
  if (shown <= 0.0) return {};
  const double mean = sum / shown;
  for (const auto& [width, seen] : pieces) {
    if (seen > 0.0) result.uneven += 0.5 * width / shown * std::abs(seen / mean - 1.0);
  }
  return result;
}

}  // namespace

PhaseCover phase_cover(const Looks& looks, Seconds batch) {
  const std::int64_t count = std::min(looks.count, kMostLooks);
  if (count < 1 || !(batch > Seconds{}) || !(looks.period > Seconds{})) return {};
  PhaseCover worst{.unseen = 0.0, .uneven = 0.0};
  for (const double alike : {1.0, 2.0}) {
    for (const double error : {-looks.period_error, 0.0, looks.period_error}) {
      const double unit = alike * batch.value;
      const PhaseCover one = cover(looks.period.value * (1.0 + error) / unit, looks.look.value / unit, count);
      worst.unseen = std::max(worst.unseen, one.unseen);
      worst.uneven = std::max(worst.uneven, one.uneven);
    }
  }
  return worst;
}

}  // namespace wattlens::meter
