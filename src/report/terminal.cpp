#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "report/page.h"

namespace wattlens::report {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kLeastWrapWidth = 20;

class Painter {
 public:
  explicit Painter(bool colour) : colour_(colour) {}
  std::string bold(std::string_view text) const { return paint("1", text); }
  std::string faint(std::string_view text) const { return paint("2", text); }

 private:
  std::string paint(std::string_view code, std::string_view text) const {
    return colour_ && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool colour_;
};

std::string pad(const std::string& text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, text_width(text)), ' ');
  return right ? space + text : text + space;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const std::string_view word : base::split(text, ' ')) {
    if (word.empty()) continue;
    if (!line.empty() && text_width(line) + 1 + text_width(word) > width) lines.push_back(std::exchange(line, {}));
    if (!line.empty()) line += ' ';
    line += word;
  }
  if (!line.empty() || lines.empty()) lines.push_back(line);
  return lines;
}

// Later lines stand below the text of the first, or a little to the right where nothing is before it.
void add_wrapped(std::string& out, std::string_view first, std::string_view text, std::size_t width) {
  const std::size_t indent = first.empty() ? kGap.size() : text_width(first);
  const auto lines = wrap(text, std::max(kLeastWrapWidth, width - std::min(width, indent)));
  for (std::size_t i = 0; i < lines.size(); ++i) {
    out += i == 0 ? std::string(first) : std::string(indent, ' ');
    out += lines[i] + '\n';
  }
}

// The human columns of a table as text, with the width of each.
struct Layout {
  std::vector<std::string> headings;
  std::vector<bool> right;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::size_t> widths;

  explicit Layout(const Table& table) : rows(table.rows.size()) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      if (table.columns[column].heading.empty()) continue;
      headings.push_back(table.columns[column].heading);
      std::size_t width = text_width(headings.back());
      for (std::size_t row = 0; row < table.rows.size(); ++row) {
        rows[row].push_back(one_line(to_text(table.rows[row][column])));
        width = std::max(width, text_width(rows[row].back()));
      }
      right.push_back(table.columns[column].kind != ColumnKind::text);
      widths.push_back(width);
    }
  }

  // A last column of words gives way, so that the line fits.
  void fit(std::size_t total) {
    if (widths.empty() || right.back()) return;
    std::size_t others = 0;
    for (std::size_t i = 0; i + 1 < widths.size(); ++i) others += widths[i] + kGap.size();
    const std::size_t left = total > others ? total - others : 0;
    widths.back() = std::min(widths.back(), std::max(kLeastWrapWidth, left));
  }

  void add_line(std::string& out, std::string_view indent, const std::vector<std::string>& cells,
                const Painter* painter) const {
    const auto last = wrap(cells.back(), widths.back());
    for (std::size_t line = 0; line < last.size(); ++line) {
      std::string text(indent);
      for (std::size_t i = 0; i < cells.size(); ++i) {
        const std::string& cell = i + 1 == cells.size() ? last[line] : cells[i];
        if (i > 0) text += kGap;
        text += pad(line == 0 || i + 1 == cells.size() ? cell : std::string(), widths[i], right[i]);
      }
      text.erase(text.find_last_not_of(' ') + 1);
      out += (painter != nullptr ? painter->faint(text) : text) + '\n';
    }
  }
};

void add_table(std::string& out, const Table& table, const TextOptions& options, const Painter& painter) {
  Layout layout(table);
  if (layout.headings.empty()) return;
  const std::string_view indent = table.groups.empty() ? "" : kGap;
  layout.fit(static_cast<std::size_t>(std::max(options.width, 40)) - indent.size());
  layout.add_line(out, indent, layout.headings, &painter);
  auto group = table.groups.begin();
  for (std::size_t row = 0; row < layout.rows.size(); ++row) {
    if (group != table.groups.end() && group->first_row == row)
      out += painter.bold(one_line((group++)->heading)) + '\n';
    layout.add_line(out, indent, layout.rows[row], nullptr);
  }
}

void add_facts(std::string& out, const std::vector<Fact>& facts, std::size_t width) {
  std::size_t names = 0;
  for (const Fact& fact : facts) names = std::max(names, text_width(fact.name));
  for (const Fact& fact : facts) {
    if (!fact.value.empty()) add_wrapped(out, pad(fact.name, names, false) + "  ", one_line(fact.value), width);
  }
}

}  // namespace

std::string to_terminal(const Page& page, const TextOptions& options) {
  const Painter painter(options.colour);
  const auto width = static_cast<std::size_t>(std::max(options.width, 40));
  std::string out;
  if (!page.title.empty()) out += painter.bold(one_line(page.title)) + '\n';
  for (const Section& section : page.sections) {
    if (!out.empty() && !section.heading.empty()) out += '\n';
    if (!section.heading.empty()) out += painter.bold(one_line(section.heading)) + '\n';
    if (!section.lead.empty()) add_wrapped(out, "", one_line(section.lead), width);
    add_facts(out, section.facts, width);
    if (section.table) add_table(out, *section.table, options, painter);
    for (const std::string& remark : section.remarks) add_wrapped(out, "", one_line(remark), width);
  }
  return out;
}

}  // namespace wattlens::report
