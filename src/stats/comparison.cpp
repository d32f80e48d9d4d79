#include "stats/comparison.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "base/text.h"
#include "stats/bootstrap.h"
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

struct LogInterval {
  Estimate estimate;
  std::string_view method;
};

Result<LogInterval> log_interval(std::span<const double> logs, base::Random& random, double confidence) {
  if (logs.size() >= kBcaPairs) {
    WATTLENS_TRY(const BcaInterval bca, bca_mean(logs, random, {.confidence = confidence}));
    return LogInterval{{bca.value, bca.interval}, "bca"};
  }
  WATTLENS_TRY(const Estimate estimate, mean_interval(logs, confidence));
  return LogInterval{estimate, "t"};
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
  std::vector<double> logs;
  for (const auto& [block, value] : above) {
    if (const auto other = below.find(block); other != below.end()) {
      logs.push_back(value.value() - other->second.value());
    }
  }
  if (logs.size() < 2) {
    return fail(ErrorKind::not_measurable,
                fmt::format("a comparison needs at least 2 blocks that hold both sides, got {}", logs.size()),
                "repeat the measurement more often");
  }
  WATTLENS_TRY(const LogInterval found, log_interval(logs, random, options.confidence));
  const Interval log_ratio = found.estimate.interval;
  Comparison out;
  out.ratio = {std::exp(found.estimate.value), {std::exp(log_ratio.low), std::exp(log_ratio.high)}};
  if (!std::isfinite(out.ratio.interval.high)) {
    return fail(ErrorKind::not_measurable, "the interval of the ratio overflows: the ratios vary too much");
  }
  out.pairs = logs.size();
  out.method = found.method;
  out.verdicts = verdicts_of(log_ratio, options.equivalence_limit);
  return out;
}

std::string verdict_text(const Comparison& comparison) {
  std::vector<std::string> words;
  words.reserve(comparison.verdicts.size());
  for (const Verdict verdict : comparison.verdicts) words.emplace_back(to_string(verdict));
  return base::join(words, ", ");
}

}  // namespace wattlens::stats
