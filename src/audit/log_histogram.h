// How often values of each size occurred, in bins 3 % wide: quantiles of a stream in fixed memory. Dimensionless.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace wattlens::audit {

// Values that are not above 0 are counted but have no bin. Not thread-safe.
class LogHistogram {
 public:
  void add(double value);
  std::int64_t count() const { return count_; }

  // The mean of the values in the bin that holds the quantile: within 3 % of it. Values not above 0 count as 0.
  std::optional<double> quantile(double probability) const;
  double sum_above(double value) const;  // of all values in bins beyond that of `value`

 private:
  struct Bin {
    std::int64_t count = 0;
    double sum = 0.0;
  };
  std::vector<Bin> bins_;  // empty until there is something in them
  std::int64_t count_ = 0;
  std::int64_t not_positive_ = 0;
};

}  // namespace wattlens::audit
