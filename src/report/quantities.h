// Estimates as cells of a table. Pure.
#pragma once

#include <cmath>
#include <optional>
#include <type_traits>

#include "record/quantity.h"
#include "report/table.h"

namespace wattlens::report {

// Bounds that say nothing, because one alone has no spread, are none.
inline std::optional<record::Interval<double>> finite_bounds(double low, double high) {
  if (!std::isfinite(low) || !std::isfinite(high)) return std::nullopt;
  return record::Interval<double>{low, high};
}

// `scale`: 1e3 for seconds that a column shows in milliseconds.
template <class T>
Quantity to_quantity(const record::Estimate<T>& estimate, double scale = 1.0) {
  const auto number = [&](const T& value) {
    if constexpr (std::is_arithmetic_v<T>) {
      return scale * value;
    } else {
      return scale * value.value;
    }
  };
  return {.value = number(estimate.value), .interval = finite_bounds(number(estimate.low), number(estimate.high))};
}

// Empty where there is none.
template <class T>
Quantity to_quantity(const std::optional<record::Estimate<T>>& estimate, double scale = 1.0) {
  return estimate ? to_quantity(*estimate, scale) : Quantity{};
}

}  // namespace wattlens::report
