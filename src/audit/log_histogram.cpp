#include "audit/log_histogram.h"

#include <algorithm>
#include <bit>

namespace wattlens::audit {
namespace {

// The exponent and the first five bits of the fraction make the bin; 2^-40 … 2^60 have their own.
constexpr int kShift = 47;
constexpr std::uint64_t kFirst = std::uint64_t{1023 - 40} << 5;
constexpr std::uint64_t kLast = std::uint64_t{1023 + 60} << 5;

std::size_t bin_of(double value) {
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(value) >> kShift;
  return static_cast<std::size_t>(std::clamp(bits, kFirst, kLast) - kFirst);
}

}  // namespace

void LogHistogram::add(double value) {
  ++count_;
  if (!(value > 0.0)) {
    ++not_positive_;
    return;
  }
  if (bins_.empty()) bins_.resize(kLast - kFirst + 1);
  Bin& bin = bins_[bin_of(value)];
  ++bin.count;
  bin.sum += value;
}

std::optional<double> LogHistogram::quantile(double probability) const {
  if (count_ == 0) return std::nullopt;
  std::int64_t left = static_cast<std::int64_t>(probability * static_cast<double>(count_ - 1)) + 1 - not_positive_;
  if (left <= 0) return 0.0;
  for (const Bin& bin : bins_) {
    left -= bin.count;
    if (left <= 0) return bin.sum / static_cast<double>(bin.count);
  }
  return std::nullopt;
}

double LogHistogram::sum_above(double value) const {
  double sum = 0.0;
  if (!(value > 0.0)) value = 0.0;
  for (std::size_t i = bin_of(value) + 1; i < bins_.size(); ++i) sum += bins_[i].sum;
  return sum;
}

}  // namespace wattlens::audit
