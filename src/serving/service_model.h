// What one batch costs in time and energy, by its size: measured at some sizes, interpolated between.
//
// Assumes that a batch's cost depends on its size alone. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/random.h"
#include "base/result.h"
#include "base/units.h"

namespace wattlens::serving {

// A batch size as it was measured. The energy is all that was used while the batch ran, idle power included.
struct ServicePoint {
  std::int64_t batch = 1;
  base::Seconds time;
  base::Joules energy;
  double time_uncertainty = 0.0;    // relative standard uncertainty of the mean
  double energy_uncertainty = 0.0;  // likewise
};

struct ServiceModel {
  std::vector<ServicePoint> points;  // ascending; the first is batch 1, so that none lies below what was measured
  base::Watts idle;                  // drawn while no batch runs
  // Times of single batches over the mean of their size, from which each batch draws one: its time and its energy are
  // multiplied by it. Empty: every batch of a size is alike.
  std::vector<double> noise;
};

// The model made ready for every size up to its largest. Between two measured sizes both costs are linear.
class ServiceTable {
 public:
  // Errors (usage): no points, batch 1 was not measured, sizes that do not ascend, a time or energy that is not
  // positive and finite, noise that is not positive.
  static Result<ServiceTable> build(const ServiceModel& model);

  // The same with each point moved by its uncertainties, normally distributed: one possible truth. The noise stays.
  static Result<ServiceTable> draw(const ServiceModel& model, base::Random& random);

  std::int64_t most() const { return static_cast<std::int64_t>(time_ns_.size()) - 1; }
  // 1 <= batch <= most().
  double time_ns(std::int64_t batch) const { return time_ns_[static_cast<std::size_t>(batch)]; }
  base::Joules energy(std::int64_t batch) const { return {energy_j_[static_cast<std::size_t>(batch)]}; }
  base::Watts idle() const { return idle_; }
  std::span<const double> noise() const { return noise_; }

  // Requests per second of a server that is never idle and always runs batches of this size.
  base::Hertz capacity(std::int64_t batch) const { return {static_cast<double>(batch) * 1e9 / time_ns(batch)}; }

 private:
  std::vector<double> time_ns_;  // by size; [0] is not used
  std::vector<double> energy_j_;
  std::vector<double> noise_;
  base::Watts idle_;
};

}  // namespace wattlens::serving
