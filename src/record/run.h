// One repetition of one plan point: what was asked, what was done, what was read.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "record/channel.h"
#include "record/machine_state.h"
#include "record/quantity.h"

namespace wattlens::record {

// One combination of axis values. `threads` 0 means that the engine chooses.
struct PlanPoint {
  std::string id;     // "resnet50/openvino/cpu/bf16/latency/b8/224px/t2"
  std::string model;  // a built-in network, or the path of a model file
  std::string engine = "openvino";
  std::string device = "cpu";
  std::string precision = "f32";
  std::string hint = "latency";
  std::int64_t batch = 1;
  std::int64_t image_size = 224;
  std::int64_t threads = 0;
  std::string preprocess{};  // of real images (docs/images.md): "outside" the window, "inside", "alone"; else empty
  std::string settings{};    // of the machine while it is measured: "cpu.governor=powersave+cpu.turbo=off"
  // Of a point that serves requests (docs/serving.md), whose `batch` is the largest one; else batches follow each
  // other.
  std::string arrivals{};                  // how requests come: "poisson:16"
  std::string policy{};                    // how they are joined into batches: "greedy"
  std::optional<std::int64_t> requests{};  // of each window
};

// Raw readings of all channels on one time axis. Counters are unwrapped and count from their first reading.
struct Samples {
  static constexpr std::int64_t kNoReading = std::numeric_limits<std::int64_t>::min();

  std::vector<std::string> channels;              // ids; values[i] belongs to channels[i]
  std::vector<std::int64_t> time_us;              // CLOCK_MONOTONIC, middle of the bracket; not descending
  std::vector<std::uint8_t> bracket_us;           // clock after minus clock before; 255 means 255 or more
  std::vector<std::vector<std::int64_t>> values;  // uJ (counter, model) or uW (power); kNoReading where none

  std::size_t size() const { return time_us.size(); }
};

enum class CheckStatus { not_run, passed, failed };

// Whether the engine computes the right thing, found out before anything is timed.
struct OutputCheck {
  CheckStatus status = CheckStatus::not_run;
  std::string reference;        // what it was compared with; or why it was not
  std::optional<double> error;  // largest |difference| / largest |reference|
  std::optional<double> tolerance;
  std::optional<bool> same_top1;
};

// How often a model was right on a labelled set of images: shares, with Wilson's intervals.
struct Accuracy {
  std::string set;          // the folder's or the file's name
  std::int64_t images = 0;  // that were read
  std::int64_t broken = 0;  // that were left out
  Estimate<double> top1;
  Estimate<double> top5;
};

// What the worker says of the model that it compiled.
struct WorkloadInfo {
  std::string engine_version;
  std::string device_name;
  std::string execution_precision;  // what the engine really runs: "bf16"
  std::int64_t threads = 0;
  std::int64_t streams = 0;
  std::optional<Bytes> peak_memory;
  std::optional<Seconds> start_up;  // spawn to hello
  std::optional<Seconds> compile;   // load and compile
  std::optional<Seconds> first_inference;
  std::vector<std::int64_t>
      input_shape;           // of the images given to it: [batch, channels, height, width]; empty: not told
  std::string input_layout;  // of the model itself: "NCHW" or "NHWC"
  std::optional<std::int64_t> parameters;     // numbers that the model holds as weights, without running statistics
  std::optional<std::int64_t> multiply_adds;  // of one image, in convolutions and matrix products
  std::vector<std::string> not_counted;       // types of operators left out of multiply_adds: it is then a lower bound
  std::optional<Accuracy> accuracy;           // on the labelled images that it was given; not from the worker
  std::vector<std::string> conditions;        // "model cache: off", "flush-to-zero: on", ...
};

// Energy of one channel over a window.
struct ChannelEnergy {
  std::string channel;
  Energy gross;
  Energy net;
  std::int64_t updates = 0;  // counter edges seen
};

// The requests of a window and the batches that served them, first come, first served. Times from the window's begin;
// the arrival is when a request was to come, whether or not anybody had time to look at it then.
struct Served {
  std::vector<std::int64_t> arrival_us;  // of each request, ascending
  std::vector<std::int64_t> due_us;      // of each batch: the engine was free and the policy wanted it to begin
  std::vector<std::int64_t> begin_us;    // it began
  std::vector<std::int64_t> end_us;      // it was complete
  std::vector<std::int64_t> sizes;       // requests in it; their sum is that of all requests
};

// Work done by measured threads, on the steady clock.
struct Window {
  base::MonoTime begin;
  base::MonoTime end;
  std::int64_t batches = 0;
  std::int64_t images = 0;
  std::vector<std::int64_t> batch_us;  // duration of every batch between completions
  std::vector<ChannelEnergy> channels;
  Energy total;  // gross, over the channels in `sums`
  Energy net_total;
  std::vector<std::string> sums;
  bool complete = true;  // false: an expected channel is missing, the total is a lower bound
  std::vector<std::string> missing;
  Neighbours neighbours;
  std::optional<Served> served;  // where requests were served
  Seconds duration() const { return end - begin; }
};

// What measuring cost during a window.
struct OwnCost {
  Seconds cpu;  // of the sampler thread
  std::int64_t wake_ups = 0;
  std::int64_t missed_ticks = 0;
};

// What one repetition was asked for. All repetitions of a point ask for the same.
struct RepetitionPlan {
  Seconds window;                // it lasts about so long ...
  std::int64_t min_batches = 0;  // ... and holds at least so many batches
  Seconds warm_up_limit;
};

// One step of making a model ready, on the steady clock: "start-up" (the worker's process, until it answers), "compile"
// (read and compiled, or loaded from the model cache), "first inference"; and "ready", from the start of the first to
// the end of the last. Its energy is that of the whole machine's channels, as in a window.
struct Phase {
  std::string name;
  base::MonoTime begin;
  base::MonoTime end;
  Energy gross;
  Energy net;
  bool complete = true;  // false: an expected channel is missing, the energy is a lower bound
  Seconds duration() const { return end - begin; }
};

enum class RunStatus { done, failed, skipped };

struct Run {
  std::string id;  // "<experiment>/<order>"
  std::string experiment;
  std::string point;       // PlanPoint::id
  std::int64_t order = 0;  // 0, 1, ... as executed
  std::int64_t block = 0;  // each block holds one repetition of every point
  RunStatus status = RunStatus::done;
  std::optional<Error> failure;
  OutputCheck output_check;
  WorkloadInfo workload;
  std::vector<Phase> preparation;      // of the worker that did the run; runs that share a worker share it
  std::optional<RepetitionPlan> plan;  // empty where the model could not be prepared
  Seconds took;                        // in all: preparation where it was needed, warm-up, window
  Seconds elapsed;                     // spent on the experiment until the run ended
  Seconds warm_up;
  bool stationary = false;
  std::vector<Window> windows;
  OwnCost own_cost;
  std::vector<Warning> warnings;
  Samples samples;
};

}  // namespace wattlens::record
