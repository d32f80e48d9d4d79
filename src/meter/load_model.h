// The power of processor and memory computed from the processor's load, for machines without a sensor.
//
// P = cores * (idle + (full - idle) * f(utilisation)) + memory * W/GiB, with watts per core of the microarchitecture
// and the shape f fitted by tools/fit_load_model.py; docs/load-model.md tells method, sources, interval and coverage.
// What it gives corresponds to RAPL's package and DRAM domains and is always `modelled`. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "record/machine_state.h"

namespace wattlens::meter {

// For record::Channel: the true energy lies in the modelled one x [1 + low, 1 + high] for 95 % of machines.
struct ModelGain {
  double low = 0.0;
  double high = 0.0;
};

class LoadModel {
 public:
  // The model for that machine. A microarchitecture that the table lacks gets the middle of all of them with their
  // spread (basis() says so), never a guess from the rated power. not_measurable where the machine does not tell its
  // number of cores.
  static Result<LoadModel> for_machine(const record::MachineState& machine);
  // The same with another table: JSON of schema "wattlens.load_model/1". For tests.
  static Result<LoadModel> for_machine(const record::MachineState& machine, std::string_view table);

  // `utilisation` is the busy share of all logical processors, 0 to 1 (held within; NaN gives NaN).
  base::Watts processor_power(double utilisation, double cores) const;
  base::Watts memory_power(base::Bytes memory) const;

  // Of the processor's energy, idle and net energy alike.
  ModelGain processor_gain() const { return processor_gain_; }
  ModelGain memory_gain() const { return memory_gain_; }

  // What to pass as `cores`: physical ones of the machine, or those that a virtual machine is shown.
  double cores() const { return cores_; }
  // On what the model rests, one line: "Zen 5, 7 servers; virtual machine: its cores as a share of a socket".
  const std::string& basis() const { return basis_; }

 private:
  LoadModel() = default;

  double idle_per_core_w_ = 0.0;
  double full_per_core_w_ = 0.0;
  std::vector<double> shape_;  // f at utilisations spread evenly over [0, 1]
  double memory_w_per_gib_ = 0.0;
  ModelGain processor_gain_;
  ModelGain memory_gain_;
  double cores_ = 0.0;
  std::string basis_;
};

// data/load_model.json as it was when the library was built.
std::string_view load_model_text();

}  // namespace wattlens::meter
