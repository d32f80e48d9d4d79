#include "report/terminal_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/text.h"
#include "report/page.h"
#include "report/terminal_text.h"

namespace wattlens::report {
namespace {

constexpr std::size_t kLeastLastWidth = 20;  // of the last column of words, before it moves below its row
constexpr std::size_t kLeastWordsWidth = 12;
constexpr std::size_t kBelowIndent = 4;
constexpr std::size_t kHeadingLines = 2;

struct LaidColumn {
  std::string heading;
  bool right = false;  // numbers stand at the right, and are never wrapped
  bool optional = false;
  std::vector<std::string> cells;
  std::size_t cell_width = 0;
  std::size_t width = 0;
};

class Layout {
 public:
  explicit Layout(const Table& table) : indent_(table.groups.empty() ? 0 : kColumnGap.size()) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
      const Column& declared = table.columns[column];
      if (declared.heading.empty()) continue;
      LaidColumn laid{
          .heading = declared.heading, .right = declared.kind != ColumnKind::text, .optional = declared.optional};
      for (const auto& row : table.rows) {
        laid.cells.push_back(one_line(to_text(row[column])));
        laid.cell_width = std::max(laid.cell_width, text_width(laid.cells.back()));
      }
      laid.width = std::max(laid.cell_width, text_width(laid.heading));
      columns_.push_back(std::move(laid));
    }
  }

  void fit(std::size_t width) {
    if (too_wide(width)) wrap_headings();
    shrink_words(width);
    if (too_wide(width) && columns_.size() > 1 && !columns_.back().right && !columns_.back().optional) {
      move_last_below(width);
      wrap_headings();  // what the others gave up was not enough: they take it back
      shrink_words(width);
    }
    for (std::size_t i = columns_.size(); i-- > 0 && too_wide(width);) {
      if (!columns_[i].optional) continue;
      left_out_.push_back(columns_[i].heading);
      columns_.erase(columns_.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }

  bool empty() const { return columns_.empty(); }
  const std::vector<std::string>& left_out() const { return left_out_; }

  // The heading stands at the bottom of its lines.
  void add_headings(std::string& out, const Painter& painter) const {
    std::vector<std::vector<std::string>> cells;
    std::size_t lines = 0;
    for (const LaidColumn& column : columns_) {
      cells.push_back(wrap(column.heading, column.width));
      lines = std::max(lines, cells.back().size());
    }
    for (auto& cell : cells) cell.insert(cell.begin(), lines - cell.size(), "");
    add_lines(out, cells, &painter);
  }

  void add_row(std::string& out, std::size_t row) const {
    std::vector<std::vector<std::string>> cells;
    for (const LaidColumn& column : columns_) {
      cells.push_back(column.right ? std::vector{column.cells[row]} : wrap(column.cells[row], column.width));
    }
    add_lines(out, cells, nullptr);
    if (!below_ || below_->cells[row].empty()) return;
    for (const std::string& line : wrap(below_->cells[row], below_->width)) {
      out += std::string(indent_ + kBelowIndent, ' ') + line + '\n';
    }
  }

 private:
  std::size_t total() const {
    std::size_t sum = indent_ + kColumnGap.size() * (columns_.size() - std::min<std::size_t>(1, columns_.size()));
    for (const LaidColumn& column : columns_) sum += column.width;
    return sum;
  }
  bool too_wide(std::size_t width) const { return total() > width; }

  void wrap_headings() {
    for (LaidColumn& column : columns_) {
      std::size_t width = std::max(column.cell_width, longest_word(column.heading));
      while (wrap(column.heading, width).size() > kHeadingLines) ++width;
      column.width = width;
    }
  }

  // The first column names the row and stays as it is.
  void shrink_words(std::size_t width) {
    for (std::size_t i = columns_.size(); i-- > 1 && too_wide(width);) {
      if (!columns_[i].right) shrink(columns_[i], width, i + 1 == columns_.size() ? kLeastLastWidth : kLeastWordsWidth);
    }
  }

  // No narrower than is needed, than `least`, or than its longest word.
  void shrink(LaidColumn& column, std::size_t width, std::size_t least) {
    for (const std::string& cell : column.cells) least = std::max(least, longest_word(cell));
    const std::size_t excess = total() - width;
    column.width = std::min(column.width, std::max(least, column.width - std::min(column.width, excess)));
  }

  void move_last_below(std::size_t width) {
    below_ = std::move(columns_.back());
    columns_.pop_back();
    const std::size_t indent = indent_ + kBelowIndent;
    below_->width = width > indent + kLeastLastWidth ? width - indent : kLeastLastWidth;
  }

  void add_lines(std::string& out, const std::vector<std::vector<std::string>>& cells, const Painter* painter) const {
    std::size_t lines = 0;
    for (const auto& cell : cells) lines = std::max(lines, cell.size());
    for (std::size_t line = 0; line < lines; ++line) {
      std::string text(indent_, ' ');
      for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i > 0) text += kColumnGap;
        text += pad(line < cells[i].size() ? cells[i][line] : "", columns_[i].width, columns_[i].right);
      }
      text.erase(text.find_last_not_of(' ') + 1);
      out += (painter != nullptr ? painter->faint(text) : text) + '\n';
    }
  }

  std::size_t indent_;
  std::vector<LaidColumn> columns_;
  std::optional<LaidColumn> below_;  // the last column, where it stands below its row
  std::vector<std::string> left_out_;
};

// The note is left out where the line would be too long.
void add_group(std::string& out, const Group& group, const Painter& painter, int width) {
  const std::string heading = one_line(group.heading);
  out += painter.bold(heading);
  const std::string note = fmt::format("  {}", one_line(group.note));
  const bool fits = text_width(heading) + text_width(note) <= static_cast<std::size_t>(std::max(width, kLeastWidth));
  if (!group.note.empty() && fits) out += painter.faint(note);
  out += '\n';
}

}  // namespace

std::string table_text(const Table& table, const TextOptions& options) {
  const Painter painter(options.colour);
  Layout layout(table);
  if (layout.empty()) return {};
  layout.fit(static_cast<std::size_t>(std::max(options.width, kLeastWidth)));
  std::string out;
  layout.add_headings(out, painter);
  auto group = table.groups.begin();
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    if (group != table.groups.end() && group->first_row == row) add_group(out, *group++, painter, options.width);
    layout.add_row(out, row);
  }
  if (!layout.left_out().empty()) {
    out += painter.faint(fmt::format("not shown for want of width: {}", base::join(layout.left_out(), ", "))) + '\n';
  }
  return out;
}

}  // namespace wattlens::report
