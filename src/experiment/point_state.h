// What the runner knows of one plan point while the experiment goes on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "experiment/plan.h"
#include "experiment/schedule.h"
#include "record/run.h"
#include "stats/stop_rule.h"

namespace wattlens::experiment {

struct PointState {
  // Repetitions come in multiples of `round` unless time or their number ends them.
  PointState(record::PlanPoint point, const Effort& effort, std::int64_t round = 1);

  void set_plan(const WindowPlan& plan);
  // A repetition that took `cost` in all. Sets `stop` where the stop rule says so, for the rate and, where there is
  // one, for the energy.
  void add(const record::Run& run, base::Seconds batch, base::Seconds cost);
  void add_failure();  // the second in a row stops the point
  // As if the stored run had been made now. One that worked after the point had failed shows that it was tried again.
  void replay(const record::Run& run);
  void try_again();  // a point that failed gets another chance
  bool planned() const { return plan.duration > base::Seconds{}; }
  // Without a budget: repetitions still to come, as far as is known now.
  std::int64_t expected_further() const;

  record::PlanPoint point;
  WindowPlan plan;
  base::Seconds cost;     // expected, of one further repetition
  std::int64_t made = 0;  // repetitions that count
  std::optional<std::string> stop;

 private:
  void decide();

  stats::StopRule rule_;
  std::optional<std::int64_t> repetitions_;
  std::int64_t round_;
  std::vector<double> rates_;     // images/s
  std::vector<double> energies_;  // J/image
  base::Seconds spent_;
  int failures_in_row_ = 0;
};

// J/image of a window; empty where its energy is missing. An incomplete total is a lower bound.
std::optional<double> energy_per_image(const record::Window& window);

}  // namespace wattlens::experiment
