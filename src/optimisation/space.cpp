#include "optimisation/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace wattlens::optimisation {
namespace {

using record::PlanPoint;

bool of_libtorch(const std::string& model) { return model.ends_with(".pt") || model.ends_with(".pt2"); }

std::optional<std::string> why_not(const PlanPoint& point, std::span<const Capability> capabilities,
                                   std::int64_t most_threads) {
  if (most_threads > 0 && point.threads > most_threads) {
    return fmt::format("the machine runs {} threads at a time", most_threads);
  }
  if (point.model.ends_with(".onnx") && point.engine == "libtorch") return "libtorch reads no ONNX";
  if (of_libtorch(point.model) && point.engine != "libtorch") return point.engine + " reads no TorchScript";
  const auto device = std::ranges::find_if(capabilities, [&](const Capability& capability) {
    return capability.engine == point.engine && capability.device == point.device;
  });
  if (device == capabilities.end()) return fmt::format("{} has no device '{}'", point.engine, point.device);
  if (point.precision != "f32" && std::ranges::find(device->precisions, point.precision) == device->precisions.end()) {
    return fmt::format("{} is not native on {} with {}", point.precision, point.device, point.engine);
  }
  return std::nullopt;
}

}  // namespace

PlanPoint default_point(const experiment::Axes& axes, std::span<const Capability> capabilities) {
  experiment::Axes one;
  one.models = {axes.models.front()};
  one.devices = {axes.devices.front()};
  one.own_image_sizes = axes.own_image_sizes;
  if (!axes.image_sizes.empty()) one.image_sizes = {axes.image_sizes.front()};
  const bool installed = std::ranges::find(capabilities, "openvino", &Capability::engine) != capabilities.end();
  one.engines = {installed && axes.devices.front() == "cpu" && !of_libtorch(one.models.front()) ? "openvino"
                                                                                                : axes.engines.front()};
  return experiment::plan_points(one).front();
}

experiment::Axes axes_of(std::span<const PlanPoint> points) {
  experiment::Axes axes;
  axes.engines.clear();
  axes.devices.clear();
  axes.precisions.clear();
  axes.hints.clear();
  axes.batches.clear();
  axes.threads.clear();
  const auto add = [](auto& axis, const auto& value) {
    if (std::ranges::find(axis, value) == axis.end()) axis.push_back(value);
  };
  for (const PlanPoint& point : points) {
    add(axes.models, point.model);
    add(axes.engines, point.engine);
    add(axes.devices, point.device);
    add(axes.precisions, point.precision);
    add(axes.hints, point.hint);
    add(axes.batches, point.batch);
    add(axes.image_sizes, point.image_size);
    add(axes.threads, point.threads);
    add(axes.settings, point.settings);
    axes.only.push_back(point.id);
  }
  if (axes.settings == std::vector<std::string>{""}) axes.settings.clear();
  return axes;
}

Space make_space(const experiment::Axes& axes, std::span<const Capability> capabilities, std::int64_t most_threads) {
  Space space;
  space.base = default_point(axes, capabilities);
  for (PlanPoint& point : experiment::plan_points(axes)) {
    if (auto reason = why_not(point, capabilities, most_threads)) {
      space.left_out.push_back({std::move(point), -1, *std::move(reason)});
    } else {
      space.candidates.push_back(std::move(point));
    }
  }
  return space;
}

}  // namespace wattlens::optimisation
