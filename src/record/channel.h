// One thing a meter reads, and the warnings that speak of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "record/quantity.h"

namespace wattlens::record {

// counter: accumulated energy; power: a gauge; model: energy computed from the processor's load.
enum class ChannelKind { counter, power, model };

struct Channel {
  std::string id;  // "cpu.package.0", "cpu.dram.0", "gpu.1", "psys.0", "node.NAME"
  ChannelKind kind = ChannelKind::counter;
  std::string method;               // "powercap", "load_model"
  std::string scope;                // in words: what it covers
  std::vector<std::string> covers;  // ids of the channels that lie inside this one
  std::string checks;  // the channel that this one reads a second time, in another way: compared with it, in no total
  Provenance provenance = Provenance::missing;
  std::string reason;  // where missing
  std::string hint;
  std::optional<Seconds> update_period;  // nominal; the observed one overrides it
  // True energy lies in reading x [1 + gain_low, 1 + gain_high] for 95 % of such parts; both 0: nothing is known of it.
  double gain_low = 0.0;
  double gain_high = 0.0;
  std::optional<Interval<Watts>> offset;    // true power = reading + one of these, for 95 % of such parts
  std::optional<Seconds> averaging_window;  // a reading is the mean of so long before it
  std::optional<Seconds> lag;               // a reading shows what was so long ago
  std::optional<double> duty;               // the share of the time that the sensor sees, where it is below 1
  std::optional<Watts> largest_power;       // that the part is allowed to draw
  std::string device;                       // which part it is, by an id that stays: "GPU-ae551429-..."
  std::string driver;                       // version of the board's driver; empty: the kernel's own
  std::string figures_from;  // where period, window, lag and duty come from: "profile", "calibrated 2026-11-21"
  std::string caution;       // where a better reading should have been there: what this one is, for every result
};

// A remark that changes how a result is read. Codes are stable words: "neighbour", "few_batches", "counter_stuck".
struct Warning {
  std::string code;
  std::string channel;  // empty when it concerns no channel
  std::string message;
  std::string hint;
};

}  // namespace wattlens::record
