// From stored runs to what a comparison may say: docs/statistics.md has the formulas, docs/compare.md the words.
//
// Works on records alone. Pure and thread-safe; the same records give the same result.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/comparison.h"
#include "record/experiment.h"
#include "record/machine_state.h"
#include "record/run.h"

namespace wattlens::experiment {

struct ComparisonRules {
  double equivalence_limit = 0.02;   // relative
  std::optional<double> fail_above;  // relative; the gate
  bool all_pairs = false;            // not only against the first side
  bool planned_looks = false;        // each look at 98.5 %; else one look at 95 %
};

// An experiment with its runs, as stored.
struct Recorded {
  record::Experiment experiment;
  std::vector<record::Run> runs;
};

// One side per plan point, in the plan's order. Runs of a command count as one unit each.
std::vector<record::ComparedSide> sides_of(const Recorded& recorded);

// Candidates against the first side, or all pairs, block by block.
record::ComparisonResult compare_in_blocks(const Recorded& recorded, const ComparisonRules& rules);

// Whether energies of `base`, which people know as `base_name`, may be compared with those of this machine and these
// channels; else an error of kind usage that tells what differs.
Result<void> check_comparable(const record::Experiment& base, const std::string& base_name,
                              const record::MachineState& machine, std::span<const record::Channel> channels);

// Points of two experiments that were measured at different times: those of equal id; where each has one, these two.
// Fails with not_found where there are none, with usage where the experiments are of unlike machines or sensors.
Result<record::ComparisonResult> compare_apart(const Recorded& base, const Recorded& candidate,
                                               const std::string& base_name, const ComparisonRules& rules);

// Whether every pair has a verdict on its energy (where there is none, on its time), and lies on one side of the gate.
bool decided(const record::ComparisonResult& result);

// Whether the runs were made with planned looks: then every look at them is one of these.
bool has_planned_looks(const record::Experiment& experiment);

// Whether a comparison may be looked at after so many whole blocks.
bool is_planned_look(std::int64_t blocks);

// Whether a comparison that goes on has reached a planned look, and is decided there.
bool decided_at_look(const record::Experiment& experiment, std::span<const record::Run> runs,
                     const ComparisonRules& rules);

}  // namespace wattlens::experiment
