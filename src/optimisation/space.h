// The candidates of a search: all combinations of the axes that can run here. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "experiment/plan.h"
#include "record/optimisation.h"

namespace wattlens::optimisation {

// What one engine runs natively on one device.
struct Capability {
  std::string engine;
  std::string device;
  std::vector<std::string> precisions;
};

struct Space {
  record::PlanPoint base;                     // what the winner is compared with; not always a candidate
  std::vector<record::PlanPoint> candidates;  // in the order of the axes
  std::vector<record::Fallen> left_out;       // with the reason: rung -1
};

// The default configuration of a model: openvino where it is installed and the device is the processor (else the first
// engine asked for), on the first device, f32, latency hint, batch 1, as many threads as the engine chooses, the
// model's own image size (or the first one asked for).
record::PlanPoint default_point(const experiment::Axes& axes, std::span<const Capability> capabilities);

// Axes that have all these points among theirs, and name them.
experiment::Axes axes_of(std::span<const record::PlanPoint> points);

// Axes whose models are the model and the files that the user brings. Left out are precisions that a device does not
// run natively (f32 always is), more threads than `most_threads`, and files in a format that the engine does not read.
Space make_space(const experiment::Axes& axes, std::span<const Capability> capabilities, std::int64_t most_threads);

}  // namespace wattlens::optimisation
