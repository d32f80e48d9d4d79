// A plan, a seed, an order, the machine's state and what came of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "record/run.h"

namespace wattlens::record {

enum class ExperimentStatus { running, done, interrupted, failed };

// Power with nothing running, per channel.
struct IdleBaseline {
  std::string channel;
  Watts power;
  Interval<Watts> interval;
};

// Why no more repetitions of a point were made: "width", "noise settled", "repetitions", "limit", "budget", "failed",
// "interrupted", "decided" (of a comparison).
struct PointStop {
  std::string point;  // PlanPoint::id
  std::string reason;
};

// What was so when an interrupted experiment was gone on with, and its idle power from there on.
struct Resumption {
  std::string resumed_at;      // wall clock, a label
  std::int64_t first_run = 0;  // Run::order of its first run
  MachineState machine;
  std::vector<Channel> channels;
  std::vector<IdleBaseline> idle_before;
  std::vector<IdleBaseline> idle_loaded;
  std::vector<IdleBaseline> idle_after;
};

struct Experiment {
  std::string id;  // "20261121T100000-4f2a": sorts by time
  std::string title;
  std::string created_at;  // wall clock, a label
  std::string finished_at;
  ExperimentStatus status = ExperimentStatus::running;
  std::uint64_t seed = 0;
  base::Json plan;  // as resolved, schema "wattlens.plan/1"
  MachineState machine;
  std::vector<Channel> channels;
  std::vector<PlanPoint> points;
  std::vector<std::string> order;         // point ids as planned, all blocks
  std::vector<IdleBaseline> idle_before;  // before any engine was started
  std::vector<IdleBaseline> idle_loaded;  // engines started, models resident
  std::vector<IdleBaseline> idle_after;   // after all engines ended
  std::vector<Resumption> resumptions;    // what is above holds until the first of them, if any
  Seconds elapsed;                        // spent on it by all processes together, as far as was stored
  std::vector<PointStop> stops;
  std::vector<Warning> warnings;
};

// What all repetitions of a point that served requests say together; a value of each repetition, then their mean.
struct ServingSummary {
  Estimate<Seconds> response;  // mean over the requests, from arrival to the end of their batch; and its quantiles:
  Estimate<Seconds> response_p50;
  Estimate<Seconds> response_p95;
  Estimate<Seconds> response_p99;
  Estimate<Seconds> response_max;
  Estimate<Seconds> waiting;         // mean, from arrival to the begin of their batch
  Estimate<double> batch;            // mean size of the batches
  Estimate<double> offered_per_s;    // requests that came, per second
  Estimate<double> capacity_per_s;   // requests that the largest batches seen would serve, one after the other
  Estimate<double> busy;             // share of the time in which a batch ran
  Seconds lateness_p99;              // a batch began so long after it was due: the serving loop's own fault
  std::vector<double> response_s;    // mean of each repetition, in order
  std::vector<double> responses_s;   // of every request of all repetitions, ascending
  std::vector<std::int64_t> blocks;  // the block of each of these
  // More requests came than can be served: how long they wait depends on how long one looks. Never in a closed loop.
  bool saturated = false;
};

// What all repetitions of one point say together.
struct PointSummary {
  PlanPoint point;
  std::int64_t repetitions = 0;
  std::int64_t failed = 0;
  std::int64_t outliers = 0;  // flagged by MAD, not dropped
  std::optional<Estimate<double>> images_per_s;
  std::optional<Estimate<Seconds>> batch_time;
  Energy energy_per_image;  // gross
  Energy net_energy_per_image;
  std::optional<bool> complete;  // false: "at least"
  OutputCheck output_check;
  WorkloadInfo workload;
  std::vector<Phase> preparation;  // of the first run: later ones may find files in the system's cache
  std::string stop_reason;
  std::optional<Error> failure;             // of the last failed run
  std::vector<double> images_per_s_values;  // one per repetition, in order
  std::vector<double> energy_values;        // J/image of the repetitions that have an energy, in order
  std::vector<std::int64_t> energy_blocks;  // the block of each of these
  std::optional<ServingSummary> serving;    // where requests were served
  std::vector<Warning> warnings;            // each once
};

// What the output check of a point said, where nothing was timed.
struct CheckedPoint {
  PlanPoint point;
  OutputCheck check;
  WorkloadInfo workload;
  std::optional<Error> failure;  // it could not be checked
};

// Least energy over the batch sizes of one model, against the smallest batch.
struct BatchSaving {
  std::string model;
  std::string engine;
  std::string precision;
  std::string hint;
  std::int64_t best_batch = 0;
  std::int64_t base_batch = 0;
  // Energy of best / energy of base, paired by block; at 95 % over all batches that the best was chosen from.
  std::optional<Estimate<double>> ratio;
  std::string verdict;                          // "less", "not distinguishable", ...
  Provenance provenance = Provenance::missing;  // of both energies; modelled where one is
  bool complete = true;                         // false: lower bounds are compared
};

struct ExperimentSummary {
  Experiment experiment;
  std::vector<PointSummary> points;
  std::vector<BatchSaving> savings;
};

}  // namespace wattlens::record
