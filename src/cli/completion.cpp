#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "base/text.h"

namespace wattlens::cli {
namespace {

// Ids of the store, newest first: completed from what `list` says at that moment.
constexpr std::string_view kExperiments = "wattlens list --format csv 2>/dev/null | sed -n '2,$s/,.*//p'";

void for_each_command(const CommandInfo& command, const std::function<void(const CommandInfo&)>& visit) {
  visit(command);
  for (const CommandInfo& child : command.commands) for_each_command(child, visit);
}

std::vector<std::string> names_of(const std::vector<CommandInfo>& commands) {
  std::vector<std::string> names;
  for (const CommandInfo& command : commands) names.push_back(command.name());
  return names;
}

// Single quotes hold everything but themselves.
std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  out += '\'';
  return out;
}

// `commands`: words that may stand there as well, each with a space after it.
std::string bash_value(const OptionInfo& option, const std::string& commands = "") {
  const std::string choices = quoted(base::join(option.choices, " "));
  switch (option.kind) {
    case ValueKind::file: return "_wattlens_paths -f";
    case ValueKind::folder: return "_wattlens_paths -d";
    case ValueKind::choice: return "_wattlens_words " + choices;
    case ValueKind::list: return "_wattlens_list " + choices;
    case ValueKind::models: return fmt::format("_wattlens_list {} -f", choices);
    case ValueKind::experiment: return fmt::format("_wattlens_words \"{}last $({})\"", commands, kExperiments);
    case ValueKind::text:
    case ValueKind::none: return ":";
  }
  return ":";
}

void add_bash_values(std::string& out, const CommandInfo& command) {
  for (const OptionInfo& option : command.options) {
    if (option.names.empty() || option.kind == ValueKind::none) continue;
    std::vector<std::string> patterns;
    for (const std::string& name : option.names) patterns.push_back(quoted(command.path + " " + name));
    out += fmt::format("    {}) {}; return ;;\n", base::join(patterns, "|"), bash_value(option));
  }
}

// Words that stand without an option: commands, or a positional argument.
void add_bash_words(std::string& out, const CommandInfo& command) {
  std::string words = base::join(names_of(command.commands), " ");
  for (const OptionInfo& option : command.options) {
    if (!words.empty() && !option.names.empty()) words += ' ';
    words += base::join(option.names, " ");
  }
  const auto positional = std::ranges::find_if(command.options, [](const auto& o) { return o.names.empty(); });
  out += fmt::format("    {})\n", quoted(command.path));
  if (positional != command.options.end()) {
    std::string commands;
    for (const CommandInfo& child : command.commands) commands += child.name() + " ";
    out += fmt::format("      if [[ $cur != -* ]]; then {}; return; fi\n", bash_value(*positional, commands));
  }
  out += fmt::format("      _wattlens_words {} ;;\n", quoted(words));
}

// A description inside the brackets of _arguments.
std::string zsh_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::string zsh_action(const OptionInfo& option) {
  switch (option.kind) {
    case ValueKind::file: return "_files";
    case ValueKind::folder: return "_files -/";
    case ValueKind::choice: return fmt::format("({})", base::join(option.choices, " "));
    case ValueKind::list: return fmt::format("_sequence compadd - {}", base::join(option.choices, " "));
    case ValueKind::models: return fmt::format("_wattlens_models {}", base::join(option.choices, " "));
    case ValueKind::experiment: return "_wattlens_experiments";
    case ValueKind::text:
    case ValueKind::none: return " ";
  }
  return " ";
}

std::string zsh_spec(const OptionInfo& option) {
  if (option.names.empty()) return fmt::format("1:{}:{}", zsh_text(option.value), zsh_action(option));
  const std::string value =
      option.kind == ValueKind::none ? "" : fmt::format(":{}:{}", zsh_text(option.value), zsh_action(option));
  std::vector<std::string> names;
  for (const std::string& name : option.names) {
    names.push_back(name + (option.kind == ValueKind::none ? "" : name.starts_with("--") ? "=" : "+"));
  }
  const std::string rest = fmt::format("[{}]{}", zsh_text(option.about), value);
  if (names.size() == 1) return names.front() + rest;
  // Either name excludes the other.
  return fmt::format("({})\x01{}\x01{}", base::join(option.names, " "), base::join(names, ","), rest);
}

// Names that exclude each other need brace expansion outside of the quotes.
std::string zsh_argument(const OptionInfo& option) {
  const std::string spec = zsh_spec(option);
  const auto parts = base::split(spec, '\x01');
  if (parts.size() < 3) return quoted(spec);
  return fmt::format("{}{{{}}}{}", quoted(parts[0]), parts[1], quoted(parts[2]));
}

std::string function_name(const CommandInfo& command) {
  std::string name = "_" + command.path;
  std::ranges::replace(name, ' ', '_');
  return name;
}

void add_zsh_function(std::string& out, const CommandInfo& command) {
  out += fmt::format("{}() {{\n", function_name(command));
  if (!command.commands.empty()) out += "  local state line\n";
  out += command.commands.empty() ? "  _arguments -s" : "  _arguments -s -C";
  std::string positional;  // what may stand in place of a command
  for (const OptionInfo& option : command.options) {
    if (option.names.empty() && !command.commands.empty()) {
      positional = zsh_action(option);
    } else {
      out += " \\\n    " + zsh_argument(option);
    }
  }
  if (!command.commands.empty()) {
    out +=
        " \\\n    '1:command:->command' '*::argument:->argument'\n  case $state in\n    command)\n"
        "      local -a commands=(\n";
    for (const CommandInfo& child : command.commands) {
      out += fmt::format("        {}\n", quoted(child.name() + ":" + child.about));
    }
    out += "      )\n      _describe command commands";
    if (!positional.empty()) out += "\n      " + positional;
    out += " ;;\n    argument)\n      case $line[1] in\n";
    for (const CommandInfo& child : command.commands) {
      out += fmt::format("        {}) {} ;;\n", child.name(), function_name(child));
    }
    out += "      esac ;;\n  esac";
  }
  out += "\n}\n\n";
}

}  // namespace

std::string bash_completion(const CommandInfo& program) {
  std::string out = R"(# bash completion of wattlens; made by `wattlens completion bash`
_wattlens_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }
_wattlens_paths() { compopt -o filenames && mapfile -t COMPREPLY < <(compgen "$1" -- "$cur"); }

# The last part of a list; what is before its comma stays. With -f it may be a file.
_wattlens_list() {
  local before=
  [[ $cur != *,* ]] || before=${cur%,*},
  compopt -o nospace
  mapfile -t COMPREPLY < <(compgen ${2:+"$2"} -P "$before" -W "$1" -- "${cur##*,}")
}

_wattlens() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} path=wattlens word
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
)";
  std::vector<std::string> paths;
  for_each_command(program, [&](const CommandInfo& command) {
    if (command.path != program.path) paths.push_back(quoted(command.path));
  });
  out += fmt::format("      {}) path+=\" $word\" ;;\n", base::join(paths, "|"));
  out += "    esac\n  done\n  case \"$path $prev\" in\n";
  for_each_command(program, [&](const CommandInfo& command) { add_bash_values(out, command); });
  out += "  esac\n  case $path in\n";
  for_each_command(program, [&](const CommandInfo& command) { add_bash_words(out, command); });
  return out + "  esac\n}\ncomplete -F _wattlens wattlens\n";
}

std::string zsh_completion(const CommandInfo& program) {
  std::string out = fmt::format(
      "#compdef wattlens\n# zsh completion of wattlens; made by `wattlens completion zsh`\n\n"
      "_wattlens_experiments() {{ compadd last $({}) }}\n"
      "_wattlens_models() {{ compset -P '*,'; compadd -S '' - $@; _files }}\n\n",
      kExperiments);
  for_each_command(program, [&](const CommandInfo& command) { add_zsh_function(out, command); });
  return out + "if [ \"$funcstack[1]\" = _wattlens ]; then _wattlens \"$@\"; else compdef _wattlens wattlens; fi\n";
}

}  // namespace wattlens::cli
