// A machine on a supply of known offset and efficiency, and a wall meter with a clock and noise of its own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/random.h"
#include "wall/component_power.h"
#include "wall/meter_trace.h"

namespace wattlens::fake {

struct SimulatedSupply {
  double offset_w = 32.0;
  double efficiency = 0.9;
  double shift_s = 37.3;    // the meter's clock ahead of the components'
  double noise_w = 1.0;     // of one reading
  double memory = 0.5;      // correlation of the noise with that of the reading before
  double step_s = 1.0;      // of the meter
  double quantum_w = 0.1;   // of the meter
  double length_s = 600.0;  // of the components' record; the meter has a minute more on both sides
  double lowest_w = 40.0;   // of the components
  double highest_w = 200.0;
  double shortest_s = 3.0;  // between two changes of load
  double longest_s = 25.0;
  bool periodic = false;  // the load goes on and off every 20 s
};

struct SimulatedRecords {
  wall::ComponentPower components;
  wall::MeterTrace meter;
};

inline SimulatedRecords simulate(const SimulatedSupply& supply, std::uint64_t seed) {
  base::Random random(seed);
  // True power in closed form: levels that hold between changes.
  const double begin = -60.0;
  const double end = supply.length_s + 60.0;
  std::vector<double> at{begin};
  std::vector<double> level{supply.lowest_w};
  std::vector<double> energy{0.0};
  while (at.back() < end) {
    const double hold =
        supply.periodic ? 10.0 : supply.shortest_s + random.uniform() * (supply.longest_s - supply.shortest_s);
    energy.push_back(energy.back() + level.back() * hold);
    at.push_back(at.back() + hold);
    const double next = supply.lowest_w + random.uniform() * (supply.highest_w - supply.lowest_w);
    level.push_back(supply.periodic ? (level.back() == supply.lowest_w ? supply.highest_w : supply.lowest_w) : next);
  }
  const auto energy_at = [&](double time) {
    const auto next = std::ranges::upper_bound(at, time);
    const auto i = static_cast<std::size_t>(next - at.begin()) - 1;
    return energy[i] + level[i] * (time - at[i]);
  };
  SimulatedRecords records;
  std::vector<base::Seconds> times;
  std::vector<base::Joules> energies;
  for (int i = 0; i <= static_cast<int>(supply.length_s * 100.0); ++i) {
    const double time = 0.01 * i;
    times.push_back({time});
    energies.push_back({energy_at(time)});
  }
  records.components.add(std::move(times), std::move(energies));
  wall::MeterTrace& meter = records.meter;
  meter.file = "meter.csv";
  meter.column = "power";
  meter.step = {supply.step_s};
  const double phase = random.uniform() * supply.step_s;
  double noise = 0.0;
  double first = 0.0;
  const int readings = static_cast<int>((end - begin - phase) / supply.step_s) - 2;
  for (int i = 1; i <= readings; ++i) {
    const double time = begin + phase + i * supply.step_s;
    const double power = (energy_at(time) - energy_at(time - supply.step_s)) / supply.step_s;
    noise = supply.memory * noise + std::sqrt(1.0 - supply.memory * supply.memory) * supply.noise_w * random.normal();
    double reading = supply.offset_w + power / supply.efficiency + noise;
    if (supply.quantum_w > 0.0) reading = std::round(reading / supply.quantum_w) * supply.quantum_w;
    if (meter.readings.empty()) first = time;
    meter.readings.push_back({{time - first}, {reading}});
  }
  // Times of the record count from its first reading: what is found must be the shift less that.
  meter.begin_ns = static_cast<std::int64_t>(std::llround((first + supply.shift_s) * 1e9));
  return records;
}

// What align() should find.
inline double true_shift(const SimulatedRecords& records, const SimulatedSupply& supply) {
  return supply.shift_s - static_cast<double>(records.meter.begin_ns) * 1e-9;
}

}  // namespace wattlens::fake
