// The power of a machine's components together, over the stretches of time in which it is known. Times count from any
// moment, the same for all stretches. Reading it is thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "record/experiment.h"

namespace wattlens::wall {

class ComponentPower {
 public:
  // One more stretch: energies at ascending times, counted from any value. Skipped where it has no duration. Stretches
  // are added in the order of time.
  void add(std::vector<base::Seconds> times, std::vector<base::Joules> energies);

  bool empty() const { return stretches_.empty(); }
  base::Seconds begin() const;
  base::Seconds end() const;
  base::Seconds covered() const;  // by stretches

  // Mean power between two moments, the energy taken as linear between its times; empty where no stretch holds both.
  std::optional<base::Watts> mean(base::Seconds from, base::Seconds to) const;

 private:
  struct Stretch {
    std::vector<double> times;     // s
    std::vector<double> energies;  // J
    double at(double time) const;
  };
  std::vector<Stretch> stretches_;
};

// What the components of a stored experiment drew.
struct ExperimentPower {
  ComponentPower power;                 // from the begin of its first sample on
  std::vector<std::string> sums;        // the channels that are added up
  std::vector<std::string> leaves_out;  // channels of the machine that had no reading
  bool modelled = false;                // one of them is a model's
  // The world's time of the first sample, in ns since 1970, to a second or two: from the experiment's date and what was
  // spent until then. Empty where it was interrupted before.
  std::optional<std::int64_t> began_at;
};

// Adds up the channels that the totals of its windows add up, from the samples of its runs. Fails with not_measurable
// where there are none, where windows have different sums, or where a total was incomplete in every run.
Result<ExperimentPower> experiment_power(const record::Experiment& experiment, const std::vector<record::Run>& runs);

}  // namespace wattlens::wall
