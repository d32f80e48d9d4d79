// A scenario: what a machine really uses, the sensors in front of it, and what goes wrong with them. docs/simulate.md
//
// Times count from the start of the simulation. Plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/units.h"
#include "record/channel.h"
#include "simulation/power.h"

namespace wattlens::simulation {

inline constexpr Seconds kForever{std::numeric_limits<double>::infinity()};

// What stands between a true power and a reading. A counter shows the integral since the start, or, with an averaging
// window, the sum of its periods' averages; a gauge shows the power of an instant, or an average.
struct Sensor {
  std::string id;                                           // "cpu.package.0"
  std::string power;                                        // the name of what it measures
  record::ChannelKind kind = record::ChannelKind::counter;  // or power
  std::string scope;
  std::string checks;             // the id of the sensor whose part it reads a second time, as record::Channel::checks
  double unit = 1e-6;             // J (counter) or W (gauge): readings are multiples of it
  std::optional<int> width_bits;  // a counter begins again at 0 after 2^width_bits units
  Joules start{1000.0};           // what a counter showed at the start of the simulation; one that counts is seldom 0
  Seconds period{0.001};          // between updates; 0: every reading is new
  Seconds phase;                  // of the first update
  Seconds jitter;                 // an update comes late by up to so much
  std::optional<Seconds> window;  // over which the power before an update is averaged
  Seconds lag;                    // an update shows what was so much earlier
  double gain = 1.0;              // reading = truth x gain + offset
  Watts offset;
  Watts noise;                            // standard deviation of the power of one update
  std::optional<Seconds> nominal_period;  // what is known of the update period
  double gain_low = 0.0;                  // what is known of the gain, as in record::Channel
  double gain_high = 0.0;
  std::optional<Watts> limit;  // the power limit that the kernel publishes
  int dies = 1;                // each with a counter of its own, of an equal part of the power ...
  bool mirrored = false;       // ... or all showing one counter
  bool msr = true;             // interfaces through which the kernel shows it
  bool mmio = false;
};

enum class FaultKind {
  stuck,       // the reading stays as it is; afterwards it catches up
  zero,        // the register reads 0
  backwards,   // the register is lower by `amount`
  spike,       // the register, or the power, is higher by `amount`
  failed,      // the read fails
  empty,       // the read gives no text
  permission,  // the counter may not be read
  unplugged,   // the device is gone
  reset,       // the register begins again at 0 (at `begin`)
};

struct Fault {
  FaultKind kind = FaultKind::stuck;
  std::string sensor;      // an id; empty: all
  std::optional<int> die;  // empty: all
  Seconds begin;
  Seconds end = kForever;
  double amount = 0.0;  // J (counter) or W (gauge)
  double share = 1.0;   // of the reads, at random
};

// What must become of one energy: "truth" (its intervals hold it), "value" (it has one), or why it is missing.
struct ExpectedEnergy {
  std::string channel;  // an id, or "total"
  std::string outcome;
};

// What must come out; read by the tests, and by nothing else.
struct Expectation {
  Seconds begin{1.0};  // of the window
  Seconds end{3.0};
  std::int64_t batches = 0;
  base::Hertz rate{100.0};
  std::string machine;       // a tree of tests/machines below which the files go: a virtual machine, a load model
  std::int64_t sockets = 0;  // that the machine has; 0: what the tree says
  std::string through;       // "files", which the RAPL meter reads; "meter": the simulated meter; empty: both
  std::vector<std::string> warnings;  // exactly these codes
  std::vector<ExpectedEnergy> energies;
  std::string method;             // of the total, where it matters: "load_model"
  std::vector<std::string> used;  // channels that the work uses: without them there is no total
  std::vector<std::string> sums;  // what the total adds up, where it matters
};

struct Scenario {
  std::string title;
  std::uint64_t seed = 1;
  Seconds read_time;  // how long one look at all sensors takes
  std::map<std::string, Power> powers;
  std::vector<Sensor> sensors;
  std::vector<Fault> faults;
  Expectation expected;
  std::function<double(Seconds)> images;  // done by the work until a time; set by who runs it, empty without any
};

// Exact, of what one sensor measures; from 0 to `time`. The sensor is one of the scenario's.
Joules true_energy(const Scenario& scenario, const Sensor& sensor, Seconds time);

}  // namespace wattlens::simulation
