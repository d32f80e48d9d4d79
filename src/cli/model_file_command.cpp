#include "cli/model_file_command.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "cli/cost_page.h"
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

}  // namespace

Result<void> model_file_show(const NetworkShowOptions& options, const base::Cancellation& cancel, Output& output) {
  std::vector<std::int64_t> sizes;
  if (options.image_size) sizes.push_back(*options.image_size);
  WATTLENS_TRY(const std::int64_t image_size, image_size_of(options.name, sizes));
  WATTLENS_TRY(const Asked asked, ask_any(options.name, image_size, cancel));
  const std::string reader = fmt::format("{} {}", asked.engine, asked.info.engine_version);
  return write_cost({.name = options.name,
                     .facts = {{"image", input_text(asked.info, image_size)}, {"read by", reader}},
                     .json = {{"read_by", asked.engine},
                              {"image_size", image_size},
                              {"input_shape", asked.info.input_shape},
                              {"input_layout", asked.info.input_layout}},
                     .cost = asked.cost,
                     .part = "operator"},
                    output);
}

}  // namespace wattlens::cli
