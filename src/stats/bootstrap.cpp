#include "stats/bootstrap.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "stats/distributions.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

__extension__ using Wide = unsigned __int128;

// Uniform indices below n, several from one 64-bit draw: Brackett-Rozinsky and Lemire (2025), "Batched ranged random
// integer generation". Each multiplication by n moves one index above the point; exact, by rejection.
class IndexSource {
 public:
  IndexSource(std::uint64_t bound, base::Random& random) : bound_(bound), random_(random) {
    while (per_draw_ < kMost && product_ <= (std::uint64_t{1} << 40) / bound) {
      product_ *= bound;
      ++per_draw_;
    }
    if (per_draw_ == 0) {
      product_ = bound;
      per_draw_ = 1;
    }
    rejected_below_ = (0 - product_) % product_;
  }

  // Calls use(index) `count` times.
  template <class Use>
  void draw(std::size_t count, Use use) {
    std::size_t left = count;
    for (; left >= per_draw_; left -= per_draw_) draw_few(per_draw_, use);
    if (left > 0) draw_few(left, use);
  }

 private:
  static constexpr std::size_t kMost = 8;

  template <class Use>
  void draw_few(std::size_t count, Use use) {
    std::uint64_t fraction = fresh();
    for (std::size_t i = 0; i < count; ++i) {
      const Wide shifted = static_cast<Wide>(fraction) * bound_;
      fraction = static_cast<std::uint64_t>(shifted);
      use(static_cast<std::size_t>(shifted >> 64));
    }
  }

  // A draw whose part below the point, after all multiplications, leaves every tuple of indices equally likely. That
  // part is draw * product mod 2^64, so it can be judged before.
  std::uint64_t fresh() {
    std::uint64_t value = random_.next();
    while (value * product_ < rejected_below_) value = random_.next();
    return value;
  }

  std::uint64_t bound_;
  base::Random& random_;
  std::uint64_t product_ = 1;  // bound ^ per_draw
  std::uint64_t rejected_below_ = 0;
  std::size_t per_draw_ = 0;
};

// Around the mean of the sample, so that rounding does not part resamples that equal it.
std::vector<double> resample_means(std::span<const double> samples, double mean, int resamples, base::Random& random) {
  const auto count = static_cast<double>(samples.size());
  std::vector<double> centred(samples.begin(), samples.end());
  for (double& x : centred) x -= mean;
  IndexSource indices(samples.size(), random);
  std::vector<double> means(static_cast<std::size_t>(resamples));
  for (double& out : means) {
    double sum = 0.0;
    indices.draw(centred.size(), [&](std::size_t i) { sum += centred[i]; });
    out = mean + sum / count;
  }
  return means;
}

// A resample of sorted values is a count per rank; its middle is found by adding up the counts, without sorting.
std::vector<double> resample_medians(std::span<const double> sorted, int resamples, base::Random& random) {
  const std::size_t count = sorted.size();
  const std::size_t lower_middle = (count - 1) / 2;
  const std::size_t upper_middle = count / 2;
  IndexSource indices(count, random);
  std::vector<std::uint32_t> times(count);
  std::vector<double> medians(static_cast<std::size_t>(resamples));
  for (double& out : medians) {
    std::fill(times.begin(), times.end(), 0U);
    indices.draw(count, [&](std::size_t rank) { ++times[rank]; });
    std::size_t rank = 0;
    std::size_t seen = times[0];
    while (seen <= lower_middle) seen += times[++rank];
    const double low = sorted[rank];
    while (seen <= upper_middle) seen += times[++rank];
    out = 0.5 * low + 0.5 * sorted[rank];
  }
  return medians;
}

// Efron and Tibshirani (1993), eq. 14.15.
double acceleration_of(std::span<const double> jackknife) {
  double centre = 0.0;
  for (const double x : jackknife) centre += x;
  centre /= static_cast<double>(jackknife.size());
  double squares = 0.0;
  double cubes = 0.0;
  for (const double x : jackknife) {
    const double d = centre - x;
    squares += d * d;
    cubes += d * d * d;
  }
  return squares > 0.0 ? cubes / (6.0 * squares * std::sqrt(squares)) : 0.0;
}

// The share of resamples below the corrected end of the interval (eq. 14.10); empty beyond the pole of the correction.
std::optional<double> corrected_probability(double bias_correction, double acceleration, double z) {
  const double sum = bias_correction + z;
  const double scale = 1.0 - acceleration * sum;
  if (!(scale > 0.0)) return std::nullopt;
  return normal_probability(bias_correction + sum / scale);
}

// Quantile, type 7, by partial ordering: two order statistics of ten thousand do not need a sort.
double select_quantile(std::span<double> values, double probability) {
  const double position = probability * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::ptrdiff_t>(position);
  const double part = position - static_cast<double>(below);
  std::nth_element(values.begin(), values.begin() + below, values.end());
  const double low = values[static_cast<std::size_t>(below)];
  if (part == 0.0) return low;
  const double high = *std::min_element(values.begin() + below + 1, values.end());
  return low == high ? low : low * (1.0 - part) + high * part;
}

Result<void> check_bootstrap(std::span<const double> samples, const BootstrapOptions& options) {
  WATTLENS_CHECK(check_confidence(options.confidence));
  if (options.resamples < 2) {
    return fail(ErrorKind::usage, fmt::format("a bootstrap needs at least 2 resamples, got {}", options.resamples));
  }
  return check_samples(samples, 2, "a bootstrap interval");
}

}  // namespace

Result<BcaInterval> bca_interval(double value, std::span<const double> jackknife, std::span<double> resampled,
                                 double confidence) {
  WATTLENS_CHECK(check_confidence(confidence));
  WATTLENS_CHECK(check_samples(std::span(&value, 1), 1, "the statistic of a bootstrap"));
  WATTLENS_CHECK(check_samples(jackknife, 2, "the jackknife of a bootstrap"));
  WATTLENS_CHECK(check_samples(resampled, 2, "the resamples of a bootstrap"));
  BcaInterval out;
  out.value = value;
  out.acceleration = acceleration_of(jackknife);
  // Ties count half, as a median has many.
  double below = 0.0;
  double equal = 0.0;
  for (const double x : resampled) {
    below += x < value ? 1.0 : 0.0;
    equal += x == value ? 1.0 : 0.0;
  }
  const auto count = static_cast<double>(resampled.size());
  if (equal == count) {
    out.interval = {value, value};
    return out;
  }
  const double share = (below + 0.5 * equal) / count;
  if (!(share > 0.0 && share < 1.0)) {
    return fail(ErrorKind::not_measurable, "a BCa interval does not exist: all resamples lie on one side of the sample",
                "use more values, or the t interval");
  }
  out.bias_correction = base::normal_quantile(share);
  const double z = base::normal_quantile(0.5 + 0.5 * confidence);
  const auto low = corrected_probability(out.bias_correction, out.acceleration, -z);
  const auto high = corrected_probability(out.bias_correction, out.acceleration, z);
  if (!low || !high) {
    return fail(ErrorKind::not_measurable, "a BCa interval does not exist: the sample is too skewed",
                "use more values, or the t interval");
  }
  out.interval = {select_quantile(resampled, *low), select_quantile(resampled, *high)};
  return out;
}

Result<BcaInterval> bca_mean(std::span<const double> samples, base::Random& random, BootstrapOptions options) {
  WATTLENS_CHECK(check_bootstrap(samples, options));
  WATTLENS_TRY(const double value, mean(samples));
  std::vector<double> jackknife;
  jackknife.reserve(samples.size());
  const auto others = static_cast<double>(samples.size() - 1);
  for (const double x : samples) jackknife.push_back(value + (value - x) / others);
  std::vector<double> resampled = resample_means(samples, value, options.resamples, random);
  return bca_interval(value, jackknife, resampled, options.confidence);
}

Result<BcaInterval> bca_median(std::span<const double> samples, base::Random& random, BootstrapOptions options) {
  WATTLENS_CHECK(check_bootstrap(samples, options));
  std::vector<double> sorted(samples.begin(), samples.end());
  std::sort(sorted.begin(), sorted.end());
  const double value = quantile_of_sorted(sorted, 0.5);
  std::vector<double> jackknife;
  jackknife.reserve(sorted.size());
  // Without the value at rank i the middle moves; read it off the sorted values.
  const std::size_t others = sorted.size() - 1;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const auto without = [&](std::size_t rank) { return sorted[rank < i ? rank : rank + 1]; };
    jackknife.push_back(0.5 * without((others - 1) / 2) + 0.5 * without(others / 2));
  }
  std::vector<double> resampled = resample_medians(sorted, options.resamples, random);
  return bca_interval(value, jackknife, resampled, options.confidence);
}

}  // namespace wattlens::stats
