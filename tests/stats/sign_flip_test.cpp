#include "stats/sign_flip.h"

#include <gtest/gtest.h>

#include <limits>

#include "stats/reference.h"

namespace wattlens::stats {
namespace {

Result<SignFlip> test_of(const std::vector<double>& differences, std::uint64_t seed = 1) {
  base::Random random(seed);
  return sign_flip_test(differences, random);
}

TEST(SignFlip, RefusesTooFewAndWhatIsNotFinite) {
  EXPECT_FALSE(test_of({}));
  EXPECT_FALSE(test_of({1.0}));
  EXPECT_FALSE(test_of({1.0, std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_FALSE(test_of({1e308, 1e308}));
}

TEST(SignFlip, NoDifferencesGiveOne) {
  EXPECT_EQ(test_of({0.0, 0.0, 0.0})->p_value, 1.0);
  EXPECT_EQ(test_of(std::vector<double>(30, 0.0))->p_value, 1.0);
}

TEST(SignFlip, EqualDifferencesGiveTheSmallestPThereIs) {
  for (const std::size_t count : {2U, 6U, 16U}) {
    const auto found = test_of(std::vector<double>(count, 0.1));
    EXPECT_TRUE(found->exact);
    EXPECT_EQ(found->p_value, smallest_sign_flip_p(count));
  }
  EXPECT_EQ(test_of(std::vector<double>(40, 0.1))->p_value, smallest_sign_flip_p(40));
}

TEST(SignFlip, FivePairsCannotShowADifferenceAtFivePerCentAndSixCan) {
  EXPECT_GT(smallest_sign_flip_p(5), 0.05);
  EXPECT_LT(smallest_sign_flip_p(6), 0.05);
}

TEST(SignFlip, DoesNotDependOnTheUnit) {
  const std::vector<double> values = {0.3, -0.1, 0.4, 0.2, 0.25, -0.05, 0.1};
  std::vector<double> scaled = values;
  for (double& x : scaled) x *= -1e-9;
  EXPECT_EQ(test_of(values)->p_value, test_of(scaled)->p_value);
}

TEST(SignFlip, MoreThanSixtyFourPairsAreAllFlipped) {
  // Two of them count, and have one sign in half of the draws: were theirs not drawn, p would be 1.
  std::vector<double> values(100, 0.0);
  values[98] = 1.0;
  values[99] = 1.0;
  EXPECT_NEAR(test_of(values)->p_value, 0.5, 0.02);
}

TEST(SignFlip, AgreesWithSciPy) {
  for (const auto& wanted : test_reference().at("sign_flips")) {
    const auto found = test_of(wanted.at("differences").get<std::vector<double>>());
    ASSERT_TRUE(found);
    const double p = wanted.at("p");
    EXPECT_EQ(found->exact, wanted.at("exact").get<bool>());
    // Drawn: four standard errors of a share of 9,999.
    const double tolerance = found->exact ? 1e-12 : 4.0 * std::sqrt(p * (1.0 - p) / kSignFlipDraws);
    EXPECT_NEAR(found->p_value, p, tolerance);
  }
}

}  // namespace
}  // namespace wattlens::stats
