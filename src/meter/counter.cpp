#include "meter/counter.h"

namespace wattlens::meter {

std::optional<std::int64_t> Counter::increase(const Point& from, std::int64_t raw_uj, base::MonoTime time) const {
  const auto most_uj = [&](base::MonoTime since) { return (bound_ * (time - since + kSlack)).value * 1e6; };
  std::int64_t step = raw_uj - from.raw_uj;
  if (range_uj_) {
    // Where the counter may have gone all the way round, no difference says anything.
    const auto range = static_cast<double>(*range_uj_);
    if (most_uj(step < 0 ? from.changed : from.read) >= range) return std::nullopt;
    if (step < 0 && from.raw_uj <= *range_uj_) step += *range_uj_;
  }
  if (step < 0 || static_cast<double>(step) > most_uj(from.changed)) return std::nullopt;
  return step;
}

void Counter::move(Point& point, std::int64_t raw_uj, base::MonoTime time) {
  // Energy that appears between two readings may have been used at any time since the reading before.
  if (raw_uj != point.raw_uj) point.changed = point.read;
  point.raw_uj = raw_uj;
  point.read = time;
}

std::optional<std::int64_t> Counter::accept(std::int64_t raw_uj, base::MonoTime time) {
  if (raw_uj < 0) return std::nullopt;
  if (!good_) {
    good_ = Point{raw_uj, time, time};
    return total_uj_;
  }
  if (const auto step = increase(*good_, raw_uj, time)) {
    total_uj_ += *step;
    move(*good_, raw_uj, time);
    doubtful_.reset();
    return total_uj_;
  }
  if (!doubtful_ || !increase(*doubtful_, raw_uj, time)) {
    doubtful_ = Point{raw_uj, time, time};
    doubtful_since_uj_ = raw_uj;
    agreeing_ = 1;
    return std::nullopt;
  }
  move(*doubtful_, raw_uj, time);
  // A sensor that answers 0 for a while agrees with itself too, but does not move.
  if (++agreeing_ < kConfirm || raw_uj == doubtful_since_uj_) return std::nullopt;
  good_ = doubtful_;
  doubtful_.reset();
  return --total_uj_;
}

}  // namespace wattlens::meter
