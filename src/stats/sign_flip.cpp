#include "stats/sign_flip.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "stats/summary.h"

namespace wattlens::stats {
namespace {

// Rounding must not part sums that are equal.
constexpr double kRounding = 1e-11;

// All signs of all but the last difference, in the order of Gray's code: one sign changes from sum to sum. The other
// half of the signs gives the same sums negated.
double exact_share(std::span<const double> differences, double limit) {
  std::vector<double> twice(differences.begin(), differences.end());
  double sum = 0.0;
  for (double& d : twice) {
    sum += d;
    d *= 2.0;
  }
  const std::uint64_t count = std::uint64_t{1} << (differences.size() - 1);
  std::uint64_t as_far = std::fabs(sum) >= limit ? 1 : 0;
  for (std::uint64_t i = 1; i < count; ++i) {
    double& step = twice[static_cast<std::size_t>(std::countr_zero(i))];
    sum -= step;
    step = -step;
    if (std::fabs(sum) >= limit) ++as_far;
  }
  return static_cast<double>(as_far) / static_cast<double>(count);
}

double drawn_share(std::span<const double> differences, double limit, base::Random& random) {
  int as_far = 0;
  for (int draw = 0; draw < kSignFlipDraws; ++draw) {
    double sum = 0.0;
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < differences.size(); ++i) {
      if (i % 64 == 0) bits = random.next();
      // The sign bit of the difference, flipped or not.
      sum += std::bit_cast<double>(std::bit_cast<std::uint64_t>(differences[i]) ^ (bits << 63));
      bits >>= 1;
    }
    if (std::fabs(sum) >= limit) ++as_far;
  }
  return (1.0 + as_far) / (1.0 + kSignFlipDraws);
}

}  // namespace

double smallest_sign_flip_p(std::size_t pairs) {
  if (pairs < 2) return 1.0;
  if (pairs > kExactSignFlips) return 1.0 / (1.0 + kSignFlipDraws);
  return std::ldexp(1.0, 1 - static_cast<int>(pairs));
}

Result<SignFlip> sign_flip_test(std::span<const double> differences, base::Random& random) {
  WATTLENS_CHECK(check_samples(differences, 2, "a sign-flip test"));
  double sum = 0.0;
  double all = 0.0;
  for (const double d : differences) {
    sum += d;
    all += std::fabs(d);
  }
  if (!std::isfinite(all)) {
    return fail(ErrorKind::not_measurable, "a sign-flip test overflows: the differences are too large");
  }
  const double limit = std::fabs(sum) - kRounding * all;
  SignFlip out{.exact = differences.size() <= kExactSignFlips};
  out.p_value = out.exact ? exact_share(differences, limit) : drawn_share(differences, limit, random);
  return out;
}

}  // namespace wattlens::stats
