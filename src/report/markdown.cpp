#include <fmt/format.h>

#include <cctype>

#include "report/page.h"

namespace wattlens::report {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; }

// What Markdown would take as its own is shown as it is. An underscore within a word means nothing to it, and code in
// backquotes is meant as such.
std::string escaped(std::string_view text) {
  const std::string line = one_line(text);
  std::string out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    const bool within_word = i > 0 && i + 1 < line.size() && is_word(line[i - 1]) && is_word(line[i + 1]);
    if (c == '_' ? !within_word : std::string_view("\\*[]<>|").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

void add_line(std::string& out, const std::vector<std::string>& cells) {
  for (const std::string& cell : cells) out += "| " + cell + " ";
  out += "|\n";
}

// Groups become a first column, so that every row can be read alone.
void add_table(std::string& out, const Table& table) {
  std::vector<std::string> headings;
  std::vector<std::string> rules;
  if (!table.groups.empty()) {
    headings.emplace_back();
    rules.emplace_back("---");
  }
  for (const Column& column : table.columns) {
    if (column.heading.empty()) continue;
    headings.push_back(escaped(column.heading));
    rules.emplace_back(column.kind != ColumnKind::text ? "---:" : "---");
  }
  add_line(out, headings);
  add_line(out, rules);
  std::string group;
  auto next = table.groups.begin();
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (next != table.groups.end() && next->first_row == row) group = (next++)->heading;
    std::vector<std::string> cells;
    if (!table.groups.empty()) cells.push_back(escaped(group));
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      if (!table.columns[column].heading.empty()) cells.push_back(escaped(to_text(table.rows[row][column])));
    }
    add_line(out, cells);
  }
}

}  // namespace

std::string to_markdown(const Page& page) {
  std::string out;
  const auto start_block = [&] {
    if (!out.empty()) out += '\n';
  };
  if (!page.title.empty()) out += "# " + escaped(page.title) + "\n";
  for (const Section& section : page.sections) {
    if (!section.heading.empty()) {
      start_block();
      out += "## " + escaped(section.heading) + "\n";
    }
    if (!section.lead.empty()) {
      start_block();
      out += escaped(section.lead) + "\n";
    }
    if (!section.facts.empty()) start_block();
    for (const Fact& fact : section.facts) {
      if (!fact.value.empty()) out += fmt::format("- **{}**: {}\n", escaped(fact.name), escaped(fact.value));
    }
    if (section.table) {
      start_block();
      add_table(out, *section.table);
    }
    if (!section.remarks.empty()) start_block();
    for (const std::string& remark : section.remarks) out += "- " + escaped(remark) + "\n";
  }
  return out;
}

}  // namespace wattlens::report
