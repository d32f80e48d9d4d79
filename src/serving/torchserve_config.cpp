#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "base/duration.h"
#include "serving/server_config.h"

namespace wattlens::serving {
namespace {

// Its own 100 are fewer than a burst, and it refuses what comes on top; a policy answers all.
constexpr int kQueue = 65536;

struct Batching {
  std::int64_t size = 1;
  std::int64_t delay_ms = 1;
  std::vector<std::string> differences;
};

// What pollBatch() of TorchServe's Model.java does: a free worker takes the oldest request, then waits for more until
// batchSize are there or maxBatchDelay is over.
Result<Batching> batching_of(const Policy& policy) {
  Batching batching{.size = policy.most};
  if (policy.most == 1) return batching;
  if (policy.kind == PolicyKind::greedy) {
    batching.differences.emplace_back(
        "A worker that finds less than a full batch waits 1 ms for more, the shortest delay that TorchServe has.");
    return batching;
  }
  const auto timeout = as_timeout(policy);
  if (timeout) {
    batching.delay_ms = whole_milliseconds(policy, batching.differences);
    batching.differences.emplace_back(
        "The delay begins when a free worker takes the oldest request, not when that request came: behind a busy "
        "worker requests wait longer than simulated.");
    return batching;
  }
  const bool fixed = policy.kind == PolicyKind::fixed;
  const base::Seconds delay = policy.max_delay.value > 0.0 ? policy.max_delay : base::milliseconds(fixed ? 50 : 1);
  return not_expressible(policy, "TorchServe",
                         fixed ? "it waits for a bounded time only" : "it knows no preferred batch sizes",
                         {.kind = PolicyKind::timeout, .most = policy.most, .max_delay = delay});
}

}  // namespace

Result<ServerConfig> torchserve_config(const Policy& policy, const ModelFacts& model) {
  WATTLENS_CHECK(check_model(model));
  WATTLENS_TRY(Batching batching, batching_of(policy));
  ServerConfig config{.file = "model-config.yaml"};
  config.text = fmt::format("# The batching policy {} for {}, by wattlens.\n", to_text(policy), model.name);
  for (const std::string& difference : batching.differences) config.text += fmt::format("# {}\n", difference);
  config.text += fmt::format(
      "minWorkers: 1\nmaxWorkers: 1\nbatchSize: {}\nmaxBatchDelay: {}\njobQueueSize: {}\ndeviceType: \"{}\"\n",
      batching.size, batching.delay_ms, kQueue, model.gpu ? "gpu" : "cpu");
  config.differences = std::move(batching.differences);
  return config;
}

}  // namespace wattlens::serving
