#include "cli/model_file_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "cli/cost_table.h"
#include "cli/engines.h"
#include "cli/image_sizes.h"
#include "report/machine_formats.h"
#include "report/page.h"
#include "worker/client.h"

namespace wattlens::cli {
namespace {

struct Asked {
  std::string engine;
  record::WorkloadInfo info;
  network::ModelCost cost;
};

Result<Asked> ask(const worker::EngineLocation& engine, const std::string& file, std::int64_t image_size,
                  const base::Cancellation& cancel) {
  const base::SystemClock clock;
  WATTLENS_TRY(const auto client, worker::Client::start(engine, {}, clock, cancel));
  worker::CompileRequest request;
  request.source.file = file;
  request.options.image_size = image_size;
  WATTLENS_TRY(const auto compiled, client->compile(request));
  WATTLENS_TRY(const auto operators, client->operators());
  if (operators.empty()) {
    return fail(ErrorKind::usage, fmt::format("{} does not tell the operators of {}", engine.name, file));
  }
  return Asked{engine.name, compiled.info, network::cost(operators)};
}

// OpenVINO reads ONNX, and the others what is left: the reader of the format speaks first of what is wrong with it.
Result<Asked> ask_any(const std::string& file, std::int64_t image_size, const base::Cancellation& cancel) {
  WATTLENS_TRY(auto engines, find_engines());
  const bool is_onnx = base::Path(file).extension() == ".onnx";
  std::ranges::stable_partition(engines, [&](const auto& engine) { return (engine.name == "openvino") == is_onnx; });
  std::optional<Error> first;
  for (const auto& engine : engines) {
    auto asked = ask(engine, file, image_size, cancel);
    if (asked || asked.error().kind == ErrorKind::cancelled) return asked;
    if (!first) first = asked.error();
  }
  if (first) return std::unexpected(*std::move(first));
  return fail(ErrorKind::not_measurable, "no engine is installed that could read the file",
              "run make setup && make build");
}

std::string input_text(const record::WorkloadInfo& info, std::int64_t image_size) {
  if (info.input_shape.size() != 4) return fmt::format("{0} x {0} px", image_size);
  return fmt::format("{0} x {0} px, {1} channels, {2}", image_size, info.input_shape[1], info.input_layout);
}

report::Page page_of(const NetworkShowOptions& options, const Asked& asked, std::int64_t image_size) {
  const network::ModelCost& cost = asked.cost;
  const std::string bound = cost.not_counted.empty() ? "" : "at least ";
  report::Page page{.title = options.name};
  page.sections.push_back(
      {.facts = {{"image", input_text(asked.info, image_size)},
                 {"read by", fmt::format("{} {}", asked.engine, asked.info.engine_version)},
                 {"parameters", fmt::format("{}", cost.parameters)},
                 {"multiply-adds per image", fmt::format("{}{}", bound, cost.multiply_adds)},
                 {"activations per image", fmt::format("{}", cost.activations)},
                 {"weights in float32", fmt::format("{:.1f} MiB", cost.weight_bytes / base::mebibytes(1.0))},
                 {"operators", fmt::format("{}", cost.operators.size())}}});
  if (!cost.not_counted.empty()) {
    page.sections.back().remarks = {
        fmt::format("Not counted, for their shapes do not tell: {}.", base::join(cost.not_counted, ", "))};
  }
  page.sections.push_back({.heading = "Cost of one image, per operator",
                           .table = cost_table(cost),
                           .remarks = {"MiB moved: inputs, weights and output in float32, as if nothing stayed in a "
                                       "cache."}});
  return page;
}

base::Json json_of(const NetworkShowOptions& options, const Asked& asked, std::int64_t image_size) {
  const network::ModelCost& cost = asked.cost;
  return {{"schema", "wattlens.network/1"},
          {"name", options.name},
          {"read_by", asked.engine},
          {"image_size", image_size},
          {"input_shape", asked.info.input_shape},
          {"input_layout", asked.info.input_layout},
          {"parameters", cost.parameters},
          {"multiply_adds", cost.multiply_adds},
          {"not_counted", cost.not_counted},
          {"activations", cost.activations},
          {"bytes", cost.bytes.value},
          {"weight_bytes", cost.weight_bytes.value},
          {"layers", report::rows_json(cost_table(cost))}};
}

}  // namespace

Result<void> model_file_show(const NetworkShowOptions& options, const base::Cancellation& cancel, Output& output) {
  using report::Format;
  std::vector<std::int64_t> sizes;
  if (options.image_size) sizes.push_back(*options.image_size);
  WATTLENS_TRY(const std::int64_t image_size, image_size_of(options.name, sizes));
  WATTLENS_TRY(const Asked asked, ask_any(options.name, image_size, cancel));
  switch (output.format()) {
    case Format::table: return output.write(report::to_terminal(page_of(options, asked, image_size), output.text()));
    case Format::markdown: return output.write(report::to_markdown(page_of(options, asked, image_size)));
    case Format::csv: return output.write(report::to_csv(cost_table(asked.cost)));
    case Format::jsonl: return output.write(report::to_json_lines(cost_table(asked.cost)));
    case Format::json: return output.write(base::to_pretty_text(json_of(options, asked, image_size)) + '\n');
  }
  return {};
}

}  // namespace wattlens::cli
