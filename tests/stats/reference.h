// The values that SciPy, statsmodels and scikit-posthocs gave, from tests/golden/stats.json
// (tools/make_stats_reference.py) and tests/golden/tests.json (tools/make_test_reference.py).
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "fake/paths.h"

namespace wattlens::stats {

inline base::Json read_reference(const std::string& name) {
  const auto text = base::read_text(fake::test_folder() / "golden" / name);
  return text ? base::Json::parse(*text) : base::Json();
}

inline const base::Json& reference() {
  static const base::Json kReference = read_reference("stats.json");
  return kReference;
}

inline const base::Json& test_reference() {
  static const base::Json kReference = read_reference("tests.json");
  return kReference;
}

inline std::vector<double> reference_sample(const std::string& name) {
  return reference().at("samples").at(name).at("values").get<std::vector<double>>();
}

// Equal but for rounding: 1e-12 of the wanted value, or as said.
inline void expect_close(double found, double wanted, const std::string& what, double relative = 1e-12) {
  EXPECT_NEAR(found, wanted, relative * std::fabs(wanted) + 1e-300) << what;
}

}  // namespace wattlens::stats
