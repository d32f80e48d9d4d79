// What a test of a hypothesis gives.
#pragma once

namespace wattlens::stats {

struct TestResult {
  double statistic = 0.0;
  double p_value = 1.0;  // two-sided, or of a statistic at least so large
};

}  // namespace wattlens::stats
