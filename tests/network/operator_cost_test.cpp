#include "network/operator_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace wattlens::network {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Sizes = std::vector<std::int64_t>;

std::int64_t multiply_adds(std::string type, std::vector<Sizes> inputs, Sizes output) {
  const std::vector<Operator> one{
      {.type = std::move(type), .name = "x", .inputs = std::move(inputs), .outputs = {std::move(output)}}};
  return cost(one).multiply_adds;
}

TEST(OperatorCost, NothingCostsNothing) {
  const ModelCost none = cost({});
  EXPECT_EQ(none.parameters, 0);
  EXPECT_EQ(none.multiply_adds, 0);
  EXPECT_THAT(none.not_counted, IsEmpty());
  EXPECT_EQ(multiply_adds("Relu", {{1, 8}}, {1, 8}), 0);
}

TEST(OperatorCost, AConvolutionMultipliesItsKernelOncePerOutput) {
  EXPECT_EQ(multiply_adds("Convolution", {{2, 3, 8, 8}, {16, 3, 3, 3}}, {2, 16, 6, 6}), 2 * 16 * 36 * 27);
  EXPECT_EQ(multiply_adds("aten::conv2d", {{2, 3, 8, 8}, {16, 3, 3, 3}, {16}}, {2, 16, 6, 6}), 2 * 16 * 36 * 27);
}

TEST(OperatorCost, AGroupedConvolutionSeesItsGroupAlone) {
  EXPECT_EQ(multiply_adds("GroupConvolution", {{1, 8, 4, 4}, {8, 1, 1, 3, 3}}, {1, 8, 4, 4}), 8 * 16 * 9);
  EXPECT_EQ(multiply_adds("aten::conv2d", {{1, 8, 4, 4}, {8, 1, 3, 3}}, {1, 8, 4, 4}), 8 * 16 * 9);
}

TEST(OperatorCost, ATransposedConvolutionMultipliesOncePerInput) {
  EXPECT_EQ(multiply_adds("ConvolutionBackpropData", {{1, 8, 4, 4}, {8, 5, 2, 2}}, {1, 5, 8, 8}), 8 * 16 * 5 * 4);
}

TEST(OperatorCost, AMatrixProductCountsHoweverItsFactorsAreTurned) {
  for (const auto& [a, b] :
       {std::pair<Sizes, Sizes>({7, 5}, {5, 3}), {{5, 7}, {5, 3}}, {{7, 5}, {3, 5}}, {{5, 7}, {3, 5}}}) {
    EXPECT_EQ(multiply_adds("MatMul", {a, b}, {7, 3}), 7 * 5 * 3);
  }
  EXPECT_EQ(multiply_adds("MatMul", {{2, 6, 49, 32}, {2, 6, 49, 32}}, {2, 6, 49, 49}), 2 * 6 * 49 * 49 * 32);
  EXPECT_EQ(multiply_adds("MatMul", {{2, 49, 32}, {32, 10}}, {2, 49, 10}), 2 * 49 * 32 * 10);
}

TEST(OperatorCost, VectorsAndScalarsAreNoMatrices) {
  EXPECT_EQ(multiply_adds("MatMul", {{5}, {5, 3}}, {3}), 15);
  EXPECT_EQ(multiply_adds("MatMul", {{4, 3, 5}, {5}}, {4, 3}), 60);
  EXPECT_EQ(multiply_adds("MatMul", {{5}, {5}}, {}), 5);
  EXPECT_EQ(multiply_adds("MatMul", {{}, {}}, {}), 0);
  EXPECT_EQ(multiply_adds("MatMul", {}, {3}), 0);
  EXPECT_EQ(multiply_adds("Convolution", {{1, 3, 8, 8}, {0, 3, 3, 3}}, {1, 0, 6, 6}), 0);
}

TEST(OperatorCost, AttentionHasTwoProducts) {
  const Sizes rows{2, 4, 50, 16};
  EXPECT_EQ(multiply_adds("ScaledDotProductAttention", {rows, rows, rows}, rows), 2 * 4 * 50 * 50 * 16 * 2);
  EXPECT_EQ(multiply_adds("aten::scaled_dot_product_attention", {{2, 50, 192}}, {2, 50, 64}), 2 * 50 * 50 * 64 * 2);
}

TEST(OperatorCost, ASharedWeightCountsOnceAndStatisticsNever) {
  const Weight shared{"embedding", {10, 4}};
  const std::vector<Operator> operators{
      {.type = "MatMul", .name = "a", .inputs = {{1, 4}, {10, 4}}, .outputs = {{1, 10}}, .weights = {shared}},
      {.type = "MatMul", .name = "b", .inputs = {{1, 10}, {10, 4}}, .outputs = {{1, 4}}, .weights = {shared}},
      {.type = "BatchNormInference",
       .name = "norm",
       .inputs = {{1, 4}, {4}, {4}, {4}, {4}},
       .outputs = {{1, 4}},
       .weights = {{"scale", {4}}, {"shift", {4}}, {"mean", {4}}, {"variance", {4}}}}};
  const ModelCost found = cost(operators);
  EXPECT_EQ(found.parameters, 40 + 8);
  EXPECT_EQ(found.operators[1].parameters, 0);
  EXPECT_EQ(found.weight_bytes.value, 4.0 * (40 + 16));
  EXPECT_EQ(found.activations, 14);
}

TEST(OperatorCost, WhatShapesDoNotTellIsNamedOnce) {
  const std::vector<Operator> operators{
      {.type = "Einsum", .name = "a", .inputs = {{2, 3}, {3, 4}}, .outputs = {{2, 4}}},
      {.type = "Einsum", .name = "b", .inputs = {{2, 3}}, .outputs = {{2}}}};
  EXPECT_THAT(cost(operators).not_counted, ElementsAre("Einsum"));
}

TEST(OperatorCost, AViewMovesNothing) {
  const std::vector<Operator> operators{{.type = "Reshape", .name = "r", .inputs = {{2, 3}}, .outputs = {{6}}},
                                        {.type = "Relu", .name = "a", .inputs = {{6}}, .outputs = {{6}}}};
  EXPECT_EQ(cost(operators).bytes.value, 48.0);
}

TEST(OperatorCost, ImpossibleShapesDoNotOverflow) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(multiply_adds("MatMul", {{kMost, kMost}, {kMost, kMost}}, {kMost, kMost}), kMost);
  EXPECT_EQ(multiply_adds("Convolution", {{1, kMost, kMost, 1}, {kMost, 1, 1, 1}}, {kMost, 2, kMost, 1}), kMost);
  EXPECT_GE(multiply_adds("MatMul", {{-1, 5}, {5, 3}}, {-1, 3}), 0);
}

}  // namespace
}  // namespace wattlens::network
