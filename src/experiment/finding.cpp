#include "experiment/finding.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/random.h"
#include "stats/comparison.h"
#include "stats/effect_size.h"
#include "stats/multiple_comparisons.h"
#include "stats/sign_flip.h"

namespace wattlens::experiment {
namespace {

using record::ComparedSide;
using record::Finding;

double mean_power(const ComparedSide& side) { return side.power ? side.power->value.value : 0.0; }

// A channel that is not in the totals does no harm here: it only widens.
double offset_error(const ComparedSide& base, const ComparedSide& candidate,
                    std::span<const record::Channel> channels) {
  const double one = mean_power(base);
  const double other = mean_power(candidate);
  if (!(one > 0.0) || !(other > 0.0)) return 0.0;
  double offset = 0.0;
  for (const record::Channel& channel : channels) {
    if (!channel.offset || channel.provenance == record::Provenance::missing) continue;
    offset += std::max(std::fabs(channel.offset->low.value), std::fabs(channel.offset->high.value));
  }
  return offset * std::fabs(1.0 / one - 1.0 / other);
}

Result<stats::Comparison> compare(const Contrast& contrast, const Judgement& judgement, double level) {
  const stats::ComparisonOptions options{.equivalence_limit = judgement.equivalence_limit,
                                         .confidence = 1.0 - level,
                                         .shared_error = contrast.shared_error};
  if (judgement.design == record::ComparisonDesign::separate) {
    return stats::compare_separate(contrast.candidate, contrast.base, options);
  }
  base::Random random(judgement.seed);
  return stats::compare_by_block({contrast.candidate, contrast.candidate_blocks}, {contrast.base, contrast.base_blocks},
                                 random, options);
}

Finding finding_of(const Contrast& contrast, const stats::Comparison& found, const Judgement& judgement, double level) {
  Finding out{.quantity = std::string(to_string(contrast.quantity)), .confidence = 1.0 - level};
  out.ratio = {found.ratio.value, found.ratio.interval.low, found.ratio.interval.high};
  if (found.bca) out.bca = {found.bca->low, found.bca->high};
  out.pairs = static_cast<std::int64_t>(found.log_ratios.size());
  for (const stats::Verdict verdict : found.verdicts) out.verdicts.emplace_back(to_string(verdict));
  const double limit = 1.0 + judgement.equivalence_limit;
  const bool differs = found.verdicts.front() == stats::Verdict::less || found.verdicts.front() == stats::Verdict::more;
  if (differs && found.verdicts.size() > 1) out.bounds = "within the limit";
  if (differs && (found.ratio.interval.high < 1.0 / limit || found.ratio.interval.low > limit)) {
    out.bounds = "beyond the limit";
  }
  out.deviation = found.deviation;
  out.detectable = found.detectable;
  out.cliffs_delta = stats::cliffs_delta(contrast.candidate, contrast.base).value_or(0.0);
  return out;
}

// The level at which p values are read, whatever the looks are made at.
constexpr double kReadAt = 0.05;

// The sign-flip p of all pairs that have blocks enough to tell, adjusted for their number.
void add_p_values(std::vector<Finding>& findings, std::span<const std::optional<stats::Comparison>> found,
                  const Judgement& judgement) {
  std::vector<double> p_values;
  std::vector<std::size_t> of;
  const auto compared = static_cast<double>(std::ranges::count_if(found, [](const auto& f) { return f.has_value(); }));
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i] || stats::smallest_sign_flip_p(found[i]->log_ratios.size()) >= kReadAt / compared) continue;
    base::Random random(base::derive_seed(judgement.seed, "sign flips"));
    const auto flips = stats::sign_flip_test(found[i]->log_ratios, random);
    if (!flips) continue;
    p_values.push_back(flips->p_value);
    of.push_back(i);
  }
  const auto adjusted = stats::holm_adjusted(p_values);
  for (std::size_t i = 0; adjusted && i < of.size(); ++i) findings[of[i]].p_value = (*adjusted)[i];
}

}  // namespace

std::string_view to_string(Quantity quantity) {
  switch (quantity) {
    case Quantity::energy: return "energy";
    case Quantity::time: return "time";
    case Quantity::power: return "power";
  }
  return "unknown";
}

Contrast contrast_of(const ComparedSide& base, const ComparedSide& candidate, Quantity quantity,
                     std::span<const record::Channel> channels) {
  Contrast out{.quantity = quantity};
  if (quantity == Quantity::time) {
    out.base = base.time_values;
    out.base_blocks = base.time_blocks;
    out.candidate = candidate.time_values;
    out.candidate_blocks = candidate.time_blocks;
    return out;
  }
  const bool energy = quantity == Quantity::energy;
  for (const ComparedSide* side : {&base, &candidate}) {
    if (side->no_verdict && out.reason.empty()) out.reason = *side->no_verdict;
  }
  if (out.reason.empty() && base.energy.provenance != candidate.energy.provenance) {
    out.reason = "one side is measured, the other is not";
  }
  out.base = energy ? base.energy_values : base.power_values;
  out.base_blocks = base.energy_blocks;
  out.candidate = energy ? candidate.energy_values : candidate.power_values;
  out.candidate_blocks = candidate.energy_blocks;
  out.shared_error = offset_error(base, candidate, channels);
  return out;
}

std::vector<Finding> judge_together(std::span<const Contrast> contrasts, const Judgement& judgement) {
  std::vector<Finding> findings;
  std::vector<std::optional<stats::Comparison>> compared(contrasts.size());
  std::vector<double> p_values;
  for (std::size_t i = 0; i < contrasts.size(); ++i) {
    Finding nothing{.quantity = std::string(to_string(contrasts[i].quantity)), .reason = contrasts[i].reason};
    if (nothing.reason.empty()) {
      auto found = compare(contrasts[i], judgement, judgement.level);
      if (found) {
        p_values.push_back(found->p_value);
        compared[i] = *std::move(found);
      } else {
        nothing.reason = found.error().message;
      }
    }
    findings.push_back(std::move(nothing));
  }
  // Every comparison is judged at the level that Holm's method gives it, and its interval has that confidence.
  const auto levels = stats::holm_levels(p_values, judgement.level);
  if (!levels) return findings;
  std::size_t next = 0;
  for (std::size_t i = 0; i < contrasts.size(); ++i) {
    if (!compared[i]) continue;
    const double level = (*levels)[next++];
    if (level != judgement.level) {
      auto found = compare(contrasts[i], judgement, level);
      if (!found) continue;
      compared[i] = *std::move(found);
    }
    findings[i] = finding_of(contrasts[i], *compared[i], judgement, level);
  }
  if (judgement.design == record::ComparisonDesign::blocks) add_p_values(findings, compared, judgement);
  return findings;
}

}  // namespace wattlens::experiment
