#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/comparison_report.h"
#include "report/number_text.h"
#include "report/optimisation_report.h"
#include "report/simulated.h"

namespace wattlens::report {
namespace {

using record::Closest;
using record::Optimisation;
using record::PlanPoint;
using record::Spent;
using record::Trial;

std::string configuration(const PlanPoint& point) {
  std::string text = fmt::format("{} on {}, {}, {} hint, batch {}", point.engine, point.device, point.precision,
                                 point.hint, point.batch);
  if (point.threads > 0) text += fmt::format(", {} threads", point.threads);
  if (!point.settings.empty()) text += ", " + point.settings;
  return text;
}

std::string milliseconds(const record::Estimate<record::Seconds>& time) {
  return number_text(1e3 * time.value.value, record::Interval<double>{1e3 * time.low.value, 1e3 * time.high.value});
}

std::string joules(record::Joules energy) {
  const double j = energy.value;
  return j < 1e4 ? number_text(j) + " J" : number_text(1e-3 * j) + " kJ";
}

std::string duration(record::Seconds time) {
  return time.value < 120.0 ? fmt::format("{:.0f} s", time.value) : fmt::format("{:.1f} min", time.value / 60.0);
}

const Trial* trial_of(const Optimisation& found, const std::string& id) {
  const auto trial = std::ranges::find(found.trials, id, [](const Trial& one) { return one.point.id; });
  return trial == found.trials.end() ? nullptr : &*trial;
}

std::string of_limit(const Optimisation& found, const Closest& closest) {
  const auto limit = std::ranges::find(found.limits, closest.limit, &record::Limit::text);
  switch (limit->quantity) {
    case record::Limited::latency: return fmt::format("a batch takes {} ms", number_text(1e3 * closest.value));
    case record::Limited::p99:
      return fmt::format("99 % of its batches take {} ms or less", number_text(1e3 * closest.value));
    case record::Limited::throughput: return fmt::format("it reaches {} images/s", number_text(closest.value));
    case record::Limited::memory: return fmt::format("its worker needs {} MiB", number_text(closest.value / 1048576.0));
    case record::Limited::accuracy:
      return fmt::format("{} {:.1f} % of the images",
                         closest.on_labels ? "it is right for" : "its top class is that of f32 for",
                         100.0 * closest.value);
  }
  return {};
}

void say_winner(const Optimisation& found, std::vector<std::string>& out) {
  const Trial* trial = trial_of(found, found.winner->id);
  std::string text = fmt::format("Cheapest: {}, {}", found.winner->model, configuration(*found.winner));
  if (trial && trial->energy) {
    const auto& energy = *trial->energy;
    text += fmt::format(": {}{} J per image", mark_of(trial->provenance),
                        number_text(energy.value.value, record::Interval<double>{energy.low.value, energy.high.value}));
  }
  if (trial && trial->latency) text += fmt::format("; a batch takes {} ms", milliseconds(*trial->latency));
  out.push_back(text + ".");
  if (found.winner->id == found.base.id) out.emplace_back("That is the default: there is nothing to change.");
}

void say_nothing_keeps(const Optimisation& found, std::vector<std::string>& out) {
  if (!found.closest) {
    out.emplace_back(found.trials.empty() ? "No candidate could be measured." : "No candidate can be chosen.");
    return;
  }
  const Closest& closest = *found.closest;
  out.push_back(fmt::format("Nothing keeps {}. The closest is {}: {}. What binds is {}{}.",
                            found.limits.size() == 1 ? "the limit" : "the limits", closest.point,
                            of_limit(found, closest), closest.limit,
                            closest.broken ? "" : ", which its interval holds both sides of"));
}

// "45 ± 3 % less energy per image than the default: less, beyond the limit".
void say_saving(const Optimisation& found, std::vector<std::string>& out) {
  const record::ComparisonResult& verified = *found.verification;
  if (verified.pairs.empty()) return;
  const record::Finding& energy = verified.pairs.front().findings.front();
  if (!energy.ratio) {
    out.push_back("Its energy was not compared with the default's: " + energy.reason + ".");
    return;
  }
  const double saved = 100.0 * (1.0 - energy.ratio->value);
  const record::Interval<double> interval{100.0 * (1.0 - energy.ratio->high), 100.0 * (1.0 - energy.ratio->low)};
  const bool modelled = verified.sides[1].energy.provenance == record::Provenance::modelled;
  out.push_back(
      fmt::format("Beside the default ({}), measured in {} blocks in random order, it saves {} % of the "
                  "energy per image{}: {}.",
                  configuration(found.base), energy.pairs, number_text(saved, interval),
                  modelled ? ", by the model" : "", verdict_words(energy)));
  const Trial* trial = trial_of(found, found.winner->id);
  const auto& time = verified.sides[0].time;
  if (!trial || !trial->latency || !time) return;
  out.push_back(fmt::format("What it costs: a batch takes {} ms, the default's {} ms.", milliseconds(*trial->latency),
                            number_text(1e3 * static_cast<double>(found.base.batch) * time->value.value)));
}

std::string parts(const Spent& spent) {
  return fmt::format("windows {}, preparing models {}, warm-ups {}, the rest at idle power {}", joules(spent.windows),
                     joules(spent.preparations), joules(spent.warm_ups), joules(spent.rest));
}

// Three digits: "44,700".
std::string count_text(double count) {
  const double unit = std::pow(10.0, std::max(0.0, std::floor(std::log10(std::max(1.0, count))) - 2.0));
  const std::string digits = fmt::format("{:.0f}", std::round(count / unit) * unit);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

void say_cost(const Optimisation& found, std::vector<std::string>& out) {
  const Spent& spent = found.searching;
  const std::string least = spent.complete ? "" : "at least ";
  std::string text = fmt::format("The search used {}{}{} in {} ({}).", mark_of(spent.provenance), least,
                                 joules(spent.total()), duration(spent.time), parts(spent));
  if (found.exhaustive && *found.exhaustive > record::Joules{}) {
    text += fmt::format(" Measuring every candidate as the last rung does would need about {}: {:.0f} % of it.",
                        joules(*found.exhaustive), 100.0 * (spent.total() / *found.exhaustive));
  }
  out.push_back(std::move(text));
  if (found.verification) {
    out.push_back(fmt::format("The comparison with the default used {}{} in {}.", mark_of(found.verifying.provenance),
                              joules(found.verifying.total()), duration(found.verifying.time)));
  }
  if (!found.payback) return;
  const record::Estimate<double>& images = *found.payback;
  const std::string range = std::isinf(images.high)
                                ? fmt::format("{} or more; the interval of the saving holds 0", count_text(images.low))
                                : fmt::format("{} to {}", count_text(images.low), count_text(images.high));
  out.push_back(fmt::format("Search and comparison together are paid back after {} images ({}).",
                            count_text(images.value), range));
}

}  // namespace

std::vector<std::string> optimisation_sentences(const OptimisationReport& report) {
  const Optimisation& found = report.found;
  std::vector<std::string> out;
  if (found.winner) {
    say_winner(found, out);
  } else if (found.interrupted) {
    out.emplace_back("Interrupted before a winner was known; what was measured until then:");
  } else {
    say_nothing_keeps(found, out);
  }
  if (found.winner && found.verification) say_saving(found, out);
  if (!found.rungs.empty()) say_cost(found, out);
  if (!report.command.empty()) out.push_back("Measure it again: " + report.command);
  return out;
}

}  // namespace wattlens::report
