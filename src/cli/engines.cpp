#include "cli/engines.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/text.h"
#include "worker/client.h"

namespace wattlens::cli {
namespace {

constexpr std::string_view kListName = "engines.json";

}  // namespace

Result<std::vector<worker::EngineLocation>> find_engines() {
  std::error_code failed;
  if (const char* given = std::getenv("WATTLENS_ENGINE_PATH"); given && *given) {
    base::Path path = given;
    if (std::filesystem::is_directory(path, failed)) path /= kListName;
    return worker::read_engine_locations(path);
  }
  const base::Path program = std::filesystem::read_symlink("/proc/self/exe", failed);
  for (const base::Path& folder : {program.parent_path(), program.parent_path().parent_path()}) {
    const base::Path list = folder / kListName;
    if (std::filesystem::exists(list, failed)) return worker::read_engine_locations(list);
  }
  return std::vector<worker::EngineLocation>{};
}

Result<worker::EngineLocation> engine_named(std::span<const worker::EngineLocation> engines, std::string_view name) {
  std::vector<std::string> names;
  for (const worker::EngineLocation& engine : engines) {
    if (engine.name == name) return engine;
    names.push_back(engine.name);
  }
  if (names.empty()) {
    return fail(ErrorKind::not_measurable, fmt::format("engine '{}' is not installed", name),
                "run make setup && make build, or set WATTLENS_ENGINE_PATH to the folder of engines.json");
  }
  return fail(ErrorKind::usage, fmt::format("unknown engine '{}'", name),
              fmt::format("engines here: {}", base::join(names, ", ")));
}

Result<worker::Hello> ask_engine(const worker::EngineLocation& engine, const base::Clock& clock,
                                 const base::Cancellation& cancel) {
  WATTLENS_TRY(const auto client, worker::Client::start(engine, {}, clock, cancel));
  return client->hello();
}

}  // namespace wattlens::cli
