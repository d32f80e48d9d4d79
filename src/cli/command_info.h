// The command line as data, for what is made from it: shell completion and man pages.
#pragma once

#include <string>
#include <vector>

namespace wattlens::cli {

// What an option's value is, as far as a shell can complete it.
enum class ValueKind {
  none,  // a flag
  text,
  file,
  folder,
  choice,
  list,    // of choices, with commas between
  models,  // of names or files, with commas between
  experiment,
};

struct OptionInfo {
  std::vector<std::string> names;  // "--output", "-o"; empty: positional
  std::string value;               // how the value is called, "FILE"; empty for a flag
  std::string about;
  std::string group;  // the heading it stands below; empty: "Options"
  ValueKind kind = ValueKind::none;
  std::vector<std::string> choices;  // of a choice, or of one part of a list
};

struct CommandInfo {
  std::string path;  // "wattlens network export"
  std::string about;
  std::string footer;  // examples and remarks, as --help shows them
  std::vector<OptionInfo> options;
  std::vector<CommandInfo> commands;

  std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

}  // namespace wattlens::cli
