// What `wattlens measure` found out about one run of a command, or about several.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/experiment.h"
#include "record/run.h"

namespace wattlens::record {

// A part of the energy that is ascribed to the command by its share of the processors' busy time: always modelled.
struct Attribution {
  std::optional<double> share;   // of the busy time of all processes; empty with a reason
  std::optional<Joules> energy;  // share x energy above idle of the processor's channels
  std::string reason;
};

// Mass of CO2 equivalents per energy of a grid, with its source.
struct GridFactor {
  std::string zone;  // "DEU Germany"; empty where the user gave the number
  double g_per_kwh = 0.0;
  std::optional<std::int64_t> year;
  std::string source;
};

// The windows of one name at one place in the nesting of one thread, added up. The energy is that of the whole machine
// during these windows: threads that work at the same time are not told apart.
struct Region {
  std::vector<std::string> path;  // of names, the outermost first
  std::int64_t process = 0;       // of the thread, by the program's own numbers
  std::int64_t thread = 0;
  std::int64_t count = 0;    // windows
  std::int64_t unended = 0;  // begins without an end: in no figure
  Window window;             // as long as all windows together; begin and end say nothing more
  bool resolvable = false;
  std::optional<Seconds> needs_at_least;  // the length of a single window that would be resolvable, where none is
};

// One run of a command.
struct Measurement {
  std::string started_at;        // wall clock, a label
  std::int64_t exit_status = 0;  // 128 + n where signal n ended it
  std::int64_t signal = 0;
  Window window;  // from exec to exit
  std::vector<IdleBaseline> idle_before;
  std::vector<IdleBaseline> idle_after;
  std::vector<Region> regions;  // that the command named, as they were first begun
  bool resolvable = false;
  std::optional<Seconds> run_at_least;  // where it is not, and a longer run would be
  Seconds command_cpu;                  // of the command and its descendants that were waited for
  OwnCost own_cost;
  std::optional<Attribution> attribution;  // where asked for
  std::vector<Warning> warnings;
};

// All runs of a command under the same conditions, and what they say together.
struct MeasurementSeries {
  std::vector<std::string> command;
  std::vector<Channel> channels;  // those that were asked for
  std::vector<Measurement> runs;  // at least one
  double most_uncertain = 0.05;   // --max-uncertainty
  Energy mean;                    // gross, of the runs that have a total; only where there are two runs or more
  Energy net_mean;
  std::optional<Estimate<Seconds>> mean_duration;
  std::optional<GridFactor> grid;                       // where emissions were asked for
  std::optional<std::vector<ChangedSetting>> settings;  // that wattlens changed for the command
  std::optional<double> pue;                            // energy of the whole site / energy of its machines
};

}  // namespace wattlens::record
