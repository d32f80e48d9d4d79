// What a comparison found: its sides, each pair of them, and what may be said of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record/experiment.h"

namespace wattlens::record {

// PlanPoint::engine of a command, whose model is the command line and of which one run counts as one image.
inline constexpr std::string_view kCommandEngine = "command";

// blocks: measured side by side. separate: at different times; what changed in between counts as a difference.
enum class ComparisonDesign { blocks, separate };

// One thing that is compared. Values are per unit, one per run that has one; `blocks` belong to the runs.
struct ComparedSide {
  std::string id;    // a plan point's, or the command
  std::string unit;  // "image", or "run" of a command
  std::string experiment;
  std::int64_t runs = 0;
  std::int64_t failed = 0;
  Energy energy;  // J per unit, mean; gross
  bool complete = true;
  std::vector<std::string> missing;  // what its total lacks
  std::optional<Estimate<Seconds>> time;
  std::optional<Estimate<Watts>> power;
  OutputCheck output_check;
  std::vector<double> energy_values;  // J
  std::vector<std::int64_t> energy_blocks;
  std::vector<double> time_values;  // s
  std::vector<std::int64_t> time_blocks;
  std::vector<double> power_values;       // W, where there is an energy: energy_blocks are theirs
  std::optional<double> window_half;      // mean relative half-width of one window's energy
  std::int64_t disturbed = 0;             // runs in which others used the processor
  std::optional<std::string> no_verdict;  // why its energy may not be compared: "partial total", ...
};

// Candidate / base of one quantity.
struct Finding {
  std::string quantity;                   // "energy", "time", "power"
  std::string reason;                     // why there is none: then nothing else is set
  std::optional<Estimate<double>> ratio;  // with its interval at `confidence`
  double confidence = 0.95;
  std::optional<Interval<double>> bca;  // beside it, from 20 blocks
  std::int64_t pairs = 0;               // common blocks; 0 where the sides were measured apart
  std::vector<std::string> verdicts;    // "less", "more", "equivalent", "not distinguishable"
  std::string bounds;                   // of less and more: "beyond the limit", "within the limit", or nothing
  double deviation = 0.0;               // of single log ratios
  double cliffs_delta = 0.0;
  std::optional<double> p_value;     // of sign flips, adjusted by Holm's method; empty where too few blocks can tell
  std::optional<double> detectable;  // relative difference found in 9 of 10 such comparisons
};

struct ComparedPair {
  std::size_t base = 0;  // positions of the sides
  std::size_t candidate = 0;
  std::vector<Finding> findings;    // energy, time, power
  std::vector<std::string> advice;  // what would narrow the energy's interval
  std::optional<bool> over_limit;   // with a gate: whether the energy's interval lies above it
};

struct ComparisonResult {
  Experiment experiment;                 // of the candidates: machine, sensors, warnings
  std::optional<std::string> base_from;  // another experiment, or a baseline, that the base is of
  ComparisonDesign design = ComparisonDesign::blocks;
  std::vector<ComparedSide> sides;
  std::vector<ComparedPair> pairs;
  std::vector<std::string> letters;  // of each side's energy, where all pairs were compared
  double equivalence_limit = 0.02;
  std::optional<double> fail_above;  // the gate
  std::int64_t blocks = 0;
  bool planned_looks = false;  // stopped at one of the planned looks, each at 98.5 %
  std::vector<Warning> warnings;
};

}  // namespace wattlens::record
