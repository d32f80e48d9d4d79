#include "experiment/baseline.h"

#include <fmt/format.h>

#include <string>

#include "base/json.h"
#include "record/json.h"

namespace wattlens::experiment {
namespace {

constexpr std::string_view kHint = "give a file that wattlens compare --save-baseline FILE wrote";

std::unexpected<Error> no_baseline(const std::string& name, std::string_view why) {
  return fail(ErrorKind::usage, fmt::format("{} is no baseline: {}", name, why), std::string(kHint));
}

}  // namespace

Result<Recorded> read_baseline(const base::Path& path) {
  const auto text = base::read_text(path);
  if (!text) return fail(ErrorKind::usage, text.error().message, std::string(kHint));
  return baseline_from_text(*text, path.string());
}

Result<Recorded> baseline_from_text(std::string_view text, const std::string& name) {
  const auto json = base::parse_json(text, name);
  if (!json) return no_baseline(name, json.error().message);
  const auto schema = base::member<std::string>(*json, "schema");
  if (!schema || *schema != kBaselineSchema) {
    return no_baseline(name, fmt::format("its schema is not {}", kBaselineSchema));
  }
  const auto stored = base::member<base::Json>(*json, "experiment");
  if (!stored) return no_baseline(name, stored.error().message);
  auto found = record::experiment_from_json(*stored);
  if (!found) return no_baseline(name, found.error().message);
  const auto runs = base::member<base::Json>(*json, "runs");
  if (!runs || !runs->is_array()) return no_baseline(name, "it has no list of runs");
  Recorded recorded{.experiment = *std::move(found), .runs = {}};
  for (const base::Json& item : *runs) {
    auto run = record::run_from_json(item);
    if (!run) return no_baseline(name, run.error().message);
    recorded.runs.push_back(*std::move(run));
  }
  return recorded;
}

std::string baseline_text(const Recorded& recorded) {
  base::Json json = {{"schema", kBaselineSchema}, {"experiment", record::to_json(recorded.experiment)}};
  json["runs"] = base::Json::array();
  for (record::Run run : recorded.runs) {
    for (record::Window& window : run.windows) window.batch_us.clear();
    json["runs"].push_back(record::to_json(run));
  }
  return base::to_pretty_text(json) + "\n";
}

}  // namespace wattlens::experiment
