// What a search for the cheapest configuration found: what was tried, what fell and why, what was kept, what it cost.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "record/comparison.h"
#include "record/run.h"

namespace wattlens::record {

enum class Limited { latency, p99, throughput, memory, accuracy };

// Latency, p99 (s) and memory (bytes) stay below the bound, throughput (images/s) and accuracy (a share) above it.
struct Limit {
  Limited quantity = Limited::latency;
  double bound = 0.0;
  std::string text;  // as it was asked for: "latency<10ms"
};

// How often the top class is that of the f32 model, over seeded images.
struct Agreement {
  std::int64_t images = 0;
  std::int64_t same = 0;
  Estimate<double> share;  // with Wilson's interval
  double error = 0.0;      // largest |difference| / largest |reference| of the outputs
  std::string reference;   // id of the point that it is compared with
};

// One candidate as its last rung saw it. The bounds of energy, latency, p99 and throughput hold at the confidence of
// that rung; where nothing is known of the spread they are NaN.
struct Trial {
  PlanPoint point;
  std::int64_t rung = 0;
  std::int64_t runs = 0;
  std::optional<Estimate<Joules>> energy;  // gross, per image
  Provenance provenance = Provenance::missing;
  bool complete = true;                      // false: the energy is a lower bound
  std::optional<Estimate<Seconds>> latency;  // of a batch, from its start to its end
  std::optional<Estimate<Seconds>> p99;      // of the same
  std::optional<Estimate<double>> throughput;
  std::optional<Bytes> memory;  // the worker's peak
  std::optional<Agreement> agreement;
  std::optional<Accuracy> accuracy;  // on labelled images, where there are some; then it is what a limit means
  OutputCheck output_check;
  std::string failure;  // why nothing was measured
};

struct Fallen {
  PlanPoint point;
  std::int64_t rung = 0;  // -1: before anything was measured
  std::string reason;
};

// Gross energy. Windows and preparations are read from the meters; a warm-up counts with the power of the window that
// followed it, and what remains of the time with idle power.
struct Spent {
  Joules windows;
  Joules preparations;
  Joules warm_ups;
  Joules rest;
  Seconds time;
  Provenance provenance = Provenance::missing;  // the least trustworthy of the windows'
  bool complete = true;                         // false: something has no energy, and this is a lower bound
  Joules total() const { return windows + preparations + warm_ups + rest; }
};

struct Rung {
  std::int64_t number = 0;
  std::vector<std::string> experiments;  // the first rung may have several
  Seconds window;
  std::int64_t repetitions = 0;
  std::int64_t candidates = 0;
  Spent spent;
};

// Where no candidate keeps the limits: the one that misses them by least, and the limit it misses by most.
struct Closest {
  std::string point;
  std::string limit;
  double value = 0.0;      // of the limited quantity, in the unit of Limit::bound
  bool broken = true;      // false: the interval holds both sides of the limit
  bool on_labels = false;  // an accuracy is that on labelled images, not the agreement with f32
};

struct Optimisation {
  std::string model;
  std::vector<Limit> limits;
  PlanPoint base;               // the default that the winner is compared with
  std::int64_t candidates = 0;  // of the space, those that were left out included
  std::vector<Rung> rungs;
  std::vector<Trial> trials;  // every candidate that was measured, cheapest of the last rung first
  std::vector<Fallen> fallen;
  std::optional<PlanPoint> winner;
  std::optional<Closest> closest;
  Spent searching;
  // What measuring all candidates as the last rung does would need; an estimate. Of a batch that was skipped it counts
  // as much as the largest smaller one.
  std::optional<Joules> exhaustive;
  std::optional<ComparisonResult> verification;  // the default first; empty where the winner is the default
  Spent verifying;
  std::optional<Estimate<double>> payback;  // images after which what was spent is saved; high may be infinite
  bool interrupted = false;
  std::vector<Warning> warnings;
};

}  // namespace wattlens::record
