#include "cli/man_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "base/text.h"

namespace wattlens::cli {
namespace {

// Backslashes, dashes and dots at the beginning of a line mean something to roff.
std::string roff(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else {
      if ((c == '.' || c == '\'') && (out.empty() || out.back() == '\n')) out += "\\&";
      out += c;
    }
  }
  return out;
}

std::string dashed(std::string_view path) {
  std::string name(path);
  std::ranges::replace(name, ' ', '-');
  return name;
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void add_synopsis(std::string& out, const CommandInfo& command) {
  out += fmt::format(".SH SYNOPSIS\n.B {}\n", roff(command.path));
  if (!command.commands.empty()) {
    out += ".I COMMAND\n[\\fIOPTION\\fR ...]\n";
    return;
  }
  out += "[\\fIOPTION\\fR ...]\n";
  for (const OptionInfo& option : command.options) {
    if (option.names.empty()) out += fmt::format("[\\fI{}\\fR]\n", roff(option.value));
  }
}

void add_option(std::string& out, const OptionInfo& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(fmt::format("\\fB{}\\fR", roff(name)));
  std::string head = base::join(names, ", ");
  if (!option.value.empty()) head += fmt::format("{}\\fI{}\\fR", head.empty() ? "" : " ", roff(option.value));
  out += fmt::format(".TP\n{}\n{}\n", head, roff(option.about));
}

// Options stand below the headings of their groups, in the order in which the groups first occur.
void add_options(std::string& out, const CommandInfo& command) {
  std::vector<std::string> groups;
  for (const OptionInfo& option : command.options) {
    if (std::ranges::find(groups, option.group) == groups.end()) groups.push_back(option.group);
  }
  for (const std::string& group : groups) {
    out += fmt::format(".SH {}\n", group.empty() ? "OPTIONS" : upper(roff(group)));
    for (const OptionInfo& option : command.options) {
      if (option.group == group) add_option(out, option);
    }
  }
}

// The footer of --help: lines that are indented stay as they are, below the line that announces them.
void add_footer(std::string& out, const CommandInfo& command) {
  if (command.footer.empty()) return;
  out += ".SH EXAMPLES AND REMARKS\n";
  bool literal = false;
  for (const std::string_view line : base::split(command.footer, '\n')) {
    const bool indented = line.starts_with("  ");
    if (indented != literal) out += indented ? ".PP\n.nf\n" : ".fi\n.PP\n";
    literal = indented;
    if (!line.empty()) out += roff(line) + "\n";
    if (!line.empty() && !indented) out += ".br\n";
  }
  if (literal) out += ".fi\n";
}

}  // namespace

std::string man_page(const CommandInfo& command, std::string_view version) {
  std::string out =
      fmt::format(".TH {} 1 \"\" \"wattlens {}\" \"User Commands\"\n", upper(dashed(command.path)), roff(version));
  out += fmt::format(".SH NAME\n{} \\- {}\n", roff(dashed(command.path)), roff(command.about));
  add_synopsis(out, command);
  if (!command.commands.empty()) {
    out += ".SH COMMANDS\n";
    for (const CommandInfo& child : command.commands) {
      out += fmt::format(".TP\n\\fB{}\\fR\n{}\n", roff(child.name()), roff(child.about));
    }
  }
  add_options(out, command);
  add_footer(out, command);
  out += ".SH ENVIRONMENT\n";
  out += ".TP\n\\fBXDG_DATA_HOME\\fR\nThe folder in which the store is (wattlens/wattlens.db); else ~/.local/share.\n";
  out += ".TP\n\\fBWATTLENS_ENGINE_PATH\\fR\nThe folder of engines.json, the list of engines.\n";
  out += ".TP\n\\fBNO_COLOR\\fR\nWhere it is set, no colour on a terminal.\n";
  out += ".SH SEE ALSO\n";
  std::vector<std::string> pages;
  if (const auto space = command.path.rfind(' '); space != std::string::npos) {
    pages.push_back(fmt::format("\\fB{}\\fR(1)", roff(dashed(command.path.substr(0, space)))));
  }
  for (const CommandInfo& child : command.commands) {
    pages.push_back(fmt::format("\\fB{}\\fR(1)", roff(dashed(child.path))));
  }
  return out + base::join(pages, ", ") + "\n";
}

}  // namespace wattlens::cli
