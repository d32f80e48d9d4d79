#include "engine/openvino_model.h"

#include <fmt/format.h>

#include <openvino/core/graph_util.hpp>
#include <openvino/core/preprocess/pre_post_process.hpp>
#include <openvino/frontend/manager.hpp>
#include <openvino/op/constant.hpp>
#include <openvino/openvino.hpp>

#include <spanstream>
#include <utility>

#include "engine/openvino_error.h"
#include "engine/openvino_signature.h"
#include "network/onnx.h"
#include "network/state_dict.h"
#include "network/weights.h"
#include "network/zoo.h"

namespace wattlens::engine {
namespace {

using ModelPointer = std::shared_ptr<ov::Model>;

std::string shape_text(const ov::PartialShape& shape) {
  if (shape.rank().is_dynamic()) return "[any number of dimensions]";
  std::vector<std::int64_t> values;
  for (const auto& dimension : shape) values.push_back(dimension.is_static() ? dimension.get_length() : -1);
  return network::shape_text(values);
}

Result<ModelPointer> read_file(const base::Path& file) {
  const auto doing = fmt::format("cannot read the model {}", file.string());
  std::error_code error;
  if (!std::filesystem::exists(file, error)) {
    return fail(ErrorKind::usage, fmt::format("{}: there is no such file", doing), "check the path");
  }
  if (!std::filesystem::is_regular_file(file, error) || file.extension() != ".onnx") {
    return fail(ErrorKind::usage, fmt::format("{}: not an .onnx file", doing), "export the model to ONNX first");
  }
  if (std::filesystem::file_size(file, error) == 0) {
    return fail(ErrorKind::usage, fmt::format("{}: it is empty", doing), "export or copy the file again");
  }
  return without_exceptions(doing, ErrorKind::usage, [&]() -> Result<ModelPointer> {
    // ov::Core::read_model would try the readers of all formats on a broken file, and each would print.
    ov::frontend::FrontEndManager formats;
    const auto onnx = formats.load_by_framework("onnx");
    const bool map_external_data = true;
    return onnx->convert(onnx->load(file.string(), map_external_data));
  });
}

Result<network::Weights> weights_of(const network::Graph& graph, const ModelSource& source) {
  return source.file.empty() ? network::initialise(graph, source.seed) : network::load_weights(graph, source.file);
}

// Puts the weights in the place of the inputs that stand for them. Nothing is copied: the model keeps them alive.
void insert_weights(ov::Model& model, const network::Graph& graph, const network::Weights& weights) {
  const auto inputs = model.get_parameters();
  const auto storage = std::const_pointer_cast<void>(weights.storage);
  for (std::size_t i = 0; i < graph.parameters.size(); ++i) {
    const auto& input = inputs.at(i + 1);  // the first takes the images
    const auto& shape = graph.parameters[i].shape;
    const auto constant = std::make_shared<ov::op::v0::Constant>(
        ov::element::f32, ov::Shape(shape.begin(), shape.end()), weights.tensors[i].data(), storage);
    constant->set_friendly_name(input->get_friendly_name());
    ov::replace_node(input, constant);
    model.remove_parameter(input);
  }
  model.validate_nodes_and_infer_types();
}

// The network goes through ONNX like any other model, but its weights, which may be hundreds of megabytes, do not.
Result<ModelPointer> read_network(const ModelSource& source, const SessionOptions& options) {
  WATTLENS_TRY(const auto graph, network::build(source.network, {options.image_size, source.classes}));
  WATTLENS_TRY(const auto onnx,
               network::onnx_without_weights(graph, options.any_batch ? network::kBatch : options.batch));
  WATTLENS_TRY(const auto weights, weights_of(graph, source));
  const auto doing = fmt::format("cannot read the network {}", source.network);
  return without_exceptions(doing, ErrorKind::internal, [&]() -> Result<ModelPointer> {
    std::ispanstream text{std::span(onnx)};
    std::istream* stream = &text;
    ov::frontend::FrontEndManager formats;
    const auto reader = formats.load_by_framework("onnx");
    auto model = reader->convert(reader->load(stream));
    insert_weights(*model, graph, weights);
    return model;
  });
}

Result<ModelPointer> read_source(const ModelSource& source, const SessionOptions& options) {
  return source.network.empty() ? read_file(source.file) : read_network(source, options);
}

std::string label(const ModelSource& source) { return source.network.empty() ? source.file.string() : source.network; }

// A batch that the file fixes is replaced where the rest of the model allows it; a fixed image size never is: position
// embeddings and pooling are made for it.
Result<void> check_size(const network::ImageInput& input, const std::string& name, const SessionOptions& options) {
  if (!input.image_size || *input.image_size == options.image_size) return {};
  return fail(
      ErrorKind::usage,
      fmt::format("{} is made for images of {} px and cannot run {} px", name, *input.image_size, options.image_size),
      fmt::format("leave --image-size out, give {}, or export the model with another size", *input.image_size));
}

// Sets the batch and the image size; `conditions` tells where a batch that the file fixes was replaced.
Result<void> fit(ov::Model& model, const network::ImageInput& input, const std::string& name,
                 const SessionOptions& options, std::vector<std::string>& conditions) {
  WATTLENS_CHECK(check_size(input, name, options));
  const auto own = model.input().get_partial_shape();
  const auto shape = input.shape(options.batch, options.image_size);
  const ov::PartialShape wanted(std::vector<ov::Dimension>(shape.begin(), shape.end()));
  if (own == wanted) return {};
  const auto doing =
      fmt::format("{} is made for images {} and cannot run {}", name, shape_text(own), shape_text(wanted));
  auto fitted = without_exceptions(doing, ErrorKind::usage, [&]() -> Result<void> {
    model.reshape(wanted);
    return {};
  });
  if (!fitted) {
    if (fitted.error().hint.empty()) {
      fitted.error().hint = "run it with the batch and image size that it was made for, or export it with a free batch";
    }
    return fitted;
  }
  if (own.rank().is_static() && !own.relaxes(wanted)) {
    conditions.push_back(fmt::format("input: reshaped from {} to {}", shape_text(own), shape_text(wanted)));
  }
  return {};
}

// From the batch that its operators were counted for to any up to it.
Result<void> free_batch(ov::Model& model, const network::ImageInput& input, const std::string& name,
                        const SessionOptions& options, std::vector<std::string>& conditions) {
  const auto shape = input.shape(options.batch, options.image_size);
  ov::PartialShape wanted(std::vector<ov::Dimension>(shape.begin(), shape.end()));
  wanted[0] = ov::Dimension(1, options.batch);
  const auto doing = fmt::format("{} cannot run batches of 1 to {} images", name, options.batch);
  conditions.push_back(fmt::format("batch: any up to {}", options.batch));
  return without_exceptions(doing, ErrorKind::usage, [&]() -> Result<void> {
    model.reshape(wanted);
    return {};
  });
}

// Images go in and logits come out as float32 whatever the file holds.
ModelPointer with_float_tensors(const ModelPointer& model, std::size_t output) {
  const bool input_is_f32 = model->input().get_element_type() == ov::element::f32;
  const bool output_is_f32 = model->output(output).get_element_type() == ov::element::f32;
  if (input_is_f32 && output_is_f32) return model;
  ov::preprocess::PrePostProcessor converter(model);
  if (!input_is_f32) converter.input().tensor().set_element_type(ov::element::f32);
  if (!output_is_f32) converter.output(output).tensor().set_element_type(ov::element::f32);
  return converter.build();
}

void say_which_output(const ov::Model& model, std::size_t output, std::vector<std::string>& conditions) {
  if (model.outputs().size() == 1) return;
  conditions.push_back(fmt::format("output looked at: number {} of {}, {}", output + 1, model.outputs().size(),
                                   shape_text(model.output(output).get_partial_shape())));
}

}  // namespace

Result<LoadedModel> load_model(const ModelSource& source, const SessionOptions& options) {
  const auto name = label(source);
  WATTLENS_TRY(auto model, read_source(source, options));
  LoadedModel loaded;
  WATTLENS_TRY(loaded.input, image_input_of(*model, name));
  WATTLENS_CHECK(fit(*model, loaded.input, name, options, loaded.conditions));
  WATTLENS_TRY(loaded.output, choose_output(*model, name, options.batch));
  say_which_output(*model, loaded.output, loaded.conditions);
  const auto doing = fmt::format("cannot prepare {}", name);
  return without_exceptions(doing, ErrorKind::run_failed, [&]() -> Result<LoadedModel> {
    loaded.operators = operators_of(*model);
    if (options.any_batch) WATTLENS_CHECK(free_batch(*model, loaded.input, name, options, loaded.conditions));
    loaded.model = with_float_tensors(model, loaded.output);
    return std::move(loaded);
  });
}

}  // namespace wattlens::engine
