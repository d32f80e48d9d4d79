#include "serving/service_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "serving/policy.h"

namespace wattlens::serving {
namespace {

constexpr double kLeastFactor = 0.01;  // what a drawn uncertainty leaves of a value at least

Result<void> check(const ServiceModel& model) {
  if (model.points.empty() || model.points.front().batch != 1) {
    return fail(ErrorKind::usage, "service times: batch 1 was not measured", "measure batch 1 and the largest batch");
  }
  std::int64_t last = 0;
  for (const ServicePoint& point : model.points) {
    if (point.batch <= last || point.batch > kMostBatch) {
      return fail(ErrorKind::usage, fmt::format("service times: batch {} comes after batch {}", point.batch, last),
                  fmt::format("give each batch size up to {} once, in ascending order", kMostBatch));
    }
    last = point.batch;
    const bool usable = std::isfinite(point.time.value) && point.time.value >= 1e-9 && point.time.value < 1e6 &&
                        std::isfinite(point.energy.value) && point.energy.value >= 0.0 &&
                        point.time_uncertainty >= 0.0 && point.energy_uncertainty >= 0.0;
    if (usable) continue;
    return fail(
        ErrorKind::usage,
        fmt::format("service times: batch {} takes {} s and {} J", point.batch, point.time.value, point.energy.value),
        "measure it again");
  }
  const bool noise = std::ranges::all_of(model.noise, [](double factor) { return factor > 0.0 && factor < 1e6; });
  if (noise && model.idle.value >= 0.0 && std::isfinite(model.idle.value)) return {};
  return fail(ErrorKind::usage, "service times: the idle power is negative, or a relative batch time is not positive",
              "measure them again");
}

}  // namespace

Result<ServiceTable> ServiceTable::build(const ServiceModel& model) {
  WATTLENS_CHECK(check(model));
  ServiceTable table;
  const auto most = static_cast<std::size_t>(model.points.back().batch);
  table.time_ns_.resize(most + 1);
  table.energy_j_.resize(most + 1);
  table.noise_ = model.noise;
  table.idle_ = model.idle;
  const ServicePoint* below = &model.points.front();
  for (const ServicePoint& above : model.points) {
    for (std::int64_t batch = below->batch; batch <= above.batch; ++batch) {
      const std::int64_t span = above.batch - below->batch;
      const double share = span == 0 ? 1.0 : static_cast<double>(batch - below->batch) / static_cast<double>(span);
      const auto at = static_cast<std::size_t>(batch);
      table.time_ns_[at] = 1e9 * std::lerp(below->time.value, above.time.value, share);
      table.energy_j_[at] = std::lerp(below->energy.value, above.energy.value, share);
    }
    below = &above;
  }
  return table;
}

Result<ServiceTable> ServiceTable::draw(const ServiceModel& model, base::Random& random) {
  ServiceModel drawn = model;
  for (ServicePoint& point : drawn.points) {
    point.time = point.time * std::max(kLeastFactor, 1.0 + point.time_uncertainty * random.normal());
    point.energy = point.energy * std::max(kLeastFactor, 1.0 + point.energy_uncertainty * random.normal());
  }
  return build(drawn);
}

}  // namespace wattlens::serving
