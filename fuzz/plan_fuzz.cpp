// A plan file is refused, or read and checked; its points have different names.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "experiment/plan.h"
#include "experiment/plan_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlens::experiment;
  const auto plan = parse_plan({reinterpret_cast<const char*>(data), size}, "input.toml");
  if (!plan || !check(*plan)) return 0;
  const Axes& axes = plan->axes;
  const std::size_t sizes = std::max<std::size_t>(1, axes.image_sizes.size());  // none: one of each model's own
  const auto at_least_one = [](const auto& axis) { return std::max<std::size_t>(1, axis.size()); };
  const std::size_t points = at_least_one(axes.preprocess) * at_least_one(axes.settings) * axes.models.size() *
                             axes.engines.size() * axes.devices.size() * axes.precisions.size() * axes.hints.size() *
                             axes.batches.size() * sizes * axes.threads.size();
  if (points > 10'000) return 0;
  std::set<std::string> ids;
  for (const auto& point : plan_points(axes)) ids.insert(point_id(point));
  if (ids.size() != points) std::abort();
  return 0;
}
