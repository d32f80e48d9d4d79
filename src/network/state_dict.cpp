#include "network/state_dict.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <new>

#include "base/text.h"

namespace wattlens::network {
namespace {

using ByName = std::map<std::string_view, const SavedTensor*>;

constexpr std::size_t kNamesListed = 8;

std::string listed(std::vector<std::string> names) {
  const std::size_t count = names.size();
  names.resize(std::min(count, kNamesListed));
  const std::string text = base::join(names, ", ");
  return count > kNamesListed ? fmt::format("{} and {} more", text, count - kNamesListed) : text;
}

// PyTorch's count of batches in training: nothing that inference needs.
bool is_ignored(std::string_view name) { return name.ends_with("num_batches_tracked"); }

std::string hint_for_names(const Graph& graph, const ByName& saved) {
  const std::string& known = graph.parameters.front().name;
  for (const auto& [name, tensor] : saved) {
    if (name.size() > known.size() && name.ends_with(known)) {
      return fmt::format("the names begin with \"{}\": take that off, or save the state dict of the network itself",
                         name.substr(0, name.size() - known.size()));
    }
  }
  return fmt::format("give a state dict of torchvision's {0}; `wattlens network show {0}` lists its names", graph.name);
}

Result<void> check_names(const Graph& graph, const ByName& saved, std::string_view what) {
  std::vector<std::string> missing;
  for (const Parameter& parameter : graph.parameters) {
    if (!saved.contains(parameter.name)) missing.push_back(parameter.name);
  }
  std::vector<std::string> wanted;
  wanted.reserve(graph.parameters.size());
  for (const Parameter& parameter : graph.parameters) wanted.push_back(parameter.name);
  std::ranges::sort(wanted);
  std::vector<std::string> extra;
  for (const auto& [name, tensor] : saved) {
    if (!is_ignored(name) && !std::ranges::binary_search(wanted, name)) extra.emplace_back(name);
  }
  if (missing.empty() && extra.empty()) return {};
  std::vector<std::string> parts;
  if (!missing.empty()) parts.push_back(fmt::format("{} missing ({})", missing.size(), listed(missing)));
  if (!extra.empty()) parts.push_back(fmt::format("{} unknown ({})", extra.size(), listed(extra)));
  return fail(ErrorKind::usage, fmt::format("{} does not fit {}: {}", what, graph.name, base::join(parts, "; ")),
              hint_for_names(graph, saved));
}

Result<void> check_shape(const Graph& graph, const Parameter& parameter, const SavedTensor& tensor,
                         std::string_view what) {
  if (tensor.shape == parameter.shape) return {};
  std::string hint = fmt::format("give a state dict of torchvision's {}", graph.name);
  const bool same_but_first = !tensor.shape.empty() && tensor.shape.size() == parameter.shape.size() &&
                              std::equal(tensor.shape.begin() + 1, tensor.shape.end(), parameter.shape.begin() + 1);
  if (same_but_first && parameter.shape.front() == graph.classes) {
    hint = fmt::format("the state dict is for {} classes: ask for as many", tensor.shape.front());
  } else if (parameter.kind == ParameterKind::position) {
    hint = "the state dict is for another image size: ask for that size";
  }
  return fail(ErrorKind::usage,
              fmt::format("{}: {} is {}, {} needs {}", what, parameter.name, to_string(tensor.shape), graph.name,
                          to_string(parameter.shape)),
              std::move(hint));
}

float from_half(std::uint16_t bits) {
  const auto exponent = static_cast<std::uint32_t>((bits >> 10) & 0x1F);
  const auto fraction = static_cast<std::uint32_t>(bits & 0x3FF);
  const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16;
  if (exponent == 0) {  // zero and subnormals: fraction x 2^-24
    const float value = static_cast<float>(fraction) * 0x1.0p-24F;
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 0x1F ? 0xFFU : exponent + 112;
  return std::bit_cast<float>(sign | wide << 23 | fraction << 13);
}

float from_bfloat(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }

bool is_direct(const SavedTensor& tensor) {
  return tensor.type == "F32" && reinterpret_cast<std::uintptr_t>(tensor.bytes.data()) % alignof(float) == 0;
}

void convert(const SavedTensor& tensor, std::span<float> out) {
  if (tensor.type == "F32") {
    if (!out.empty()) std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
    return;
  }
  float (*const one)(std::uint16_t) = tensor.type == "F16" ? from_half : from_bfloat;
  const std::byte* from = tensor.bytes.data();
  for (float& value : out) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from, sizeof bits);
    from += sizeof bits;
    value = one(bits);
  }
}

Result<void> check_values(const Parameter& parameter, std::span<const float> values, std::string_view what) {
  constexpr std::uint32_t kExponent = 0x7F800000;
  bool finite = true;
  for (const float value : values) finite &= (std::bit_cast<std::uint32_t>(value) & kExponent) != kExponent;
  const bool negative = parameter.kind == ParameterKind::running_var &&
                        std::ranges::any_of(values, [](float value) { return value < 0.0F; });
  if (finite && !negative) return {};
  return fail(ErrorKind::usage,
              fmt::format("{}: {} holds {}", what, parameter.name,
                          finite ? "a negative variance" : "a value that is not a number or infinite"),
              "the training that made the file failed; give another one");
}

// What the loaded weights keep alive.
struct Storage {
  std::shared_ptr<const base::MappedFile> file;
  std::unique_ptr<float[]> converted;
};

}  // namespace

Result<Weights> weights_from(const Graph& graph, const Safetensors& saved, std::string_view what) {
  ByName by_name;
  for (const SavedTensor& tensor : saved.tensors) by_name.emplace(tensor.name, &tensor);
  WATTLENS_CHECK(check_names(graph, by_name, what));
  std::size_t to_convert = 0;
  for (const Parameter& parameter : graph.parameters) {
    const SavedTensor& tensor = *by_name.at(parameter.name);
    WATTLENS_CHECK(check_shape(graph, parameter, tensor, what));
    if (tensor.type != "F32" && tensor.type != "F16" && tensor.type != "BF16") {
      return fail(ErrorKind::usage, fmt::format("{}: {} is of type {}", what, parameter.name, tensor.type),
                  "save the weights as float32 (tools/to_safetensors.py), float16 or bfloat16");
    }
    if (!is_direct(tensor)) to_convert += static_cast<std::size_t>(element_count(parameter.shape));
  }
  auto storage = std::make_shared<Storage>();
  storage->file = saved.file;
  storage->converted.reset(new (std::nothrow) float[to_convert]);
  if (!storage->converted) {
    return fail(ErrorKind::run_failed, fmt::format("no memory for the weights of {}", what),
                "convert the file to float32: it is then used where it lies");
  }
  std::span<float> room(storage->converted.get(), to_convert);
  Weights weights;
  for (const Parameter& parameter : graph.parameters) {
    const SavedTensor& tensor = *by_name.at(parameter.name);
    const auto count = static_cast<std::size_t>(element_count(parameter.shape));
    std::span<const float> values;
    if (is_direct(tensor)) {
      values = {reinterpret_cast<const float*>(tensor.bytes.data()), count};
    } else {
      convert(tensor, room.first(count));
      values = room.first(count);
      room = room.subspan(count);
    }
    WATTLENS_CHECK(check_values(parameter, values, what));
    weights.tensors.push_back(values);
  }
  weights.storage = std::move(storage);
  return weights;
}

Result<Weights> load_weights(const Graph& graph, const base::Path& path) {
  WATTLENS_TRY(const Safetensors saved, read_safetensors(path));
  return weights_from(graph, saved, path.string());
}

Result<void> save_weights(const base::Path& path, const Graph& graph, const Weights& weights) {
  std::vector<NamedTensor> tensors;
  tensors.reserve(graph.parameters.size());
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    tensors.push_back({graph.parameters[i].name, graph.parameters[i].shape, weights.tensors[i]});
  }
  return write_safetensors(path, tensors);
}

}  // namespace wattlens::network
