// What is to be measured: axes whose combinations are the plan points, and how carefully.
//
// Made from flags or from a TOML file (plan_file.h). Plain values.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"
#include "record/run.h"

namespace wattlens::experiment {

struct Axes {
  std::vector<std::string> models;
  std::vector<std::string> engines = {"openvino"};
  std::vector<std::string> devices = {"cpu"};
  std::vector<std::string> precisions = {"f32"};  // "auto" must be resolved before the points are made
  std::vector<std::string> hints = {"latency"};
  std::vector<std::int64_t> batches = {1};
  std::vector<std::int64_t> image_sizes;                // empty: each model's own
  std::vector<std::int64_t> threads = {0};              // 0: the engine chooses
  std::map<std::string, std::int64_t> own_image_sizes;  // of models; those without an entry have the usual one
  std::vector<std::string> preprocess;  // of real images: kPreprocess; empty: they are outside the window, if any
  std::vector<std::string> settings;    // of the machine, each of PlanPoint's kind; "": as it is; empty: that alone
  // Of points that serve requests (docs/serving.md): then there are no batches but those that the policies make.
  std::vector<std::string> arrivals;
  std::vector<std::string> policies;
  std::int64_t requests = 0;      // in each window
  std::vector<std::string> only;  // ids: these of the points, in this order; empty: all
};

inline constexpr std::int64_t kUsualImageSize = 224;

struct Effort {
  std::optional<base::Seconds> budget;      // for everything after the plan is read
  bool quick = false;                       // 5 repetitions are enough, windows of 1 s
  std::optional<base::Seconds> window;      // empty: 2 s; 1 s when quick; less where a budget asks for it
  std::optional<std::int64_t> batches;      // that a window holds at least; empty: kBatchesPerWindow
  base::Seconds warm_up_limit{10.0};        // of one repetition
  base::Seconds idle{1.0};                  // length of each idle baseline
  base::Seconds point_limit{300.0};         // time for one point over all its repetitions
  double target = 0.02;                     // relative half-width of the 95 % interval at which a point is done
  std::optional<std::int64_t> repetitions;  // exactly so many, whatever the width
  base::Hertz rate{100.0};                  // of the sampler
  bool planned_looks = false;               // of a comparison: it may have stopped at one of them, each at 98.5 %
  bool repeat_disturbed = true;             // a window that a neighbour disturbed is measured once more
};

// Real images as input, as they were when the experiment began. Plain facts: this folder opens none.
struct PlanImages {
  std::string path;            // as the user gave it
  std::string name{};          // of the folder or the file
  std::int64_t count = 0;      // of images
  std::string fingerprint{};   // of their names and sizes; empty: they were not opened yet
  std::optional<bool> labels;  // how often the model is right is counted; empty, before: where they are labelled
  bool skip_broken = false;
};

struct Plan {
  std::string title;
  Axes axes;
  Effort effort;
  std::optional<PlanImages> images;  // empty: seeded numbers
  std::uint64_t seed = 0;  // of the order; weights and inputs have seed 0 always, so that outputs can be checked
};

// What an axis may hold. The engine may refuse more: memory is found out by trying.
inline constexpr std::int64_t kLowestBatch = 1, kHighestBatch = 65536;
inline constexpr std::int64_t kLowestImageSize = 1, kHighestImageSize = 8192;
inline constexpr std::int64_t kHighestThreads = 4096;

inline constexpr std::array<std::string_view, 3> kPreprocess = {"outside", "inside", "alone"};

// Whole batches that a window should hold.
inline constexpr std::int64_t kBatchesPerWindow = 5;

// Refuses empty axes, unknown words and contradictions. Whether a model or an engine exists is not known here.
Result<void> check(const Plan& plan);

// Every combination, models outermost; or those that `only` names. `check` has passed.
std::vector<record::PlanPoint> plan_points(const Axes& axes);

// "resnet50/openvino/cpu/bf16/latency/b8/224px/t2": unique within a plan, the same in every experiment.
std::string point_id(const record::PlanPoint& point);

base::Json to_json(const Plan& plan);  // schema "wattlens.plan/1"
Result<Plan> plan_from_json(const base::Json& json);

}  // namespace wattlens::experiment
