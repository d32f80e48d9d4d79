#include "cli/run_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "base/text.h"
#include "cli/engines.h"
#include "cli/image_input.h"
#include "experiment/axis.h"
#include "experiment/plan_file.h"
#include "network/cost.h"
#include "network/zoo.h"
#include "record/model_name.h"

namespace wattlens::cli {
namespace {

using experiment::Axes;
using experiment::Effort;
using experiment::Plan;

Result<void> set_words(const std::optional<std::string>& flag, std::string_view name, std::vector<std::string>& axis) {
  if (!flag) return {};
  WATTLENS_TRY(axis, experiment::parse_word_axis(*flag, name));
  return {};
}

Result<void> set_integers(const std::optional<std::string>& flag, std::string_view name, std::int64_t lowest,
                          std::int64_t highest, std::vector<std::int64_t>& axis) {
  if (!flag) return {};
  WATTLENS_TRY(axis, experiment::parse_integer_axis(*flag, name, lowest, highest));
  return {};
}

template <class Field>
Result<void> set_duration(const std::optional<std::string>& flag, std::string_view name, Field& field) {
  if (!flag) return {};
  WATTLENS_TRY(field, experiment::parse_duration(*flag, name));
  return {};
}

Result<void> set_axes(const RunOptions& options, Axes& axes) {
  WATTLENS_CHECK(set_words(options.models, "--model", axes.models));
  WATTLENS_CHECK(set_words(options.engines, "--engine", axes.engines));
  WATTLENS_CHECK(set_words(options.devices, "--device", axes.devices));
  WATTLENS_CHECK(set_words(options.precisions, "--precision", axes.precisions));
  WATTLENS_CHECK(set_words(options.hints, "--hint", axes.hints));
  WATTLENS_CHECK(set_words(options.images.preprocess, "--preprocess", axes.preprocess));
  WATTLENS_CHECK(
      set_integers(options.batches, "--batch", experiment::kLowestBatch, experiment::kHighestBatch, axes.batches));
  WATTLENS_CHECK(set_integers(options.image_sizes, "--image-size", experiment::kLowestImageSize,
                              experiment::kHighestImageSize, axes.image_sizes));
  if (!options.settings.varied.empty()) {
    WATTLENS_TRY(axes.settings, experiment::parse_settings_axis(options.settings.varied));
  }
  return set_integers(options.threads, "--threads", 0, experiment::kHighestThreads, axes.threads);
}

Result<void> set_effort(const RunOptions& options, Effort& effort) {
  WATTLENS_CHECK(set_duration(options.budget, "--budget", effort.budget));
  WATTLENS_CHECK(set_duration(options.window, "--window", effort.window));
  WATTLENS_CHECK(set_duration(options.warm_up_limit, "--warm-up-limit", effort.warm_up_limit));
  if (options.target) {
    WATTLENS_TRY(effort.target, experiment::parse_share(*options.target, "--target"));
  }
  if (options.repetitions) effort.repetitions = options.repetitions;
  if (options.rate_hz) effort.rate = {static_cast<double>(*options.rate_hz)};
  if (options.quick) effort.quick = true;
  return {};
}

Result<void> check_file(const base::Path& path, std::string_view hint) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed)) {
    return fail(ErrorKind::usage, fmt::format("{} is a folder", path.string()), std::string(hint));
  }
  if (!std::ifstream(path)) {
    return fail(ErrorKind::usage, fmt::format("cannot open {}", path.string()), std::string(hint));
  }
  return {};
}

Result<void> check_model(const std::string& model, std::span<const std::string> networks) {
  const record::ModelName name = record::parse_model_name(model);
  if (!name.file.empty()) {
    WATTLENS_CHECK(check_file(name.file, "give the path of an existing .onnx or .safetensors file"));
  }
  if (name.network.empty() || std::ranges::find(networks, name.network) != networks.end()) return {};
  const std::vector<std::string> nearest = base::nearest_names(name.network, networks);
  return fail(ErrorKind::usage, fmt::format("unknown model '{}'", model),
              nearest.empty() ? "see wattlens network list, or give the path of an .onnx file"
                              : fmt::format("did you mean {}? see wattlens network list", base::join(nearest, ", ")));
}

}  // namespace

Result<Plan> plan_of(const RunOptions& options, Plan plan) {
  if (options.plan_file) {
    WATTLENS_TRY(plan, experiment::read_plan(*options.plan_file));
  }
  if (options.title) plan.title = *options.title;
  if (options.seed) plan.seed = *options.seed;
  if (auto images = images_of(options.images)) plan.images = std::move(images);
  WATTLENS_CHECK(set_axes(options, plan.axes));
  WATTLENS_CHECK(set_effort(options, plan.effort));
  WATTLENS_CHECK(experiment::check(plan));
  return plan;
}

Result<void> check_names(const Axes& axes, std::span<const worker::EngineLocation> engines) {
  std::vector<std::string> networks;
  for (const network::NetworkKind& kind : network::all_networks()) networks.emplace_back(kind.name);
  for (const std::string& model : axes.models) WATTLENS_CHECK(check_model(model, networks));
  for (const std::string& engine : axes.engines) WATTLENS_CHECK(engine_named(engines, engine));
  return {};
}

Result<void> resolve_precision(Axes& axes, std::span<const worker::EngineLocation> engines, const base::Clock& clock,
                               const base::Cancellation& cancel) {
  const auto automatic = std::ranges::find(axes.precisions, "auto");
  if (automatic == axes.precisions.end()) return {};
  bool everywhere = true;
  for (const std::string& name : axes.engines) {
    WATTLENS_TRY(const worker::EngineLocation engine, engine_named(engines, name));
    WATTLENS_TRY(const worker::Hello hello, ask_engine(engine, clock, cancel));
    for (const std::string& id : axes.devices) {
      const auto device = std::ranges::find(hello.devices, id, &engine::DeviceInfo::id);
      everywhere = everywhere && device != hello.devices.end() &&
                   std::ranges::find(device->precisions, "bf16") != device->precisions.end();
    }
  }
  const std::string resolved = everywhere ? "bf16" : "f32";
  if (std::ranges::find(axes.precisions, resolved) == axes.precisions.end()) {
    *automatic = resolved;
  } else {
    axes.precisions.erase(automatic);
  }
  return {};
}

std::vector<base::Seconds> guess_batch_times(std::span<const record::PlanPoint> points,
                                             const record::MachineState& machine) {
  // Multiply-adds per second and core that engines reach on convolutions, in f32 and in bf16 where it is native.
  constexpr double kF32Rate = 2e10;
  constexpr double kBf16Rate = 6e10;
  // What a network needs apart from arithmetic.
  constexpr base::Seconds kOverhead{1e-3};
  std::vector<base::Seconds> times;
  for (const record::PlanPoint& point : points) {
    const auto name = record::parse_model_name(point.model);
    const auto graph = network::build(name.network, {.image_size = point.image_size});
    // ResNet-50 stands in for a model of unknown size.
    const double multiply_adds = graph ? static_cast<double>(network::cost(*graph).multiply_adds) : 4.1e9;
    const auto cores = static_cast<double>(
        std::max<std::int64_t>(1, point.threads > 0 ? std::min(point.threads, machine.cpu.cores) : machine.cpu.cores));
    const double rate = cores * (point.precision == "f32" ? kF32Rate : kBf16Rate);
    times.push_back(kOverhead + base::seconds(multiply_adds * static_cast<double>(point.batch) / rate));
  }
  return times;
}

}  // namespace wattlens::cli
