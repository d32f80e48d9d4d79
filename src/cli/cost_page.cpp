#include "cli/cost_page.h"

#include <fmt/format.h>

#include "base/text.h"
#include "network/graph.h"
#include "report/machine_formats.h"
#include "report/table.h"

namespace wattlens::cli {

namespace {

using report::Format;
using enum report::ColumnKind;

std::string mebibytes_text(base::Bytes size) { return fmt::format("{:.1f} MiB", size / base::mebibytes(1.0)); }

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

report::Page page_of(const CostPage& of) {
  const network::ModelCost& cost = of.cost;
  const std::string bound = cost.not_counted.empty() ? "" : "at least ";
  report::Section counts{.facts = of.facts};
  const auto add = [&](std::string name, std::string value) {
    counts.facts.push_back({std::move(name), std::move(value)});
  };
  add("parameters", fmt::format("{}", cost.parameters));
  add("multiply-adds per image", fmt::format("{}{}", bound, cost.multiply_adds));
  add("activations per image", fmt::format("{}", cost.activations));
  add("weights in float32", mebibytes_text(cost.weight_bytes));
  if (of.peak_activations) add("least memory for activations, one image", mebibytes_text(*of.peak_activations));
  add(fmt::format("{}s", of.part), fmt::format("{}", cost.operators.size()));
  if (!cost.not_counted.empty()) {
    counts.remarks = {
        fmt::format("Not counted, for their shapes do not tell: {}.", base::join(cost.not_counted, ", "))};
  }
  report::Page page{.title = of.name};
  page.sections.push_back(std::move(counts));
  page.sections.push_back({.heading = fmt::format("Cost of one image, per {}", of.part),
                           .table = cost_table(cost),
                           .remarks = {"MiB moved: inputs, weights and output in float32, as if nothing stayed in a "
                                       "cache."}});
  return page;
}

base::Json json_of(const CostPage& of) {
  base::Json json = {{"schema", "wattlens.network/1"}, {"name", of.name}};
  json.update(of.json);
  json["parameters"] = of.cost.parameters;
  json["multiply_adds"] = of.cost.multiply_adds;
  json["not_counted"] = of.cost.not_counted;
  json["activations"] = of.cost.activations;
  json["bytes"] = of.cost.bytes.value;
  json["weight_bytes"] = of.cost.weight_bytes.value;
  if (of.peak_activations) json["peak_activation_bytes"] = of.peak_activations->value;
  json["layers"] = report::rows_json(cost_table(of.cost));
  return json;
}

}  // namespace

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

Result<void> write_cost(const CostPage& page, Output& output) {
  switch (output.format()) {
    case Format::table: return output.write(report::to_terminal(page_of(page), output.text()));
    case Format::markdown: return output.write(report::to_markdown(page_of(page)));
    case Format::csv: return output.write(report::to_csv(cost_table(page.cost)));
    case Format::jsonl: return output.write(report::to_json_lines(cost_table(page.cost)));
    case Format::json: return output.write(base::to_pretty_text(json_of(page)) + '\n');
  }
  return {};
}

}  // namespace wattlens::cli
