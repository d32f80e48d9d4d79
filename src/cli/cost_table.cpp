#include "cli/cost_table.h"

#include "network/graph.h"

namespace wattlens::cli {

using enum report::ColumnKind;

network::ModelCost model_cost(const network::Cost& cost) {
  network::ModelCost all{.parameters = cost.parameters,
                         .multiply_adds = cost.multiply_adds,
                         .activations = cost.activations,
                         .bytes = cost.bytes,
                         .weight_bytes = cost.weight_bytes};
  for (const network::LayerCost& layer : cost.layers) {
    all.operators.push_back({.name = layer.name,
                             .type = std::string(network::to_string(layer.op)),
                             .output = layer.output,
                             .parameters = layer.parameters,
                             .multiply_adds = layer.multiply_adds,
                             .activations = layer.activations,
                             .bytes = layer.bytes});
  }
  return all;
}

report::Table cost_table(const network::ModelCost& cost) {
  report::Table table;
  table.columns = {{"layer", "layer"},
                   {"operation", "operation"},
                   {"output_shape", "output"},
                   {"parameters", "parameters", number},
                   {"multiply_adds", "", number},
                   {"", "multiply-adds M", number},
                   {"activations", "activations", number, true},
                   {"bytes", "", number},
                   {"", "MiB moved", number}};
  for (const auto& one : cost.operators) {
    table.rows.push_back({one.name, one.type, network::to_string(one.output), one.parameters, one.multiply_adds,
                          1e-6 * static_cast<double>(one.multiply_adds), one.activations, one.bytes.value,
                          one.bytes / base::mebibytes(1.0)});
  }
  return table;
}

}  // namespace wattlens::cli
