#include "worker/engine_location.h"

#include <fmt/core.h>

#include "base/json.h"

namespace wattlens::worker {
namespace {

using base::Json;
using base::member;
using base::member_or;

Result<EngineLocation> location_from_json(const Json& json, const base::Path& folder) {
  EngineLocation location;
  WATTLENS_TRY(location.name, member<std::string>(json, "name"));
  WATTLENS_TRY(const auto executable, member<std::string>(json, "worker"));
  WATTLENS_TRY(const auto library_path, member_or<std::string>(json, "library_path", ""));
  WATTLENS_TRY(const auto arguments, member_or<Json>(json, "arguments", Json::array()));
  location.executable = folder / executable;
  if (!library_path.empty()) location.library_path = folder / library_path;
  for (const Json& argument : arguments) {
    if (!argument.is_string()) return fail(ErrorKind::usage, "\"arguments\" must be a list of strings");
    location.arguments.push_back(argument.get<std::string>());
  }
  return location;
}

Result<std::vector<EngineLocation>> locations_from_json(const Json& json, const base::Path& folder) {
  WATTLENS_TRY(const auto schema, member<std::string>(json, "schema"));
  if (schema != kEnginesSchema) {
    return fail(ErrorKind::usage, fmt::format("\"schema\" is \"{}\", not \"{}\"", schema, kEnginesSchema));
  }
  WATTLENS_TRY(const Json engines, member<Json>(json, "engines"));
  std::vector<EngineLocation> locations;
  for (const Json& engine : engines) {
    WATTLENS_TRY(auto location, location_from_json(engine, folder));
    locations.push_back(std::move(location));
  }
  return locations;
}

}  // namespace

Result<std::vector<EngineLocation>> read_engine_locations(const base::Path& file) {
  constexpr auto kHint = "run make build, which writes it";
  auto text = base::read_text(file);
  if (!text) return fail(ErrorKind::usage, std::move(text.error().message), kHint);
  WATTLENS_TRY(const Json json, base::parse_json(*text, file.string()));
  auto locations = locations_from_json(json, file.parent_path());
  if (!locations) {
    return fail(ErrorKind::usage, fmt::format("{}: {}", file.string(), locations.error().message), kHint);
  }
  return locations;
}

}  // namespace wattlens::worker
