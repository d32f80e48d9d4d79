// What the wall's power is made of: an offset, and the components' power over the supply's efficiency.
//
//   wall = offset + components / efficiency + residual
//
// Least squares. Residuals of neighbouring readings are alike, so the intervals rest on the variance of sums of Andrews
// and Monahan (1992): an autoregression, and Bartlett weights for what it leaves (Newey and West 1987) with the
// bandwidth of Andrews (1991); never less than the classical variance; and on Student's t with n (1 - r) / (1 + r) - 2
// degrees, r the residuals' correlation with their neighbours (Kendall 1954; 0 at least). Readings are taken as evenly
// spaced. Pure, thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/units.h"
#include "record/quantity.h"

namespace wattlens::wall {

struct SupplyFit {
  record::Estimate<base::Watts> offset;  // 95 %
  record::Estimate<double> slope;        // 1 / efficiency
  record::Estimate<double> efficiency;   // where the slope's interval holds 0: from 1 / its upper end to infinity
  base::Watts residual;                  // standard deviation
  double correlation = 0.0;              // of wall and components
  double residual_correlation = 0.0;     // of neighbouring residuals, 0 at least
  double degrees = 0.0;                  // of Student's t
  std::int64_t readings = 0;
  record::Estimate<base::Watts> not_covered;  // mean of wall - components over these readings
};

// Pairs of readings in the order of time. Fails with not_measurable where there are fewer than kFewestPairs, where the
// components' power does not vary, or where the residuals leave no degrees of freedom.
Result<SupplyFit> fit_supply(std::span<const base::Watts> components, std::span<const base::Watts> wall);

inline constexpr std::size_t kFewestPairs = 20;

}  // namespace wattlens::wall
