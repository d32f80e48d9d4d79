#include "cli/image_sizes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "network/onnx_signature.h"
#include "record/model_name.h"
#include "workload/inference.h"
#include "workload/reference_outputs.h"

namespace wattlens::cli {
namespace {

std::unexpected<Error> size_is_open(const base::Path& file, std::string_view why) {
  return fail(ErrorKind::usage, fmt::format("{} {}", file.string(), why), "give the size with --image-size");
}

// What the export tool wrote beside the file; empty where there is nothing of use.
std::optional<std::int64_t> size_of_reference(const base::Path& file) {
  const auto text = base::read_text(workload::reference_file_of(file));
  if (!text) return std::nullopt;
  const auto references = workload::parse_references(*text);
  return references ? std::optional(references->front().image_size) : std::nullopt;
}

Result<std::int64_t> size_of_other_file(const base::Path& file, std::span<const std::int64_t> asked) {
  if (!asked.empty()) return asked.front();
  if (const auto size = size_of_reference(file)) return *size;
  return size_is_open(file, "does not tell the size of its images, and no .reference.json lies beside it");
}

Result<std::int64_t> size_of_onnx(const base::Path& file, const network::OnnxSignature& signature,
                                  std::span<const std::int64_t> asked) {
  WATTLENS_TRY(const network::ImageInput input, network::image_input_of(file.string(), signature.inputs));
  if (!input.image_size) {
    return asked.empty()
               ? size_is_open(file, fmt::format("takes images of any size: {}", network::to_string(signature.inputs)))
               : Result<std::int64_t>(asked.front());
  }
  const auto other = std::ranges::find_if(asked, [&](std::int64_t size) { return size != *input.image_size; });
  if (other == asked.end()) return *input.image_size;
  return fail(
      ErrorKind::usage,
      fmt::format("{} is made for images of {} px and cannot run {} px", file.string(), *input.image_size, *other),
      fmt::format("leave --image-size out, give {}, or export the model with another size", *input.image_size));
}

}  // namespace

Result<std::int64_t> image_size_of(const base::Path& file, std::span<const std::int64_t> asked) {
  if (file.extension() != ".onnx") return size_of_other_file(file, asked);
  const auto signature = network::read_onnx_signature(file);
  if (signature) return size_of_onnx(file, *signature, asked);
  return asked.empty() ? experiment::kUsualImageSize : asked.front();
}

Result<void> resolve_image_sizes(experiment::Axes& axes) {
  std::set<std::int64_t> sizes;
  for (const std::string& model : axes.models) {
    const record::ModelName name = record::parse_model_name(model);
    std::int64_t size = experiment::kUsualImageSize;
    if (name.network.empty()) {
      WATTLENS_TRY(size, image_size_of(name.file, axes.image_sizes));
    }
    sizes.insert(size);
    if (axes.image_sizes.empty()) axes.own_image_sizes[model] = size;
  }
  if (!axes.image_sizes.empty() || sizes.size() > 1) return {};
  axes.image_sizes.assign(sizes.begin(), sizes.end());
  axes.own_image_sizes.clear();
  return {};
}

}  // namespace wattlens::cli
