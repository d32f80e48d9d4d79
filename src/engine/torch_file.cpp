#include "engine/torch_file.h"

#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>
#include <caffe2/serialize/inline_container.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/inductor/aoti_package/model_package_loader.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/csrc/jit/serialization/import.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "base/json.h"
#include "base/text.h"
#include "engine/torch_error.h"
#include "engine/torch_operators.h"

namespace wattlens::engine {
namespace {

using Shape = std::vector<std::int64_t>;

constexpr std::string_view kOneInput = "wattlens runs models with one input, a batch of images in floating point";

// The first floating-point tensor with one row per image, of all that a model gives; empty where there is none.
std::optional<at::Tensor> rows_of(const std::vector<at::Tensor>& outputs, std::int64_t batch) {
  for (const auto& output : outputs) {
    if (output.is_floating_point() && output.dim() >= 1 && output.size(0) == batch) return output;
  }
  return std::nullopt;
}

std::string describe(const std::vector<at::Tensor>& outputs) {
  std::vector<std::string> parts;
  parts.reserve(outputs.size());
  for (const auto& output : outputs)
    parts.push_back(fmt::format("{} {}", at::toString(output.scalar_type()), output.sizes().vec()));
  return parts.empty() ? "no tensor" : fmt::format("{}", fmt::join(parts, ", "));
}

// A model that gives several tensors has the logits in one of them.
class FileModel : public TorchModel {
 public:
  at::Tensor forward(const at::Tensor& images) const final {
    auto outputs = run(images);
    return outputs.size() == 1 ? std::move(outputs.front()) : rows_of(outputs, images.size(0)).value();
  }
  virtual std::vector<at::Tensor> run(const at::Tensor& images) const = 0;
};

class ScriptModel final : public FileModel {
 public:
  explicit ScriptModel(torch::jit::Module module) : module_(std::move(module)) {}

  std::vector<at::Tensor> run(const at::Tensor& images) const override {
    std::vector<at::Tensor> outputs;
    collect(module_.forward({images}), outputs);
    return outputs;
  }

 private:
  static void collect(const c10::IValue& value, std::vector<at::Tensor>& outputs) {
    if (value.isTensor()) {
      outputs.push_back(value.toTensor());
    } else if (value.isTuple()) {
      for (const auto& element : value.toTupleRef().elements()) collect(element, outputs);
    } else if (value.isTensorList()) {
      for (const at::Tensor& element : value.toTensorVector()) outputs.push_back(element);
    } else if (value.isGenericDict()) {
      for (const auto& entry : value.toGenericDict()) collect(entry.value(), outputs);
    }
  }

  mutable torch::jit::Module module_;  // forward() is not const, but changes nothing that a caller sees
};

class PackageModel final : public FileModel {
 public:
  PackageModel(const base::Path& file, std::int64_t slots, const at::Device& device)
      : loader_(std::make_unique<torch::inductor::AOTIModelPackageLoader>(
            file.string(), "model", /*run_single_threaded=*/false, static_cast<std::size_t>(slots), device.index())) {}

  std::vector<at::Tensor> run(const at::Tensor& images) const override { return loader_->run({images}); }
  torch::inductor::AOTIModelContainerRunner& runner() const { return *loader_->get_runner(); }

 private:
  std::unique_ptr<torch::inductor::AOTIModelPackageLoader> loader_;
};

Result<void> check_file(const base::Path& file, std::string_view doing) {
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return fail(ErrorKind::usage, fmt::format("{}: there is no such file", doing), "check the path");
  }
  if (!std::filesystem::is_regular_file(file, error)) {
    return fail(ErrorKind::usage, fmt::format("{}: it is no file", doing), "check the path");
  }
  if (file.extension() == ".onnx") {
    return fail(ErrorKind::usage, fmt::format("{}: LibTorch runs no ONNX files", doing),
                "use the engine openvino, or save the model with torch.jit.save");
  }
  return {};
}

enum class Kind { script, package };

// PyTorch saves many things under the same names; what lies inside the archive tells them apart.
Result<Kind> kind_of(const std::vector<std::string>& records, std::string_view doing) {
  const auto holds = [&](std::string_view part) {
    return std::ranges::any_of(records, [&](const std::string& record) { return record.starts_with(part); });
  };
  if (holds("data/aotinductor/")) return Kind::package;
  if (holds("code/") || holds("constants.pkl")) return Kind::script;
  if (holds("models/")) {
    return fail(ErrorKind::usage, fmt::format("{}: it is a program of torch.export, which only Python can run", doing),
                "compile it with torch._inductor.aoti_compile_and_package, or save the model with torch.jit.save");
  }
  return fail(ErrorKind::usage, fmt::format("{}: it holds weights or a Python object, but no program", doing),
              "save the model with torch.jit.save(torch.jit.trace(model, images), FILE); of a built-in network give "
              "NETWORK@FILE.safetensors (tools/to_safetensors.py)");
}

Result<void> check_signature(const torch::jit::Module& module, std::string_view name) {
  const auto forward = module.find_method("forward");
  if (!forward) return fail(ErrorKind::usage, fmt::format("{} has no method forward", name), std::string(kOneInput));
  std::vector<std::string> inputs;
  bool is_tensor = true;
  for (const auto& argument : forward->function().getSchema().arguments()) {
    if (argument.name() == "self" || argument.default_value()) continue;
    inputs.push_back(fmt::format("{} {}", argument.type()->str(), argument.name()));
    is_tensor = is_tensor && argument.type()->kind() == c10::TypeKind::TensorType;
  }
  if (inputs.size() != 1) {
    return fail(ErrorKind::usage,
                fmt::format("{} has {} inputs instead of one: {}", name, inputs.size(), fmt::join(inputs, ", ")),
                std::string(kOneInput));
  }
  if (!is_tensor) {
    return fail(ErrorKind::usage, fmt::format("{} takes {} instead of a tensor", name, inputs.front()),
                std::string(kOneInput));
  }
  return {};
}

void add(NamedTensors& all, const at::Tensor& tensor, std::string name) {
  if (tensor.defined() && tensor.is_floating_point()) all.emplace(tensor.unsafeGetTensorImpl(), std::move(name));
}

// A tracer writes tensors that are no attributes of a module into the program itself.
void add_constants(const torch::jit::Block& block, NamedTensors& all) {
  for (const auto* node : block.nodes()) {
    for (const auto* inner : node->blocks()) add_constants(*inner, all);
    const bool is_tensor = node->kind() == c10::prim::Constant && node->hasAttribute(c10::attr::value) &&
                           node->kindOf(c10::attr::value) == torch::jit::AttributeKind::t;
    if (is_tensor) add(all, node->t(c10::attr::value), fmt::format("constant {}", all.size()));
  }
}

// Parameters, running statistics, tables.
NamedTensors weights_of(const torch::jit::Module& module) {
  NamedTensors all;
  for (const auto& parameter : module.named_parameters()) add(all, parameter.value, parameter.name);
  for (const auto& buffer : module.named_buffers()) add(all, buffer.value, buffer.name);
  for (const auto& part : module.modules()) {
    for (const auto& method : part.get_methods()) add_constants(*method.graph()->block(), all);
  }
  return all;
}

// One batch, to see what the model takes and gives; `operators` are those that it called.
Result<void> try_out(const FileModel& model, const NamedTensors& weights, const std::string& name,
                     const Placement& placement, const Shape& input, std::vector<Operator>& operators) {
  const auto doing = fmt::format("{} cannot run a batch {}", name, input);
  return without_torch_exceptions(doing, ErrorKind::usage, [&]() -> Result<void> {
    const auto options = at::TensorOptions().dtype(placement.type).device(placement.device);
    const auto images = at::randn(input, options).contiguous(placement.format);
    const auto version = images._version();
    std::vector<at::Tensor> outputs;
    operators = record_operators(weights, [&] {
      const c10::InferenceMode inference;
      outputs = model.run(images);
    });
    if (images._version() != version) {
      return fail(ErrorKind::usage, fmt::format("{} changes its input in place: every batch would be another", name),
                  "replace the operators whose names end in _ at the beginning of the model");
    }
    if (!rows_of(outputs, input.front()) || (outputs.size() == 1 && !outputs.front().is_floating_point())) {
      return fail(ErrorKind::usage,
                  fmt::format("{} gives {} for {} images: no floating-point result of one row per image", name,
                              describe(outputs), input.front()),
                  "save the model up to its logits [batch, classes] and for any batch, or run the batch that it was "
                  "made for");
    }
    return {};
  });
}

// What to(type) of a TorchScript module does, but for whole numbers: as floating-point ones indices would be refused.
void convert_numbers(const torch::jit::Module& module, at::ScalarType type) {
  const auto convert = [type](const at::Tensor& tensor) {
    if (tensor.is_floating_point()) tensor.set_data(tensor.to(type));
  };
  for (const auto& parameter : module.parameters()) convert(parameter);
  for (const auto& buffer : module.buffers()) convert(buffer);
}

Result<TorchFile> load_script(const base::Path& file, const Placement& placement, const Shape& input,
                              std::string_view doing) {
  using Loaded = Result<torch::jit::Module>;
  WATTLENS_TRY(auto module, without_torch_exceptions(doing, ErrorKind::usage, [&]() -> Loaded {
                 auto loaded = torch::jit::load(file.string(), at::kCPU);
                 loaded.eval();
                 loaded.to(placement.device);
                 convert_numbers(loaded, placement.type);
                 return loaded;
               }));
  WATTLENS_CHECK(check_signature(module, file.string()));
  TorchFile loaded{.placement = placement, .conditions = {"execution: TorchScript, as saved"}};
  const auto weights = weights_of(module);
  auto model = std::make_shared<ScriptModel>(std::move(module));
  WATTLENS_CHECK(try_out(*model, weights, file.string(), placement, input, loaded.operators));
  loaded.model = std::move(model);
  return loaded;
}

bool processor_has(std::string_view flag) {
  const auto text = base::read_text("/proc/cpuinfo").value_or("");
  return text.contains(fmt::format(" {} ", flag)) || text.contains(fmt::format(" {}\n", flag));
}

// A package holds machine code: what it was compiled for must be what is here.
Result<void> check_package(caffe2::serialize::PyTorchStreamReader& archive, const std::vector<std::string>& records,
                           const Placement& placement, std::string_view doing) {
  const auto metadata = std::ranges::find_if(
      records, [](const std::string& record) { return record.ends_with("wrapper_metadata.json"); });
  if (metadata == records.end()) return {};
  const auto [bytes, size] = archive.getRecord(*metadata);
  WATTLENS_TRY(const auto json, base::parse_json({static_cast<const char*>(bytes.get()), size}, *metadata));
  const auto device = base::member_or<std::string>(json, "AOTI_DEVICE_KEY", "cpu").value_or("cpu");
  if (const auto here = c10::DeviceTypeName(placement.device.type(), /*lower_case=*/true); device != here) {
    return fail(ErrorKind::usage, fmt::format("{}: it was compiled for {}, not for {}", doing, device, here),
                "compile the package for the device that it is to run on");
  }
  const auto sets = base::member_or<std::string>(json, "AOTI_CPU_ISA", "").value_or("");
  for (const auto word : base::split(sets, ' ')) {
    std::string flag(word);
    std::ranges::transform(flag, flag.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (flag == "avx512") flag = "avx512f";
    if (flag == "amx") flag = "amx_tile";
    const bool is_known = flag.starts_with("avx") || flag.starts_with("amx");
    if (is_known && !processor_has(flag)) {
      return fail(ErrorKind::usage, fmt::format("{}: it was compiled for {}, which this processor lacks", doing, sets),
                  "compile the package on this machine");
    }
  }
  return {};
}

// A package computes in what it was compiled in.
Result<void> check_precision(const PackageModel& model, at::ScalarType wanted, std::string_view name) {
  for (const auto& [weight, code] : model.runner().getConstantNamesToDtypes()) {
    const auto type = static_cast<at::ScalarType>(code);
    if (!at::isFloatingType(type) || type == wanted) continue;
    return fail(ErrorKind::usage,
                fmt::format("{} was compiled in {}, not in {}", name, at::toString(type), at::toString(wanted)),
                "give the precision of the package (--precision), or compile it in another one");
  }
  return {};
}

Result<TorchFile> load_package(const base::Path& file, const Placement& placement, const Shape& input,
                               std::int64_t slots, std::string_view doing) {
  // The code in a package compares its input with the one that it was compiled for only where this is set; without it,
  // another memory format gives a wrong result in silence.
  ::setenv("AOTI_RUNTIME_CHECK_INPUTS", "1", /*overwrite=*/1);
  using Opened = Result<std::shared_ptr<PackageModel>>;
  WATTLENS_TRY(auto model, without_torch_exceptions(doing, ErrorKind::usage, [&]() -> Opened {
                 return std::make_shared<PackageModel>(file, slots, placement.device);
               }));
  WATTLENS_CHECK(check_precision(*model, placement.type, file.string()));
  TorchFile loaded{.placement = placement,
                   .conditions = {"execution: compiled package, which checks its input on every batch"}};
  std::vector<Operator> fused;
  loaded.placement.format = at::MemoryFormat::Contiguous;
  if (auto tried = try_out(*model, {}, file.string(), loaded.placement, input, fused); !tried) {
    loaded.placement.format = at::MemoryFormat::ChannelsLast;
    if (!try_out(*model, {}, file.string(), loaded.placement, input, fused)) return std::unexpected(tried.error());
  }
  loaded.model = std::move(model);
  return loaded;
}

}  // namespace

Result<TorchFile> load_torch_file(const base::Path& file, const Placement& placement, const Shape& input,
                                  std::int64_t slots) {
  const auto doing = fmt::format("cannot read the model {}", file.string());
  WATTLENS_CHECK(check_file(file, doing));
  return without_torch_exceptions(doing, ErrorKind::usage, [&]() -> Result<TorchFile> {
    caffe2::serialize::PyTorchStreamReader archive(file.string());
    const auto records = archive.getAllRecords();
    WATTLENS_TRY(const auto kind, kind_of(records, doing));
    if (kind == Kind::script) return load_script(file, placement, input, doing);
    WATTLENS_CHECK(check_package(archive, records, placement, doing));
    return load_package(file, placement, input, slots, doing);
  });
}

}  // namespace wattlens::engine
