#include <fmt/format.h>

#include "serving/server_config.h"

namespace wattlens::serving {
namespace {

constexpr std::string_view kServer = "OpenVINO Model Server";

}  // namespace

Result<ServerConfig> openvino_server_config(const Policy& policy, const ModelFacts& model) {
  WATTLENS_CHECK(check_model(model));
  if (model.engine != ServedBy::openvino) {
    return fail(ErrorKind::usage, fmt::format("{} does not run {} on LibTorch", kServer, model.name),
                "measure it on OpenVINO, or export for Triton or TorchServe");
  }
  ServerConfig config{.file = "config.json"};
  const char* const device = model.gpu ? "GPU" : "CPU";
  std::string target = device;
  std::string batching;
  if (policy.most > 1) {
    const auto timeout = as_timeout(policy);
    if (!timeout) {
      const bool delays = policy.max_delay.value > 0.0;
      return not_expressible(policy, kServer, "it only fills one batch size, for a bounded time",
                             {.kind = PolicyKind::timeout,
                              .most = policy.most,
                              .max_delay = delays ? policy.max_delay : base::milliseconds(50)});
    }
    target = fmt::format("BATCH:{}({})", device, policy.most);
    batching = fmt::format("\"AUTO_BATCH_TIMEOUT\": {}, ", whole_milliseconds(policy, config.differences));
    config.differences.emplace_back(
        "Once the time-out is over, OpenVINO runs the requests that are there one by one, not as a smaller batch: "
        "partial batches cost more than simulated.");
    config.differences.emplace_back(
        "The time-out is counted by OpenVINO's batching thread, not from the coming of the oldest request.");
  }
  // As many inference requests as a batch has: with more, they are shared out among batches that fill apart.
  config.text = fmt::format(
      "{{\n"
      "  \"model_config_list\": [\n"
      "    {{\n"
      "      \"config\": {{\n"
      "        \"name\": \"{0}\",\n"
      "        \"base_path\": \"/models/{0}\",\n"
      "        \"batch_size\": \"1\",\n"
      "        \"nireq\": {1},\n"
      "        \"target_device\": \"{2}\",\n"
      "        \"plugin_config\": {{ {3}\"NUM_STREAMS\": \"1\" }}\n"
      "      }}\n"
      "    }}\n"
      "  ]\n"
      "}}\n",
      model.name, policy.most, target, batching);
  return config;
}

}  // namespace wattlens::serving
