#include "cli/policy_export.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string_view>
#include <system_error>

#include "base/text.h"
#include "network/onnx_signature.h"
#include "record/arrivals_name.h"
#include "record/model_name.h"
#include "serving/server_config.h"

namespace wattlens::cli {
namespace {

struct Server {
  std::string_view name;
  std::string_view folder;
  Result<serving::ServerConfig> (*config)(const serving::Policy&, const serving::ModelFacts&);
};

constexpr Server kServers[] = {{"Triton", "triton", serving::triton_config},
                               {"TorchServe", "torchserve", serving::torchserve_config},
                               {"OpenVINO Model Server", "openvino", serving::openvino_server_config}};

// Letters, digits and '-': a name that every server and file system takes.
std::string plain(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    name += kept ? c : '-';
  }
  return name;
}

// The tensors of an ONNX file; empty where a shape is open beyond the batch.
std::optional<std::vector<serving::TensorFacts>> tensors_of(std::span<const network::TensorSignature> signatures) {
  std::vector<serving::TensorFacts> tensors;
  for (const network::TensorSignature& one : signatures) {
    if (!one.shape || one.shape->empty()) return std::nullopt;
    serving::TensorFacts tensor{one.name, one.type, {one.shape->begin() + 1, one.shape->end()}};
    if (std::ranges::any_of(tensor.shape, [](std::int64_t size) { return size < 1; })) return std::nullopt;
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// Tensors are those of `wattlens network export`, or of the ONNX file itself; those of other files are guessed.
serving::ModelFacts facts_of(const record::PolicyChoice& choice, const std::string& engine) {
  const record::ModelName model = record::parse_model_name(choice.model);
  const bool torch = engine == "libtorch";
  const std::string name = plain(model.network.empty() ? base::Path(model.file).stem().string() : model.network);
  const record::PointSummary& measured = choice.measured->point;
  const auto& info = measured.workload;
  std::vector<std::int64_t> image = {3, measured.point.image_size, measured.point.image_size};
  if (info.input_shape.size() == 4) image.assign(info.input_shape.begin() + 1, info.input_shape.end());
  serving::ModelFacts facts{.name = name,
                            .engine = torch ? serving::ServedBy::libtorch : serving::ServedBy::openvino,
                            .file = name + (torch ? ".pt" : ".onnx"),
                            .gpu = measured.point.device != "cpu",
                            .inputs = {{"input", "f32", std::move(image)}},
                            .outputs = {{"logits", "f32", {1000}}}};
  if (!model.network.empty()) return facts;
  facts.guessed = true;
  const auto signature = network::read_onnx_signature(model.file);
  if (!signature) return facts;
  auto inputs = tensors_of(signature->inputs);
  auto outputs = tensors_of(signature->outputs);
  if (!inputs || !outputs) return facts;
  facts.inputs = *std::move(inputs);
  facts.outputs = *std::move(outputs);
  facts.guessed = false;
  return facts;
}

Result<void> write_config(const Server& server, const serving::Policy& policy, const serving::ModelFacts& model,
                          const base::Path& folder) {
  const auto config = server.config(policy, model);
  if (!config) {
    fmt::print(stderr, "not written for {}: {}\n  {}\n", server.name, config.error().message, config.error().hint);
    return {};
  }
  const base::Path place = folder / server.folder;
  std::error_code error;
  std::filesystem::create_directories(place, error);
  if (error) {
    return fail(ErrorKind::io, fmt::format("cannot make {}: {}", place.string(), error.message()),
                "choose a folder that can be written");
  }
  WATTLENS_CHECK(base::write_text(place / config->file, config->text));
  fmt::print(stderr, "Wrote {}\n", (place / config->file).string());
  for (const std::string& difference : config->differences) fmt::print(stderr, "  {}\n", difference);
  return {};
}

}  // namespace

Result<void> export_policies(std::span<const record::PolicyChoice> choices, const std::string& engine,
                             const base::Path& folder) {
  for (const record::PolicyChoice& choice : choices) {
    if (!choice.measured) continue;
    if (!choice.measured->meets) {
      fmt::print(stderr, "not written for {}: measured, {} does not keep {}\n", choice.model,
                 choice.ranked.front().policy, base::join(choice.limits, ", "));
      continue;
    }
    WATTLENS_TRY(const auto policy, serving::parse_policy(choice.ranked.front().policy));
    const serving::ModelFacts model = facts_of(choice, engine);
    for (const Server& server : kServers) {
      WATTLENS_CHECK(
          write_config(server, policy, model,
                       folder / fmt::format("{} {}", model.name, plain(record::arrivals_name(choice.arrivals)))));
    }
  }
  return {};
}

}  // namespace wattlens::cli
