#include "stats/proportion.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "base/random.h"

namespace wattlens::stats {

Result<Estimate> wilson_interval(std::int64_t successes, std::int64_t trials, double confidence) {
  WATTLENS_CHECK(check_confidence(confidence));
  if (trials < 1 || successes < 0 || successes > trials) {
    return fail(ErrorKind::usage, fmt::format("{} of {} is no share", successes, trials));
  }
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(successes) / n;
  const double z = base::normal_quantile(0.5 + confidence / 2.0);
  const double spread = z * std::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
  const double middle = share + z * z / (2.0 * n);
  const double scale = 1.0 + z * z / n;
  // At the ends the formula gives 0 and 1, but for rounding.
  const double low = successes == 0 ? 0.0 : (middle - spread) / scale;
  const double high = successes == trials ? 1.0 : (middle + spread) / scale;
  return Estimate{share, {std::max(0.0, low), std::min(1.0, high)}};
}

}  // namespace wattlens::stats
