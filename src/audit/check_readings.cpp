#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "audit/checks.h"

namespace wattlens::audit {
namespace {

using base::Joules;
using base::Seconds;
using base::Watts;

constexpr std::int64_t kFewReadings = 10;
constexpr double kMostOfABoard = 1500.0;   // W; no board that is sold may draw as much
constexpr double kMostOfAMachine = 20e3;   // W
constexpr double kLeastOfAMachine = 0.05;  // W
constexpr double kSpike = 20.0;            // times the median
constexpr double kIdleShare = 0.8;         // of the median power

class Readings {
 public:
  Readings(const SeriesScan& scan, std::vector<Finding>& findings) : scan_(scan), findings_(findings) {
    median_ = scan.power().quantile(0.5).value_or(0.0);
  }

  void check() {
    if (scan_.samples() < 2) {
      add("too_few_samples", Severity::fault, scan_.first_line(), fmt::format("{} reading(s)", scan_.samples()),
          "no energy can be had from it", "log for longer, or more often");
      return;
    }
    if (scan_.zeros() == scan_.samples()) {
      add("zeros", Severity::fault, scan_.first_line(), fmt::format("all {} readings are 0", scan_.samples()),
          "the sensor is dead or closed: the energy is missing, not 0 J",
          "find out why: permission, a virtual machine, a board without a sensor");
      return;
    }
    check_few();
    check_zeros();
    check_constant();
    check_negative();
    check_decreases();
    check_unit();
    check_spikes();
    check_idle();
  }

 private:
  void add(std::string code, Severity severity, std::int64_t line, std::string seen, std::string changes,
           std::string mend) {
    findings_.push_back({std::move(code),
                         severity,
                         {},
                         line,
                         name_of(scan_.info()),
                         std::move(seen),
                         std::move(changes),
                         std::move(mend)});
  }

  void check_few() {
    if (scan_.samples() >= kFewReadings) return;
    add("too_few_samples", Severity::warning, scan_.first_line(),
        fmt::format("{} readings in {:.3g} s", scan_.samples(), scan_.covered().value),
        "a mean of so few says little of what was between them", "log for longer, or more often");
  }

  void check_zeros() {
    const double share = static_cast<double>(scan_.zeros()) / static_cast<double>(scan_.samples());
    if (scan_.zeros() == 0 || scan_.info().kind == SeriesKind::counter) return;
    add("zeros", share > 0.01 ? Severity::warning : Severity::remark, 0,
        fmt::format("{} of {} readings are 0 ({:.2g} %)", scan_.zeros(), scan_.samples(), 100.0 * share),
        "a failed read written as 0 makes the energy too small; so does counting a suspended board as one that reads 0",
        "write what could not be read as missing");
  }

  void check_constant() {
    const EqualRun& run = scan_.longest_equal_run();
    if (scan_.info().kind == SeriesKind::increment && run.readings < scan_.samples()) return;
    if (run.readings == scan_.samples() && scan_.samples() >= kFewReadings) {
      const bool counter = scan_.info().kind == SeriesKind::counter;
      add(counter ? "counter_stuck" : "constant", counter ? Severity::fault : Severity::warning, scan_.first_line(),
          fmt::format("all {} readings are {:.6g} {}", run.readings,
                      counter ? scan_.energy().value : scan_.lowest().value, counter ? "J apart" : "W"),
          counter ? "the energy is missing, not 0 J"
                  : "a constant of a model, or a sensor that stands still: no measurement",
          "look where the number comes from; call it modelled where it is");
      return;
    }
    constexpr Seconds kLongStand{30.0};
    if (run.readings < 60 || run.duration < kLongStand || run.duration < 0.02 * scan_.covered()) return;
    add("stuck", Severity::warning, run.line,
        fmt::format("{} equal readings in a row, over {:.3g} s", run.readings, run.duration.value),
        fmt::format("{:.2g} % of the time may not have been measured", 100.0 * (run.duration / scan_.covered())),
        "a gauge may show a constant at idle; under load it stands still");
  }

  void check_negative() {
    if (scan_.negatives() == 0) return;
    add("negative", Severity::fault, scan_.first_negative_line(),
        fmt::format("{} readings are below 0", scan_.negatives()),
        "a counter that wrapped, or an unsigned number read as signed: each takes energy away",
        "correct wraps where they are read; no part gives energy back");
  }

  void check_decreases() {
    if (scan_.decrease_count() == 0) return;
    const Decrease& first = scan_.decreases().front();
    Joules wrong;
    std::int64_t known = 0;
    for (const Decrease& decrease : scan_.decreases()) {
      wrong += decrease.after - decrease.before;
      if (decrease.range) ++known;
    }
    std::string seen = fmt::format("the counter goes down {} time(s), first from {:.7g} J to {:.7g} J",
                                   scan_.decrease_count(), first.before.value, first.after.value);
    if (first.range) seen += fmt::format("; it wraps at {:.7g} J", first.range->value);
    add(known == scan_.decrease_count() ? "counter_wrap" : "counter_reset", Severity::fault, first.line,
        std::move(seen),
        fmt::format(
            "differences as they stand hold {:+.4g} J; here {} of {} are corrected as wraps, the others count at the "
            "usual power",
            wrong.value, known, scan_.decrease_count()),
        "add the counter's range at a wrap, and read it at least twice per range");
  }

  void check_unit() {
    const bool board = scan_.info().part.starts_with("gpu");
    const double most = board ? 2.0 * kMostOfABoard : kMostOfAMachine;
    const bool too_high = median_ > most;
    if (!too_high && !(median_ > 0.0 && scan_.highest_power().value < kLeastOfAMachine)) return;
    const std::string seen =
        fmt::format("the median power would be {:.4g} W in the unit {} ({})", median_, scan_.info().unit,
                    scan_.info().unit_named ? "named by the log" : "taken, for none is named");
    if (too_high) {
      const double factor = median_ * 1e-3 > most ? 1e6 : 1e3;
      add("unit", Severity::fault, scan_.first_line(), seen,
          fmt::format("{} taken for a unit {:.0f} times as large: all energies are {:.0f} times too high",
                      factor > 1e3 ? "micro-units" : "milli-units", factor, factor),
          fmt::format("divide by {:.0f}", factor));
    } else {
      add("unit", Severity::warning, scan_.first_line(), seen, "kW or kJ taken for W or J: energies 1000 times too low",
          "look what the logger writes");
    }
  }

  void check_spikes() {
    if (scan_.samples() < kFewReadings || !(median_ > 0.0)) return;
    const auto limit = scan_.limit();
    const bool board = scan_.info().part.starts_with("gpu");
    const double most = limit   ? 2.0 * limit->value
                        : board ? kMostOfABoard
                                : std::max(kSpike * median_, 5.0 * scan_.power().quantile(0.98).value_or(0.0));
    const auto& highest = scan_.highest();
    const auto end = std::ranges::find_if(highest, [most](const Step& step) { return step.power.value <= most; });
    const auto count = end - highest.begin();
    const bool isolated = limit || board || count <= std::max<std::int64_t>(3, scan_.samples() / 1000);
    if (count == 0 || !isolated || median_ > most) return;
    double watts = 0.0;
    for (auto step = highest.begin(); step != end; ++step) watts += step->power.value - median_;
    const double joules = watts * scan_.step().quantile(0.5).value_or(0.0);
    add("spikes", Severity::fault, highest.front().line,
        fmt::format("{} reading(s) above {:.4g} W, up to {:.4g} W; the median is {:.4g} W", count, most,
                    highest.front().power.value, median_),
        fmt::format("they hold about {:.3g} J of {:.4g} J ({:.2g} %)", joules, scan_.energy().value,
                    100.0 * joules / scan_.energy().value),
        limit ? fmt::format("twice the part's limit of {:.0f} W cannot be: drop these readings as gaps", limit->value)
              : std::string("a wrap corrected where none was, or a bad read: drop these readings as gaps"));
  }

  void check_idle() {
    if (scan_.samples() < kFewReadings) return;
    const Edges edges = edges_of(scan_);
    const Seconds idle = edges.begin.duration + edges.end.duration;
    if (idle == Seconds{}) {
      add("missing_idle", Severity::remark, 0,
          fmt::format("the log begins and ends under load (never below {:.0f} % of the median {:.4g} W at its ends)",
                      100.0 * kIdleShare, median_),
          "energy above idle cannot be told", "log some 10 s before and after the work");
      return;
    }
    const Joules energy = edges.begin.energy + edges.end.energy;
    const double of_all = energy / scan_.energy();
    add("idle_inside", of_all > 0.01 ? Severity::warning : Severity::remark, scan_.first_line(),
        fmt::format(
            "{:.3g} s at the begin and {:.3g} s at the end are below {:.0f} % of the median {:.4g} W (there {:.4g} W)",
            edges.begin.duration.value, edges.end.duration.value, 100.0 * kIdleShare, median_, (energy / idle).value),
        fmt::format("the whole log holds {:.4g} J, without its ends {:.4g} J ({:+.2g} %)", scan_.energy().value,
                    (scan_.energy() - energy).value, -100.0 * of_all),
        "cut the log at the begin and the end of the work, by its own times");
  }

  const SeriesScan& scan_;
  std::vector<Finding>& findings_;
  double median_ = 0.0;
};

Edge first_edge(const std::vector<Moment>& moments, Watts bound) {
  Edge edge;
  for (std::size_t i = 1; i < moments.size() && moments[i - 1].power < bound; ++i) {
    const Seconds step = moments[i].time - moments[i - 1].time;
    edge.duration += step;
    edge.energy += 0.5 * (moments[i].power + moments[i - 1].power) * step;
    edge.line = moments[i].line;
  }
  if (edge.duration > Seconds{}) edge.power = edge.energy / edge.duration;
  return edge;
}

}  // namespace

Edges edges_of(const SeriesScan& scan) {
  const Watts bound{kIdleShare * scan.power().quantile(0.5).value_or(0.0)};
  std::vector<Moment> last = scan.last_moments();
  std::ranges::reverse(last);
  for (Moment& moment : last) moment.time = scan.covered() - moment.time;
  return {first_edge(scan.first_moments(), bound), first_edge(last, bound)};
}

void check_readings(const SeriesScan& scan, std::vector<Finding>& findings) { Readings(scan, findings).check(); }

}  // namespace wattlens::audit
