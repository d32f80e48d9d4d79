// The checks of what a log held: each gives findings with figures, or none. docs/audit.md lists them. Pure functions.
#pragma once

#include <vector>

#include "audit/finding.h"
#include "audit/log.h"

namespace wattlens::audit {

// Readings: too few, all zero, constant, too high, a counter that went down, a unit that cannot be, no idle.
void check_readings(const SeriesScan& scan, std::vector<Finding>& findings);

// Times: equal, running back, set by an hour, gaps.
void check_times(const SeriesScan& scan, std::vector<Finding>& findings);

// Series beside each other: twice the same, psys beside what lies in it.
void check_series_together(const std::vector<SeriesScan>& series, std::vector<Finding>& findings);

// Results: constants as measurements, Σ power × duration, wrong units, parts twice, one run alone, what is missing.
void check_table(const TableScan& table, std::vector<Finding>& findings);

// Rows that could not be read.
void check_rows(const Log& log, std::vector<Finding>& findings);

// All of them; findings of faults first.
std::vector<Finding> check_log(const Log& log);

// How a series is called in a finding: "power.draw [W] of NVIDIA GeForce RTX 3090".
std::string name_of(const SeriesInfo& info);

// The stretch of lower power with which a series begins, or ends.
struct Edge {
  base::Seconds duration;
  base::Joules energy;
  base::Watts power;  // mean
  std::int64_t line = 0;
};
struct Edges {
  Edge begin;
  Edge end;
};
// Below 80 % of the median power; looks at kEdgeReadings readings of either end.
Edges edges_of(const SeriesScan& scan);

}  // namespace wattlens::audit
