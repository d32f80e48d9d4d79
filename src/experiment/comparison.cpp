#include "experiment/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "base/random.h"
#include "experiment/continuation.h"
#include "experiment/finding.h"
#include "experiment/summary.h"
#include "stats/interval.h"
#include "stats/multiple_comparisons.h"
#include "stats/planned_looks.h"

namespace wattlens::experiment {
namespace {

using base::Seconds;
using base::Watts;
using record::ComparedPair;
using record::ComparedSide;
using record::ComparisonResult;
using record::Finding;

constexpr std::string_view kNotDistinguishable = "not distinguishable";
constexpr std::size_t kMostBlocksAdvised = 1000;

template <class T>
std::optional<record::Estimate<T>> estimate_of(std::span<const double> values) {
  const auto found = stats::mean_interval(values);
  if (!found) return std::nullopt;
  return record::Estimate<T>{T{found->value}, T{std::max(0.0, found->interval.low)}, T{found->interval.high}};
}

bool was_disturbed(const record::Run& run) {
  return std::ranges::any_of(run.warnings, [](const record::Warning& warning) {
    return warning.code == "neighbour" || warning.code == "steal" || warning.code == "shared_machine";
  });
}

// What one run adds to its side.
void add_run(ComparedSide& side, const record::Run& run, double& half_widths) {
  if (run.status == record::RunStatus::failed) ++side.failed;
  if (run.status != record::RunStatus::done || run.windows.empty()) return;
  const record::Window& window = run.windows.back();
  if (window.images <= 0 || window.duration() <= Seconds{}) return;
  const auto units = static_cast<double>(window.images);
  ++side.runs;
  if (was_disturbed(run)) ++side.disturbed;
  side.time_values.push_back(window.duration().value / units);
  side.time_blocks.push_back(run.block);
  if (!window.complete) {
    side.complete = false;
    side.missing = window.missing;
  }
  if (!window.total.value) return;
  side.energy_values.push_back(window.total.value->value / units);
  side.power_values.push_back((*window.total.value / window.duration()).value);
  side.energy_blocks.push_back(run.block);
  const auto& own = window.total.relative;
  if (own && *window.total.value > base::Joules{}) half_widths += 0.5 * ((own->high - own->low) / *window.total.value);
}

void judge_energy(ComparedSide& side) {
  if (side.energy_values.empty()) {
    side.no_verdict = side.energy.reason.empty() ? std::string("no energy") : "no energy: " + side.energy.reason;
  } else if (!side.complete) {
    side.no_verdict =
        "partial total: " + (side.missing.empty() ? std::string("a part") : side.missing.front()) + " is missing";
  }
}

struct Pairing {
  std::size_t base;
  std::size_t candidate;
};

std::vector<Pairing> pairings(std::size_t sides, bool all_pairs) {
  std::vector<Pairing> out;
  for (std::size_t base = 0; base < (all_pairs ? sides : std::min<std::size_t>(1, sides)); ++base) {
    for (std::size_t candidate = base + 1; candidate < sides; ++candidate) out.push_back({base, candidate});
  }
  return out;
}

// "about 40 blocks would show ...": only what helps, the strongest first.
std::vector<std::string> advice_for(const ComparedSide& base, const ComparedSide& candidate, const Finding& energy,
                                    double limit) {
  std::vector<std::string> out;
  if (!energy.ratio || energy.verdicts.front() != kNotDistinguishable) return out;
  if (energy.pairs > 0 && energy.deviation > 0.0 && limit > 0.0) {
    const auto blocks =
        stats::pairs_to_detect(energy.deviation, limit, kMostBlocksAdvised, {.confidence = energy.confidence});
    if (blocks && *blocks && static_cast<std::int64_t>(**blocks) > energy.pairs) {
      out.push_back(fmt::format("more blocks: about {} would show a difference of {:.3g} %", **blocks, 100.0 * limit));
    } else if (blocks && !*blocks) {
      out.push_back(
          fmt::format("less scatter first: single blocks differ by {:.2g} %, and {} of them would not show "
                      "{:.3g} %",
                      100.0 * energy.deviation, kMostBlocksAdvised, 100.0 * limit));
    }
  }
  const double half = std::max(base.window_half.value_or(0.0), candidate.window_half.value_or(0.0));
  // Two windows per block, each uncertain by half / 1.96 in units of a standard deviation.
  if (half / 1.96 * std::sqrt(2.0) > 0.5 * energy.deviation && energy.deviation > 0.0) {
    out.push_back(fmt::format("longer windows: the sensor knows the energy of one to ±{:.2g} % only", 100.0 * half));
  }
  if (base.disturbed + candidate.disturbed > 0) {
    out.push_back(fmt::format("a quieter machine: others disturbed {} of {} runs", base.disturbed + candidate.disturbed,
                              base.runs + candidate.runs));
  }
  if (out.empty() && energy.pairs == 0) out.emplace_back("blocks: measure both sides in one go");
  return out;
}

// Whole blocks: runs of the point that has fewest.
std::int64_t whole_blocks(const record::Experiment& experiment, std::span<const record::Run> runs) {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const record::PlanPoint& point : experiment.points) {
    const auto done = std::ranges::count_if(
        runs, [&](const record::Run& run) { return run.point == point.id && run.status == record::RunStatus::done; });
    fewest = std::min<std::int64_t>(fewest, done);
  }
  return fewest;
}

// What all pairs of the comparison share.
struct Family {
  const ComparisonRules& rules;
  record::ComparisonDesign design;
  std::uint64_t seed;
  std::span<const record::Channel> channels;
};

// One quantity of all pairs, judged together.
std::vector<Finding> findings_of(std::span<const ComparedSide> sides, std::span<const Pairing> pairs,
                                 const Family& family, Quantity quantity) {
  const double level = family.rules.planned_looks ? 1.0 - stats::kLookConfidence : 1.0 - stats::kConfidence;
  std::vector<Contrast> contrasts;
  for (const Pairing& pair : pairs) {
    contrasts.push_back(contrast_of(sides[pair.base], sides[pair.candidate], quantity, family.channels));
  }
  return judge_together(contrasts, {.design = family.design,
                                    .level = level,
                                    .equivalence_limit = family.rules.equivalence_limit,
                                    .seed = base::derive_seed(family.seed, to_string(quantity))});
}

void set_letters(ComparisonResult& result) {
  std::vector<std::pair<std::size_t, std::size_t>> different;
  for (const ComparedPair& pair : result.pairs) {
    const Finding& energy = pair.findings.front();
    if (!energy.ratio) return;
    if (energy.verdicts.front() == "less" || energy.verdicts.front() == "more") {
      different.emplace_back(pair.base, pair.candidate);
    }
  }
  const auto letters = stats::compact_letters(result.sides.size(), different);
  if (!letters) return;
  for (const std::vector<std::string>& some : *letters) {
    std::string text;
    for (const std::string& one : some) text += one;
    result.letters.push_back(std::move(text));
  }
}

void judge_pairs(ComparisonResult& result, std::span<const Pairing> pairs, const ComparisonRules& rules) {
  const Family family{rules, result.design, result.experiment.seed, result.experiment.channels};
  for (const Pairing& pair : pairs) result.pairs.push_back({.base = pair.base, .candidate = pair.candidate});
  for (const Quantity quantity : {Quantity::energy, Quantity::time, Quantity::power}) {
    std::vector<Finding> findings = findings_of(result.sides, pairs, family, quantity);
    for (std::size_t i = 0; i < pairs.size(); ++i) result.pairs[i].findings.push_back(std::move(findings[i]));
  }
  for (ComparedPair& pair : result.pairs) {
    const Finding& energy = pair.findings.front();
    const double limit = rules.fail_above.value_or(rules.equivalence_limit);
    pair.advice = advice_for(result.sides[pair.base], result.sides[pair.candidate], energy, limit);
    if (rules.fail_above && energy.ratio) pair.over_limit = energy.ratio->low > 1.0 + *rules.fail_above;
  }
}

ComparisonResult empty_result(const record::Experiment& experiment, const ComparisonRules& rules) {
  ComparisonResult result{.experiment = experiment};
  result.equivalence_limit = rules.equivalence_limit;
  result.fail_above = rules.fail_above;
  result.planned_looks = rules.planned_looks;
  result.warnings = experiment.warnings;
  return result;
}

// Whatever a reader must know of the sides' energies before the ratios.
void warn_of_sides(ComparisonResult& result) {
  const auto any = [&](record::Provenance provenance) {
    return std::ranges::any_of(result.sides, [&](const auto& side) { return side.energy.provenance == provenance; });
  };
  if (any(record::Provenance::modelled)) {
    result.warnings.push_back({"modelled", "",
                               "the energies are modelled from the processor's load: the model does not know which "
                               "instructions run, so a verdict on them holds for the model only",
                               "wattlens doctor tells which sensor would measure"});
  }
  if (result.design == record::ComparisonDesign::separate) {
    result.warnings.push_back({"measured_apart", "",
                               "the sides were measured at different times: what changed on the machine in between "
                               "counts as a difference",
                               "measure both in one go: wattlens compare -- 'COMMAND A' 'COMMAND B'"});
  }
}

}  // namespace

std::vector<ComparedSide> sides_of(const Recorded& recorded) {
  std::vector<ComparedSide> sides;
  const record::ExperimentSummary summary = summarise(recorded.experiment, recorded.runs);
  for (const record::PointSummary& point : summary.points) {
    ComparedSide side{.id = point.point.id,
                      .unit = point.point.engine == record::kCommandEngine ? "run" : "image",
                      .experiment = recorded.experiment.id,
                      .energy = point.energy_per_image,
                      .output_check = point.output_check};
    double half_widths = 0.0;
    for (const record::Run& run : recorded.runs) {
      if (run.point == side.id) add_run(side, run, half_widths);
    }
    side.time = estimate_of<Seconds>(side.time_values);
    side.power = estimate_of<Watts>(side.power_values);
    if (half_widths > 0.0) side.window_half = half_widths / static_cast<double>(side.energy_values.size());
    judge_energy(side);
    sides.push_back(std::move(side));
  }
  return sides;
}

ComparisonResult compare_in_blocks(const Recorded& recorded, const ComparisonRules& rules) {
  ComparisonResult result = empty_result(recorded.experiment, rules);
  result.design = record::ComparisonDesign::blocks;
  result.sides = sides_of(recorded);
  for (const ComparedSide& side : result.sides) result.blocks = std::max(result.blocks, side.runs);
  judge_pairs(result, pairings(result.sides.size(), rules.all_pairs), rules);
  if (rules.all_pairs) set_letters(result);
  warn_of_sides(result);
  return result;
}

Result<void> check_comparable(const record::Experiment& base, const std::string& base_name,
                              const record::MachineState& machine, std::span<const record::Channel> channels) {
  const auto same = check_same_machine(base, machine, channels);
  if (same) return {};
  const std::string& text = same.error().message;
  const auto begin = text.find('(');
  return fail(ErrorKind::usage,
              fmt::format("{} is of another machine or other sensors {}", base_name,
                          begin == std::string::npos ? text : text.substr(begin)),
              "energies are compared on one machine with one set of sensors only; measure both here");
}

Result<ComparisonResult> compare_apart(const Recorded& base, const Recorded& candidate, const std::string& base_name,
                                       const ComparisonRules& rules) {
  WATTLENS_CHECK(
      check_comparable(base.experiment, base_name, candidate.experiment.machine, candidate.experiment.channels));
  ComparisonResult result = empty_result(candidate.experiment, rules);
  result.design = record::ComparisonDesign::separate;
  result.base_from = base_name;
  const std::vector<ComparedSide> before = sides_of(base);
  const std::vector<ComparedSide> now = sides_of(candidate);
  std::vector<Pairing> pairs;
  for (const ComparedSide& side : now) {
    auto other = std::ranges::find(before, side.id, &ComparedSide::id);
    if (other == before.end() && before.size() == 1 && now.size() == 1) other = before.begin();
    if (other == before.end() || other->unit != side.unit) continue;
    pairs.push_back({result.sides.size(), result.sides.size() + 1});
    result.sides.push_back(*other);
    result.sides.push_back(side);
    result.blocks = std::max(result.blocks, side.runs);
  }
  if (pairs.empty()) {
    return fail(ErrorKind::not_found,
                fmt::format("{} and {} have no plan point in common", base_name, candidate.experiment.id),
                "wattlens show ID lists the points of an experiment");
  }
  for (record::Warning& warning :
       changed_conditions(base.experiment, candidate.experiment.machine, candidate.experiment.channels)) {
    result.warnings.push_back(std::move(warning));
  }
  judge_pairs(result, pairs, rules);
  warn_of_sides(result);
  return result;
}

bool has_planned_looks(const record::Experiment& experiment) {
  const auto flag = [](const base::Json& json) {
    return json.is_object() && json.contains("planned_looks") && json["planned_looks"] == true;
  };
  const base::Json& plan = experiment.plan;
  return flag(plan) || (plan.is_object() && plan.contains("measure") && flag(plan["measure"]));
}

bool is_planned_look(std::int64_t blocks) {
  return std::ranges::find(stats::kPlannedLooks, static_cast<std::size_t>(blocks)) != stats::kPlannedLooks.end();
}

bool decided(const ComparisonResult& result) {
  return !result.pairs.empty() && std::ranges::all_of(result.pairs, [&](const ComparedPair& pair) {
    const Finding& finding = pair.findings[0].ratio ? pair.findings[0] : pair.findings[1];
    if (!finding.ratio || finding.verdicts.front() == kNotDistinguishable) return false;
    const double limit = 1.0 + result.fail_above.value_or(0.0);
    return !result.fail_above || finding.ratio->low > limit || finding.ratio->high <= limit;
  });
}

bool decided_at_look(const record::Experiment& experiment, std::span<const record::Run> runs,
                     const ComparisonRules& rules) {
  if (!is_planned_look(whole_blocks(experiment, runs))) return false;
  return decided(compare_in_blocks({experiment, {runs.begin(), runs.end()}}, rules));
}

}  // namespace wattlens::experiment
