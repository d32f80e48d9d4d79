// The values that SciPy gave, from tests/golden/stats.json (tools/make_stats_reference.py).
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"

namespace wattlens::stats {

inline const base::Json& reference() {
  static const base::Json kReference = [] {
    const auto text = base::read_text(base::Path(WATTLENS_TEST_DIR) / "golden/stats.json");
    return text ? base::Json::parse(*text) : base::Json();
  }();
  return kReference;
}

inline std::vector<double> reference_sample(const std::string& name) {
  return reference().at("samples").at(name).at("values").get<std::vector<double>>();
}

// Equal but for rounding: 1e-12 of the wanted value.
inline void expect_close(double found, double wanted, const std::string& what) {
  EXPECT_NEAR(found, wanted, 1e-12 * std::fabs(wanted) + 1e-300) << what;
}

}  // namespace wattlens::stats
