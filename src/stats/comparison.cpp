#include "stats/comparison.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "base/text.h"
#include "stats/bootstrap.h"
#include "stats/distributions.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

struct LogMean {
  double sum = 0.0;
  double count = 0.0;
  double value() const { return sum / count; }
};

// The mean logarithm of each block.
Result<std::map<std::int64_t, LogMean>> logs_by_block(BlockedSample sample, std::string_view what) {
  if (sample.values.size() != sample.blocks.size()) {
    return fail(ErrorKind::usage,
                fmt::format("{} has {} values and {} blocks", what, sample.values.size(), sample.blocks.size()));
  }
  WATTLENS_CHECK(check_samples(sample.values, 1, what));
  std::map<std::int64_t, LogMean> out;
  for (std::size_t i = 0; i < sample.values.size(); ++i) {
    const double x = sample.values[i];
    if (!(x > 0.0)) {
      return fail(ErrorKind::not_measurable, fmt::format("{} needs positive values, value {} is {}", what, i + 1, x));
    }
    LogMean& block = out[sample.blocks[i]];
    block.sum += std::log(x);
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
  WATTLENS_CHECK(check_confidence(options.confidence));
  if (!(options.equivalence_limit >= 0.0) || !std::isfinite(options.equivalence_limit)) {
    return fail(ErrorKind::usage,
                fmt::format("the limit of equivalence is 0 or more, got {}", options.equivalence_limit));
  }
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
  out.ratio.value = std::exp(mean.value);
  WATTLENS_TRY(out.ratio.interval, ratio_interval(mean.interval));
  if (logs.size() >= kBcaPairs) {
    WATTLENS_TRY(const BcaInterval bca, bca_mean(logs, random, {.confidence = options.confidence}));
    WATTLENS_TRY(out.bca, ratio_interval(bca.interval));
  }
  WATTLENS_TRY(out.deviation, sample_standard_deviation(logs));
  out.p_value = t_test_of_zero(mean, out.deviation, logs.size());
  out.verdicts = verdicts_of(mean.interval, options.equivalence_limit);
  return out;
}

std::string verdict_text(const Comparison& comparison) {
  std::vector<std::string> words;
  words.reserve(comparison.verdicts.size());
  for (const Verdict verdict : comparison.verdicts) words.emplace_back(to_string(verdict));
  return base::join(words, ", ");
}

}  // namespace wattlens::stats
