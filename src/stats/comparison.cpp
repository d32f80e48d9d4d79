#include "stats/comparison.h"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <utility>

#include "base/text.h"
#include "stats/bootstrap.h"
#include "stats/distributions.h"
#include "stats/planned_looks.h"
#include "stats/summary.h"
#include "stats/welch.h"

namespace wattlens::stats {
namespace {

struct LogMean {
  double sum = 0.0;
  double count = 0.0;
  double value() const { return sum / count; }
};

Result<void> check_options(const ComparisonOptions& options) {
  WATTLENS_CHECK(check_confidence(options.confidence));
  for (const auto& [value, what] : {std::pair(options.equivalence_limit, "the limit of equivalence"),
                                    std::pair(options.shared_error, "the error that all pairs share")}) {
    if (!(value >= 0.0) || !std::isfinite(value)) {
      return fail(ErrorKind::usage, fmt::format("{} is 0 or more, got {}", what, value));
    }
  }
  return {};
}

Result<double> positive_log(double x, std::size_t position, std::string_view what) {
  if (x > 0.0) return std::log(x);
  return fail(ErrorKind::not_measurable, fmt::format("{} needs positive values, value {} is {}", what, position, x));
}

Result<std::vector<double>> logs_of(std::span<const double> values, std::string_view what) {
  WATTLENS_CHECK(check_samples(values, 2, what));
  std::vector<double> logs;
  for (std::size_t i = 0; i < values.size(); ++i) {
    WATTLENS_TRY(const double log, positive_log(values[i], i + 1, what));
    logs.push_back(log);
  }
  return logs;
}

// The mean logarithm of each block.
Result<std::map<std::int64_t, LogMean>> logs_by_block(BlockedSample sample, std::string_view what) {
  if (sample.values.size() != sample.blocks.size()) {
    return fail(ErrorKind::usage,
                fmt::format("{} has {} values and {} blocks", what, sample.values.size(), sample.blocks.size()));
  }
  WATTLENS_CHECK(check_samples(sample.values, 1, what));
  std::map<std::int64_t, LogMean> out;
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    WATTLENS_TRY(const double log, positive_log(sample.values[i], i + 1, what));
    LogMean& block = out[sample.blocks[i]];
    block.sum += log;
    block.count += 1.0;
  }
  return out;
}

// Two-sided, of a t test that the mean is 0. Values without scatter settle it.
double t_test_of_zero(const Estimate& mean, double deviation, std::size_t count) {
  if (deviation == 0.0) return mean.value == 0.0 ? 1.0 : 0.0;
  const auto n = static_cast<double>(count);
  return student_t_two_sided(mean.value / (deviation / std::sqrt(n)), n - 1.0).value_or(0.0);
}

Result<Interval> ratio_interval(const Interval& logs) {
  const Interval ratio{std::exp(logs.low), std::exp(logs.high)};
  if (std::isfinite(ratio.high)) return ratio;
  return fail(ErrorKind::not_measurable, "the interval of the ratio overflows: the ratios vary too much");
}

std::vector<Verdict> verdicts_of(const Interval& log_ratio, double equivalence_limit) {
  std::vector<Verdict> out;
  if (log_ratio.high < 0.0) out.push_back(Verdict::less);
  if (log_ratio.low > 0.0) out.push_back(Verdict::more);
  const double limit = std::log1p(equivalence_limit);
  if (log_ratio.low >= -limit && log_ratio.high <= limit) out.push_back(Verdict::equivalent);
  if (out.empty()) out.push_back(Verdict::not_distinguishable);
  return out;
}

Interval widened(Interval logs, const ComparisonOptions& options) {
  return {logs.low - options.shared_error, logs.high + options.shared_error};
}

Result<void> set_ratio(Comparison& out, const Estimate& log_ratio, const ComparisonOptions& options) {
  const Interval logs = widened(log_ratio.interval, options);
  out.ratio.value = std::exp(log_ratio.value);
  WATTLENS_TRY(out.ratio.interval, ratio_interval(logs));
  out.verdicts = verdicts_of(logs, options.equivalence_limit);
  return {};
}

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::less: return "less";
    case Verdict::more: return "more";
    case Verdict::equivalent: return "equivalent";
    case Verdict::not_distinguishable: return "not distinguishable";
  }
  return "unknown";
}

Result<Comparison> compare_by_block(BlockedSample numerator, BlockedSample denominator, base::Random& random,
                                    ComparisonOptions options) {
  WATTLENS_CHECK(check_options(options));
  WATTLENS_TRY(const auto above, logs_by_block(numerator, "the numerator of a comparison"));
  WATTLENS_TRY(const auto below, logs_by_block(denominator, "the denominator of a comparison"));
  Comparison out;
  for (const auto& [block, value] : above) {
    if (const auto other = below.find(block); other != below.end()) {
      out.log_ratios.push_back(value.value() - other->second.value());
      out.blocks.push_back(block);
    }
  }
  const std::vector<double>& logs = out.log_ratios;
  if (logs.size() < 2) {
    return fail(ErrorKind::not_measurable,
                fmt::format("a comparison needs at least 2 blocks that hold both sides, got {}", logs.size()),
                "repeat the measurement more often");
  }
  WATTLENS_TRY(const Estimate mean, mean_interval(logs, options.confidence));
  WATTLENS_CHECK(set_ratio(out, mean, options));
  if (logs.size() >= kBcaPairs) {
    WATTLENS_TRY(const BcaInterval bca, bca_mean(logs, random, {.confidence = options.confidence}));
    WATTLENS_TRY(out.bca, ratio_interval(widened(bca.interval, options)));
  }
  WATTLENS_TRY(out.deviation, sample_standard_deviation(logs));
  out.p_value = t_test_of_zero(mean, out.deviation, logs.size());
  WATTLENS_TRY(out.detectable,
               smallest_detectable_difference(out.deviation, logs.size(), {.confidence = options.confidence}));
  return out;
}

Result<Comparison> compare_separate(std::span<const double> numerator, std::span<const double> denominator,
                                    ComparisonOptions options) {
  WATTLENS_CHECK(check_options(options));
  WATTLENS_TRY(const std::vector<double> above, logs_of(numerator, "the numerator of a comparison"));
  WATTLENS_TRY(const std::vector<double> below, logs_of(denominator, "the denominator of a comparison"));
  WATTLENS_TRY(const WelchT welch, welch_t(above, below, options.confidence));
  Comparison out;
  WATTLENS_CHECK(set_ratio(out, welch.difference, options));
  WATTLENS_TRY(const double one, sample_standard_deviation(above));
  WATTLENS_TRY(const double other, sample_standard_deviation(below));
  out.deviation = std::sqrt(0.5 * (one * one + other * other));
  out.p_value = welch.p_value;
  WATTLENS_TRY(const double noncentrality, detectable_noncentrality(welch.degrees, {.confidence = options.confidence}));
  out.detectable = std::expm1(noncentrality * welch.standard_error);
  return out;
}

std::string verdict_text(const Comparison& comparison) {
  std::vector<std::string> words;
  words.reserve(comparison.verdicts.size());
  for (const Verdict verdict : comparison.verdicts) words.emplace_back(to_string(verdict));
  return base::join(words, ", ");
}

}  // namespace wattlens::stats
