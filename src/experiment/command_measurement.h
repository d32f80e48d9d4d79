// Runs a command of the user's and measures the machine's energy from its exec to its exit.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "meter/meter_set.h"
#include "record/measurement.h"
#include "workload/command_process.h"

namespace wattlens::experiment {

struct CommandRequest {
  workload::CommandOptions command;
  std::vector<record::Channel> channels;  // those of the meters that count; empty where another process measures
  std::vector<std::string> used;          // ids of those without which there is no total; packages need not be named
  base::Seconds idle;                     // looks at idle power before and after last at least so long
  double most_uncertain = 0.05;           // relative half-width from which an energy counts as not resolvable
  bool attribute = false;                 // by processor time
  std::optional<base::Path> regions;      // folder for the pipe through which the command names regions; empty: none
};

// What is known while the command runs, about once a second.
struct CommandProgress {
  base::Seconds elapsed;
  base::Watts power;    // of the last second
  base::Joules energy;  // since the begin, by the readings themselves
};

struct CommandInstruments {
  base::Clock& clock;
  meter::MeterSet& meters;
  const base::Cancellation& cancel;
  std::function<void(const CommandProgress&)> progress;  // may be empty
};

// Errors are those of CommandProcess::start(), and ErrorKind::cancelled where the user interrupted before the command
// began. What goes wrong with the sensors is in the measurement.
Result<record::Measurement> measure_command(const CommandRequest& request, const CommandInstruments& instruments);

// The means of all runs that have an energy. Pure.
void add_means(record::MeasurementSeries& series);

}  // namespace wattlens::experiment
