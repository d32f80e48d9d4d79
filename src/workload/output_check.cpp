#include "workload/output_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace wattlens::workload {
namespace {

record::OutputCheck failed(std::string why) {
  record::OutputCheck check;
  check.status = record::CheckStatus::failed;
  check.reference = std::move(why);
  return check;
}

std::size_t count_not_finite(std::span<const float> values) {
  return static_cast<std::size_t>(std::ranges::count_if(values, [](float value) { return !std::isfinite(value); }));
}

// What is known of the rows that were compared until now.
struct Comparison {
  double difference = 0.0;
  double largest = 0.0;
  bool same_top1 = true;

  void add(std::span<const float> row, const auto& reference) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      difference = std::max(difference, std::abs(static_cast<double>(row[i]) - static_cast<double>(reference[i])));
      largest = std::max(largest, std::abs(static_cast<double>(reference[i])));
    }
    const auto top = std::ranges::max_element(row) - row.begin();
    const auto reference_top = std::ranges::max_element(reference) - reference.begin();
    same_top1 = same_top1 && top == reference_top;
  }

  record::OutputCheck judge(double tolerance, std::string reference) const {
    const double error = largest > 0.0 ? difference / largest : difference;
    record::OutputCheck check;
    check.status = error <= tolerance ? record::CheckStatus::passed : record::CheckStatus::failed;
    check.reference = std::move(reference);
    check.error = error;
    check.tolerance = tolerance;
    check.same_top1 = same_top1;
    return check;
  }
};

}  // namespace

double tolerance_of(std::string_view precision) {
  if (precision == "bf16") return 0.03;
  if (precision == "f16" || precision == "tf32") return 0.01;
  return 1e-4;
}

double tolerance_of(std::string_view precision, double pytorch_error, double image_difference) {
  const double usual = tolerance_of(precision);
  const double most = std::min(16.0 * usual, image_difference / 3.0);
  return std::clamp(2.0 * pytorch_error, usual, std::max(usual, most));
}

double image_difference(std::span<const std::vector<double>> references) {
  double largest = 0.0;
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < references.size(); ++i) {
    for (const double value : references[i]) largest = std::max(largest, std::abs(value));
    for (std::size_t j = 0; j < i; ++j) {
      double difference = 0.0;
      for (std::size_t k = 0; k < references[i].size(); ++k) {
        difference = std::max(difference, std::abs(references[i][k] - references[j][k]));
      }
      smallest = std::min(smallest, difference);
    }
  }
  return references.size() > 1 && largest > 0.0 ? smallest / largest : 0.0;
}

record::OutputCheck compare_outputs(std::span<const float> outputs, std::int64_t batch,
                                    std::span<const std::vector<double>> references, double tolerance,
                                    std::string reference) {
  const std::size_t row = references.front().size();
  const auto images = static_cast<std::size_t>(batch);
  if (outputs.empty() || outputs.size() % (row * images) != 0) {
    return failed(fmt::format("the model gives {} numbers for batches of {} images, {} gives {} for an image",
                              outputs.size(), batch, reference, row));
  }
  if (auto check = check_finite(outputs, {}); check.status == record::CheckStatus::failed) return check;
  Comparison comparison;
  for (std::size_t i = 0; i * row < outputs.size(); ++i) {
    comparison.add(outputs.subspan(i * row, row), references[i % images % references.size()]);
  }
  return comparison.judge(tolerance, std::move(reference));
}

record::OutputCheck compare_outputs(std::span<const float> outputs, std::span<const float> references, std::size_t row,
                                    double tolerance, std::string reference) {
  if (outputs.empty() || outputs.size() != references.size() || row == 0 || outputs.size() % row != 0) {
    return failed(fmt::format("the model gives {} numbers, {} gives {}", outputs.size(), reference, references.size()));
  }
  if (auto check = check_finite(outputs, {}); check.status == record::CheckStatus::failed) return check;
  if (const auto count = count_not_finite(references); count > 0) {
    return failed(fmt::format("{} of {} outputs of {} are not finite", count, references.size(), reference));
  }
  Comparison comparison;
  for (std::size_t i = 0; i < outputs.size(); i += row) {
    comparison.add(outputs.subspan(i, row), references.subspan(i, row));
  }
  return comparison.judge(tolerance, std::move(reference));
}

record::OutputCheck check_finite(std::span<const float> outputs, std::string reference) {
  if (const auto count = count_not_finite(outputs); count > 0) {
    return failed(fmt::format("{} of {} outputs are not finite numbers", count, outputs.size()));
  }
  record::OutputCheck check;
  check.reference = std::move(reference);
  return check;
}

}  // namespace wattlens::workload
