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

TEST(Tails, ArgumentsOutsideTheDomainGiveNothing) {
  EXPECT_FALSE(student_t_two_sided(kNan, 3.0));
  EXPECT_FALSE(student_t_two_sided(1.0, 0.0));
  EXPECT_FALSE(student_t_power(0.0, 3.0, 1.0));
  EXPECT_FALSE(student_t_power(2.0, 3.0, kNan));
  EXPECT_FALSE(chi_squared_upper(-1.0, 3.0));
  EXPECT_FALSE(chi_squared_upper(1.0, kNan));
  EXPECT_FALSE(f_upper(kNan, 1.0, 1.0));
  EXPECT_FALSE(f_upper(1.0, 0.0, 1.0));
  EXPECT_FALSE(studentised_range_upper(kNan, 3, 5.0));
  EXPECT_FALSE(studentised_range_upper(1.0, 1, 5.0));
  EXPECT_FALSE(studentised_range_upper(1.0, 3, 0.5));
}

TEST(Tails, AgreeWithSciPy) {
  for (const auto& wanted : test_reference().at("student_t_two_sided")) {
    expect_close(*student_t_two_sided(wanted.at(0), wanted.at(1)), wanted.at(2), wanted.dump(), 1e-10);
  }
  for (const auto& wanted : test_reference().at("chi_squared_upper")) {
    expect_close(*chi_squared_upper(wanted.at(0), wanted.at(1)), wanted.at(2), wanted.dump(), 1e-10);
  }
  for (const auto& wanted : test_reference().at("f_upper")) {
    expect_close(*f_upper(wanted.at(0), wanted.at(1), wanted.at(2)), wanted.at(3), wanted.dump(), 1e-10);
  }
}

TEST(StudentisedRange, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("studentised_range_upper")) {
    const auto found = studentised_range_upper(wanted.at(0), wanted.at(1), wanted.at(2));
    ASSERT_TRUE(found);
    EXPECT_NEAR(*found, wanted.at(3).get<double>(), 1e-8) << wanted;
  }
}

}  // namespace
}  // namespace wattlens::stats
