#include "cli/command_description.h"

#include <CLI/CLI.hpp>

#include "base/text.h"
#include "cli/engines.h"
#include "network/zoo.h"

namespace wattlens::cli {
namespace {

// Values that --help tells in words only.
std::vector<std::string> list_values(std::string_view option) {
  std::vector<std::string> values;
  if (option == "--model") {
    for (const network::NetworkKind& kind : network::all_networks()) values.emplace_back(kind.name);
  }
  if (option == "--engine") {
    if (const auto engines = find_engines()) {
      for (const worker::EngineLocation& engine : *engines) values.push_back(engine.name);
    }
  }
  if (option == "--device") values = {"cpu"};
  if (option == "--precision") values = {"auto", "f32", "bf16", "f16"};
  if (option == "--hint") values = {"latency", "throughput"};
  return values;
}

// CLI11 gives the values of a check behind a colon: "FORMAT:{table,json}".
OptionInfo describe(const CLI::Option& option) {
  OptionInfo info{.about = option.get_description(), .group = option.get_group()};
  if (info.group == "Options") info.group.clear();
  for (const std::string& name : option.get_lnames()) info.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) info.names.push_back("-" + name);
  if (option.get_items_expected_max() == 0) return info;
  const std::string type = option.get_type_name();
  const auto colon = type.find(':');
  info.value = type.substr(0, colon);
  info.kind = ValueKind::text;
  if (colon != std::string::npos && type.substr(colon).starts_with(":{")) {
    info.kind = ValueKind::choice;
    for (const std::string_view value : base::split(std::string_view(type).substr(colon + 2), ',')) {
      info.choices.emplace_back(value.substr(0, value.find_first_of("}-")));
    }
  } else if (info.value == "LIST") {
    info.choices = list_values(info.names.front());
    info.kind = info.names.front() == "--model" ? ValueKind::models
                : info.choices.empty()          ? ValueKind::text
                                                : ValueKind::list;
  } else if (info.value == "ID") {
    info.kind = ValueKind::experiment;
  } else if (info.value == "FOLDER") {
    info.kind = ValueKind::folder;
  } else if (info.value == "FILE" || info.value == "PLAN.toml") {
    info.kind = ValueKind::file;
  } else if (info.value == "NAME" && info.names.empty()) {
    info.kind = ValueKind::choice;
    info.choices = list_values("--model");
  }
  return info;
}

}  // namespace

CommandInfo describe(const CLI::App& app, const std::string& path) {
  CommandInfo info{.path = path, .about = app.get_description(), .footer = app.get_footer()};
  for (const CLI::Option* option : app.get_options()) info.options.push_back(describe(*option));
  for (const CLI::App* child : app.get_subcommands({})) {
    info.commands.push_back(describe(*child, path + " " + child->get_name()));
  }
  return info;
}

}  // namespace wattlens::cli
