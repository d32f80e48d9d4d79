#include "network/weights.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "network/zoo.h"

namespace wattlens::network {
namespace {

TEST(Weights, TheSameSeedGivesTheSameNumbersWhateverTheThreads) {
  const Graph graph = build("mobilenet_v2", {32, 10}).value();
  const Weights one = initialise(graph, 3, 1).value();
  for (const int threads : {0, 2, 5}) {
    const Weights many = initialise(graph, 3, threads).value();
    ASSERT_EQ(one.tensors.size(), many.tensors.size());
    for (std::size_t i = 0; i < one.tensors.size(); ++i) {
      ASSERT_TRUE(std::ranges::equal(one.tensors[i], many.tensors[i])) << graph.parameters[i].name;
    }
  }
}

TEST(Weights, AnotherSeedGivesOtherNumbers) {
  const Graph graph = build("shufflenet_v2_x0_5", {32, 10}).value();
  const Weights a = initialise(graph, 0).value();
  const Weights b = initialise(graph, 1).value();
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    EXPECT_FALSE(std::ranges::equal(a.tensors[i], b.tensors[i])) << graph.parameters[i].name;
  }
}

TEST(Weights, AParameterDependsOnItsNameAloneAndKeepsToItsRange) {
  const Graph graph = build("densenet121", {32, 3}).value();
  const Weights weights = initialise(graph, 11).value();
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    const Parameter& parameter = graph.parameters[i];
    ASSERT_EQ(weights.tensors[i].size(), static_cast<std::size_t>(element_count(parameter.shape)));
    base::Random random(base::derive_seed(11, parameter.name));
    const auto [low, high] = parameter.initialisation;
    ASSERT_LT(low, high);
    EXPECT_EQ(weights.tensors[i].front(), static_cast<float>(random.uniform(low, high))) << parameter.name;
    const auto [least, most] = std::ranges::minmax(weights.tensors[i]);
    EXPECT_GE(least, static_cast<float>(low)) << parameter.name;
    EXPECT_LE(most, static_cast<float>(high)) << parameter.name;
  }
}

TEST(Weights, RunningVariancesArePositive) {
  const Graph graph = build("resnet50", {32, 10}).value();
  for (const Parameter& parameter : graph.parameters) {
    if (parameter.kind == ParameterKind::running_var) {
      EXPECT_GT(parameter.initialisation.low, 0.0);
    }
  }
}

// The first four and the sum of the bits; portable_random_test.py holds the same numbers.
void expect_bits(std::span<const float> values, const std::vector<std::uint32_t>& first, std::uint64_t expected_sum) {
  std::vector<std::uint32_t> begin;
  std::uint64_t sum = 0;
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (begin.size() < first.size()) begin.push_back(bits);
    sum += bits;
  }
  EXPECT_EQ(begin, first);
  EXPECT_EQ(sum, expected_sum);
}

TEST(PortableRandom, NormalNumbersAreTheBitsThatNumPyMakes) {
  std::vector<float> values(100'000);
  base::Random(base::derive_seed(0, "input")).fill_normal(values);
  expect_bits(values, {0x3F9BF7E9, 0x3E51AEF2, 0xBF937673, 0x3EF521B9}, 212334098366968);
}

TEST(PortableRandom, UniformNumbersAreTheBitsThatNumPyMakes) {
  ASSERT_EQ(base::derive_seed(3, "fc.weight"), 0xBA794366B9AA137B);
  std::vector<float> values(100'000);
  base::Random(base::derive_seed(3, "fc.weight")).fill_uniform(values, -0.25, 0.25);
  expect_bits(values, {0x3D200F04, 0xBC8D0D92, 0x3E2B7557, 0x3E41BD64}, 211522663164619);
}

TEST(Input, AnImageIsTheSameWhateverTheBatch) {
  const std::vector<float> one = input_values(0, 1, 8);
  const std::vector<float> three = input_values(0, 3, 8);
  ASSERT_EQ(one.size(), 192U);
  ASSERT_EQ(three.size(), 576U);
  EXPECT_TRUE(std::equal(one.begin(), one.end(), three.begin()));
  EXPECT_NE(three[0], three[192]);
  EXPECT_NE(input_values(1, 1, 8), one);
}

TEST(Input, HoldsNoDenormalsAndLooksStandardNormal) {
  const std::vector<float> values = input_values(0, 2, 64);
  double square = 0.0;
  for (const float value : values) {
    EXPECT_TRUE(std::isnormal(value));
    square += static_cast<double>(value) * static_cast<double>(value);
  }
  EXPECT_NEAR(square / static_cast<double>(values.size()), 1.0, 0.05);
}

}  // namespace
}  // namespace wattlens::network
