#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/duration.h"
#include "serving/server_config.h"

namespace wattlens::serving {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kTypes = {{{"f32", "TYPE_FP32"},
                                                                                  {"f16", "TYPE_FP16"},
                                                                                  {"bf16", "TYPE_BF16"},
                                                                                  {"u8", "TYPE_UINT8"},
                                                                                  {"i32", "TYPE_INT32"},
                                                                                  {"i64", "TYPE_INT64"}}};

// "input [\n  {...}\n]\n". LibTorch's backend knows tensors by their place: INPUT__0.
Result<std::string> tensors_text(std::string_view field, const std::vector<TensorFacts>& tensors, bool by_place) {
  std::string text = fmt::format("{} [\n", field);
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    const TensorFacts& tensor = tensors[i];
    std::string_view type;
    for (const auto& [ours, theirs] : kTypes) {
      if (ours == tensor.type) type = theirs;
    }
    const bool quotable = tensor.name.find_first_of("\"\\\n") == std::string::npos;
    if (type.empty() || !quotable || tensor.shape.empty()) {
      return fail(ErrorKind::usage,
                  fmt::format("the {} '{}' ({}) cannot be written for Triton", field, tensor.name, tensor.type),
                  "give its name, its shape and a type of f32, f16, bf16, u8, i32, i64");
    }
    const std::string name = by_place ? fmt::format("{}__{}", field == "input" ? "INPUT" : "OUTPUT", i) : tensor.name;
    text += fmt::format("  {{\n    name: \"{}\"\n    data_type: {}\n    dims: [ {} ]\n  }}{}\n", name, type,
                        fmt::join(tensor.shape, ", "), i + 1 < tensors.size() ? "," : "");
  }
  return text + "]\n";
}

// The scheduler's part. Greedy is Triton's default: without preferred sizes the largest batch is the preferred one
// (NormalizeModelConfig in triton-inference-server/core, src/model_config_utils.cc), and without a delay it waits for
// nothing.
std::string batching_text(const Policy& policy) {
  if (policy.most == 1) return "";
  if (policy.kind == PolicyKind::greedy) return "dynamic_batching { }\n";
  std::vector<std::int64_t> preferred = policy.preferred;
  if (policy.kind == PolicyKind::timeout) preferred = {policy.most};
  std::string text = fmt::format("dynamic_batching {{\n  preferred_batch_size: [ {} ]\n", fmt::join(preferred, ", "));
  if (const std::int64_t delay_ns = base::nanoseconds(policy.max_delay); delay_ns > 0) {
    text += fmt::format("  max_queue_delay_microseconds: {}\n", std::max<std::int64_t>(1, (delay_ns + 500) / 1000));
  }
  return text + "}\n";
}

}  // namespace

Result<ServerConfig> triton_config(const Policy& policy, const ModelFacts& model) {
  WATTLENS_CHECK(check_model(model));
  if (policy.kind == PolicyKind::fixed && policy.most > 1) {
    return not_expressible(policy, "Triton", "its dynamic batcher waits for a bounded time only",
                           {.kind = PolicyKind::timeout, .most = policy.most, .max_delay = base::milliseconds(50)});
  }
  ServerConfig config{.file = "config.pbtxt"};
  if (const std::int64_t ns = base::nanoseconds(policy.max_delay); ns % 1000 != 0) {
    config.differences.push_back(
        fmt::format("The delay of {} is rounded to whole microseconds.", base::duration_text(policy.max_delay)));
  }
  if (model.guessed) {
    config.differences.emplace_back("Names, types and shapes of the tensors are guessed: put in those of the model.");
  }
  const bool torch = model.engine == ServedBy::libtorch;
  WATTLENS_TRY(const std::string inputs, tensors_text("input", model.inputs, torch));
  WATTLENS_TRY(const std::string outputs, tensors_text("output", model.outputs, torch));
  config.text = fmt::format("# The batching policy {}, by wattlens.\n", to_text(policy));
  for (const std::string& difference : config.differences) config.text += fmt::format("# {}\n", difference);
  config.text += fmt::format("name: \"{}\"\nbackend: \"{}\"\ndefault_model_filename: \"{}\"\nmax_batch_size: {}\n",
                             model.name, torch ? "pytorch" : "openvino", model.file, policy.most);
  config.text += inputs + outputs + batching_text(policy);
  config.text +=
      fmt::format("instance_group [\n  {{\n    count: 1\n    kind: {}\n  }}\n]\n", model.gpu ? "KIND_GPU" : "KIND_CPU");
  return config;
}

}  // namespace wattlens::serving
