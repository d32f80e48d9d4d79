// What a simulated sensor's register holds at a time, faults included: the raw number that a driver would give.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"
#include "simulation/scenario.h"

namespace wattlens::simulation {

enum class RawStatus { ok, failed, empty, permission, unplugged };

struct RawReading {
  RawStatus status = RawStatus::failed;
  std::int64_t value = 0;  // uJ, before any unwrapping (counter), or uW (power)
};

// One register: of a sensor, or of one of its dies. Not thread-safe.
class Register {
 public:
  // Both outlive the register. `die` is below sensor.dies.
  Register(const Scenario& scenario, const Sensor& sensor, int die = 0);

  // Times do not descend. `attempt` tells apart reads at one time: 0 is the first.
  RawReading read(Seconds time, int attempt = 0);

  // Where the counter begins again at 0; none where it never does.
  std::optional<std::int64_t> range_uj() const;

 private:
  bool concerns(const Fault& fault) const;
  bool strikes(const Fault& fault, Seconds time, int attempt) const;
  RawStatus status_at(Seconds time, int attempt) const;
  Seconds update_time(double n) const;
  double random(double n, std::string_view purpose) const;
  Joules shown(Seconds time) const;
  double update_before(Seconds time) const;
  Watts mean_power(double n) const;
  void advance(Seconds time);
  std::int64_t counter_uj(Seconds time, int attempt);
  std::int64_t gauge_uw(Seconds time, int attempt);
  double to_register(double amount) const;

  const Scenario& scenario_;
  const Sensor& sensor_;
  const Power& power_;
  int die_;
  double part_;   // of the power that this register sees
  Joules start_;  // what it showed at the start
  std::uint64_t seed_;
  bool summed_;             // a counter that adds up its updates, one by one
  double next_update_ = 0;  // of a summed one: the number of the first update that is not in it
  Joules energy_;           // what the counter has shown since the start, without faults
  Joules lost_;             // by resets
  std::vector<bool> reset_done_;
};

}  // namespace wattlens::simulation
