#include "stats/distributions.h"

#include <gtest/gtest.h>

#include <limits>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(StudentT, ArgumentsOutsideTheDomainGiveNothing) {
  for (const double probability : {0.0, 1.0, -1.0, 2.0, kNan}) EXPECT_FALSE(student_t_quantile(probability, 5.0));
  for (const double degrees : {0.0, -1.0, kNan}) EXPECT_FALSE(student_t_quantile(0.975, degrees));
}

TEST(StudentT, AgreesWithSciPy) {
  for (const auto& wanted : reference().at("student_t_quantiles")) {
    const auto found = student_t_quantile(wanted.at(0), wanted.at(1));
    ASSERT_TRUE(found);
    EXPECT_NEAR(*found, wanted.at(2).get<double>(), 1e-11 * std::fabs(wanted.at(2).get<double>()) + 1e-15) << wanted;
  }
}

TEST(NormalProbability, AgreesWithSciPy) {
  for (const auto& wanted : reference().at("normal_probabilities")) {
    expect_close(normal_probability(wanted.at(0)), wanted.at(1), wanted.dump());
  }
}

}  // namespace
}  // namespace wattlens::stats
