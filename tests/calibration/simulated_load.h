// A simulated sensor and the load that it answers to, in simulated time.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "calibration/load.h"
#include "fake/fake_clock.h"
#include "meter/meter_set.h"
#include "simulation/simulated_meter.h"

namespace wattlens::calibration {

class SimulatedLoad final : public Load {
 public:
  explicit SimulatedLoad(std::function<void(bool)> switch_load) : switch_load_(std::move(switch_load)) {}
  std::string describe() const override { return "simulated"; }
  Result<void> set(bool on) override {
    if (fails) return fail(ErrorKind::run_failed, "the load ended by itself");
    is_on = on;
    switch_load_(on);
    return {};
  }
  bool is_on = false;
  bool fails = false;

 private:
  std::function<void(bool)> switch_load_;
};

// One sensor before a power of 50 W, and 200 W more under load.
struct Bench {
  fake::FakeClock clock;
  simulation::LoadableMeter loadable;
  SimulatedLoad load;
  meter::MeterSet meters;

  explicit Bench(const simulation::Sensor& sensor, std::uint64_t seed = 1, simulation::Scenario scenario = {})
      : loadable(simulation::make_loadable_meter(complete(sensor, seed, std::move(scenario)), clock)),
        load(loadable.switch_load),
        meters(one(std::move(loadable.meter))) {}

  static simulation::Scenario complete(simulation::Sensor sensor, std::uint64_t seed, simulation::Scenario scenario) {
    sensor.id = "gpu.0";
    sensor.power = "board";
    scenario.seed = seed;
    scenario.powers["board"].constant = {50.0};
    scenario.powers["board"].load = {200.0};
    scenario.sensors = {std::move(sensor)};
    return scenario;
  }
  static meter::MeterSet one(std::unique_ptr<meter::Meter> meter) {
    std::vector<std::unique_ptr<meter::Meter>> meters;
    meters.push_back(std::move(meter));
    return meter::MeterSet(std::move(meters));
  }
};

}  // namespace wattlens::calibration
