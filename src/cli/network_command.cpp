#include "cli/network_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "cli/cost_page.h"
#include "cli/model_file_command.h"
#include "network/cost.h"
#include "network/onnx.h"
#include "network/state_dict.h"
#include "network/weights.h"
#include "network/zoo.h"
#include "report/machine_formats.h"
#include "workload/inference.h"

namespace wattlens::cli {
namespace {

using report::Table;
using enum report::ColumnKind;

double mebibytes(base::Bytes size) { return size / base::mebibytes(1.0); }
double millions(std::int64_t count) { return 1e-6 * static_cast<double>(count); }

network::NetworkOptions size_of(const NetworkShowOptions& options) {
  network::NetworkOptions size{.classes = options.classes};
  if (options.image_size) size.image_size = *options.image_size;
  return size;
}

Result<network::Weights> weights_for(const NetworkExportOptions& options, const network::Graph& graph) {
  if (options.weights) return network::load_weights(graph, *options.weights);
  const auto threads = static_cast<int>(std::clamp(std::thread::hardware_concurrency(), 1U, 8U));
  return network::initialise(graph, options.seed, threads);
}

Result<void> check(const NetworkExportOptions& options) {
  if (options.format == NetworkFormat::safetensors && options.single_file) {
    return fail(ErrorKind::usage, "--single-file is for ONNX", "leave it out: a safetensors file is always one file");
  }
  if (options.format == NetworkFormat::safetensors && options.batch) {
    return fail(ErrorKind::usage, "--batch is for ONNX", "leave it out: weights do not depend on the batch");
  }
  if (options.batch && *options.batch < 1) {
    return fail(ErrorKind::usage, fmt::format("--batch {} is impossible", *options.batch), "give 1 or more");
  }
  if (options.file.empty()) return fail(ErrorKind::usage, "no file to write to", "give one with -o FILE");
  return {};
}

std::string written(const base::Path& file) {
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  return error ? fmt::format("wrote {}\n", file.string())
               : fmt::format("wrote {} ({:.1f} MB)\n", file.string(), 1e-6 * static_cast<double>(size));
}

}  // namespace

Result<void> network_list(const NetworkListOptions& /*options*/, Output& output) {
  Table table;
  table.columns = {{"name", "network"},
                   {"family", "family"},
                   {"year", "year", number},
                   {"parameters", "", number},
                   {"", "parameters M", number},
                   {"multiply_adds", "", number},
                   {"", "multiply-adds M", number},
                   {"activations", "", number},
                   {"weight_bytes", "", number},
                   {"", "weights MiB", number},
                   {"paper", "paper", text, true}};
  for (const network::NetworkKind& kind : network::all_networks()) {
    WATTLENS_TRY(const network::Graph graph, network::build(kind.name));
    const network::Cost cost = network::cost(graph);
    table.rows.push_back({std::string(kind.name), std::string(kind.family), std::int64_t{kind.year}, cost.parameters,
                          millions(cost.parameters), cost.multiply_adds, millions(cost.multiply_adds), cost.activations,
                          cost.weight_bytes.value, mebibytes(cost.weight_bytes), std::string(kind.paper)});
  }
  return output.write(report::in_format(table, output.format(), output.text(), "wattlens.networks/1", "networks"));
}

Result<void> network_show(const NetworkShowOptions& options, const base::Cancellation& cancel, Output& output) {
  if (workload::is_model_file(options.name)) return model_file_show(options, cancel, output);
  WATTLENS_TRY(const network::Graph graph, network::build(options.name, size_of(options)));
  const network::Cost cost = network::cost(graph);
  const auto [image_size, classes] = size_of(options);
  return write_cost(
      {.name = options.name,
       .facts = {{"image", fmt::format("{0} x {0} px", image_size)}, {"classes", fmt::format("{}", classes)}},
       .json = {{"image_size", image_size}, {"classes", classes}},
       .cost = model_cost(cost),
       .peak_activations = cost.peak_activation_bytes},
      output);
}

Result<std::string> network_export(const NetworkExportOptions& options) {
  WATTLENS_CHECK(check(options));
  WATTLENS_TRY(const network::Graph graph, network::build(options.name, options.size));
  WATTLENS_TRY(const network::Weights weights, weights_for(options, graph));
  if (options.format == NetworkFormat::safetensors) {
    WATTLENS_CHECK(network::save_weights(options.file, graph, weights));
    return written(options.file);
  }
  const auto storage = options.single_file ? network::OnnxStorage::single_file : network::OnnxStorage::external;
  WATTLENS_CHECK(network::write_onnx(options.file, graph, weights, storage, options.batch.value_or(network::kBatch)));
  std::string text = written(options.file);
  if (!options.single_file) {
    base::Path data = options.file;
    data += ".data";
    text += written(data);
  }
  return text;
}

}  // namespace wattlens::cli
