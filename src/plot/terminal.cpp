#include "plot/terminal.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "base/text_width.h"
#include "plot/frame.h"
#include "plot/style.h"
#include "plot/terminal_grid.h"
#include "plot/ticks.h"

namespace wattlens::plot {
namespace {

using base::text_width;

constexpr std::size_t kGridRows = 16;
constexpr std::size_t kWidestName = 26;
constexpr std::size_t kValueWidth = 10;
constexpr std::size_t kTickColumns = 10;  // one tick of the x axis
constexpr int kNeutral = 245;

std::string spaces(std::size_t count) { return std::string(count, ' '); }

// Never half a letter; "…" where something is left out.
std::string fitted(const std::string& text, std::size_t width) {
  if (text_width(text) <= width) return text;
  std::string kept = text;
  while (!kept.empty() && text_width(kept) + 1 > width) {
    while ((static_cast<unsigned char>(kept.back()) & 0xC0) == 0x80 && kept.size() > 1) kept.pop_back();
    kept.pop_back();
  }
  return kept + "…";
}

std::string padded(const std::string& text, std::size_t width, bool right = false) {
  const std::string space = spaces(width - std::min(width, text_width(text)));
  return right ? space + text : text + space;
}

std::string wrapped_words(const std::vector<std::string>& words, std::string_view gap, std::size_t width) {
  std::string out;
  std::size_t used = 0;
  for (const auto& word : words) {
    std::size_t length = 0;
    bool escape = false;
    std::string plain;
    for (const char c : word) {
      if (c == '\x1b') escape = true;
      if (!escape) plain += c;
      if (c == 'm') escape = false;
    }
    length = text_width(plain);
    if (used > 0 && used + gap.size() + length > width) {
      out += '\n';
      used = 0;
    }
    if (used > 0) out += gap;
    out += word;
    used += length + (used > 0 ? gap.size() : 0);
  }
  return words.empty() ? out : out + '\n';
}

std::string axis_title(const Axis& axis, int exponent) {
  std::string unit = axis.percent ? "%" : axis.unit;
  if (exponent != 0) unit = with_superscript(fmt::format("10^{}", exponent)) + (unit.empty() ? "" : " " + unit);
  if (unit.empty()) return axis.title;
  return axis.title.empty() ? unit : fmt::format("{} ({})", axis.title, unit);
}

class Page {
 public:
  Page(const Plot& plot, const TerminalOptions& options)
      : plot_(plot),
        colour_(options.colour),
        width_(static_cast<std::size_t>(std::max(options.width, kLeastPlotWidth))),
        names_(series_names(plot.panels)) {}

  std::string text(const Frames& frames) {
    if (!plot_.title.empty()) add_paragraph(plot_.title, true);
    const bool rows = std::ranges::all_of(frames.frames, [](const Frame& f) { return !f.panel.y.categories.empty(); });
    if (!rows && names_.size() > 1) add_legend();
    for (const Frame& frame : frames.frames) {
      if (!frame.panel.heading.empty()) add_paragraph(frame.panel.heading, true);
      if (frame.panel.y.categories.empty()) {
        add_grid(frame);
      } else {
        add_rows(frame);
      }
    }
    if (!plot_.note.empty()) add_paragraph(plot_.note, false);
    for (const std::string& remark : frames.remarks) add_paragraph(remark, false);
    return std::move(out_);
  }

 private:
  std::size_t style_of(const Series& series) const {
    return static_cast<std::size_t>(std::ranges::find(names_, series.name) - names_.begin());
  }
  int colour_number(const Series& series) const {
    return series.neutral ? kNeutral : terminal_colour(style_of(series));
  }
  std::string coloured(const std::string& text, int number) const { return colour_ ? painted(text, number) : text; }

  void add_paragraph(const std::string& text, bool bold) {
    const std::string plain = base::one_line(text);
    std::vector<std::string> words;
    for (const auto word : base::split(plain, ' ')) words.emplace_back(word);
    const std::string lines = wrapped_words(words, " ", width_);
    out_ += bold && colour_ ? fmt::format("\x1b[1m{}\x1b[0m\n", lines.substr(0, lines.size() - 1)) : lines;
  }

  void add_legend() {
    std::vector<std::string> entries;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      const std::string sign(terminal_mark(i, false));
      entries.push_back(coloured(sign, terminal_colour(i)) + ' ' + fitted(base::one_line(names_[i]), width_ / 2));
    }
    out_ += wrapped_words(entries, "   ", width_);
  }

  // The axis below: its line, the ticks' labels where they have room, and the title.
  void add_x_axis(const Axis& axis, const Range& range, const Ticks& ticks, std::size_t left, std::size_t columns) {
    std::vector<std::string> line(columns, "─");
    std::string labels;
    const TerminalGrid grid(columns, 1);
    for (const Tick& tick : ticks.ticks) {
      const std::size_t column = grid.column_of(range.place(tick.at));
      if (!tick.label.empty()) line[column] = "┴";
      const std::string label = with_superscript(tick.label);
      const std::size_t half = text_width(label) / 2;
      const std::size_t begin = left + column >= half ? left + column - half : 0;
      const std::size_t used = text_width(labels);
      if (label.empty() || (used > 0 && begin < used + 1) || begin + text_width(label) > width_) continue;
      labels += spaces(begin - used) + label;
    }
    out_ += spaces(left - 1) + "└" + base::join(line, "") + '\n' + labels + '\n';
    const std::string title = fitted(axis_title(axis, ticks.exponent), columns);
    out_ += spaces(left + (columns - text_width(title)) / 2) + title + '\n';
  }

  // Columns of the widest name, as far as there is room.
  std::size_t name_columns(const std::vector<std::string>& names) const {
    std::size_t widest = 0;
    for (const std::string& name : names) widest = std::max(widest, text_width(base::one_line(name)));
    return std::min({widest, kWidestName, width_ / 4});
  }

  // Dots and bars of one category panel. Where a category's name is too long to stand before its rows, all stand above.
  void add_rows(const Frame& frame) {
    const Panel& panel = frame.panel;
    const std::size_t series_width = names_.size() > 1 ? name_columns(names_) + 1 : 0;
    std::size_t name_width = name_columns(panel.y.categories);
    const bool above = std::ranges::any_of(
        panel.y.categories, [&](const auto& name) { return text_width(base::one_line(name)) > name_width; });
    if (above) name_width = 1;
    const std::size_t left = name_width + series_width + 2;
    const std::size_t columns = width_ - left - kValueWidth;
    for (std::size_t category = 0; category < panel.y.categories.size(); ++category) {
      std::string name = base::one_line(panel.y.categories[category]);
      if (above) out_ += fitted(std::exchange(name, {}), width_) + '\n';
      for (const Series& series : panel.series) {
        const std::string series_name = fitted(series_width > 0 ? base::one_line(series.name) : "", series_width);
        for (const Point& point : series.points) {
          if (point.y != static_cast<double>(category)) continue;
          out_ += padded(std::exchange(name, {}), name_width) + ' ' + padded(series_name, series_width);
          out_ += "│" + row_of(frame, series, point, columns) + '\n';
        }
      }
    }
    const int most = static_cast<int>(columns / kTickColumns);
    const Ticks ticks = make_ticks({frame.x.low, frame.x.high}, frame.x.scale, most, panel.x.percent);
    add_x_axis(panel.x, frame.x, ticks, left, columns);
  }

  std::string row_of(const Frame& frame, const Series& series, const Point& point, std::size_t columns) const {
    const TerminalGrid grid(columns, 1);
    std::vector<std::string> cells(columns, " ");
    const auto column = [&](double value) { return grid.column_of(std::clamp(frame.x.place(value), 0.0, 1.0)); };
    if (frame.panel.shade) {
      for (std::size_t i = column(frame.panel.shade->x.low); i <= column(frame.panel.shade->x.high); ++i)
        cells[i] = "░";
    }
    for (const Guide& guide : frame.panel.guides) {
      if (guide.axis == Guide::Across::x) cells[column(guide.at)] = "┆";
    }
    const int number = colour_number(series);
    if (point.x_interval) {
      const std::size_t low = column(point.x_interval->low);
      const std::size_t high = column(point.x_interval->high);
      for (std::size_t i = low; i <= high; ++i) {
        cells[i] = coloured(low == high ? "│" : i == low ? "├" : i == high ? "┤" : "─", number);
      }
    }
    const std::string_view mark = terminal_mark(style_of(series), point.provenance != Provenance::measured);
    cells[column(point.x)] = coloured(std::string(mark), number);
    const std::string value =
        frame.panel.x.percent ? fmt::format("{:+.1f} %", 100.0 * point.x) : fmt::format("{:.3g}", point.x);
    return base::join(cells, "") + padded(value, kValueWidth, true);
  }

  void add_grid(const Frame& frame) {
    const Panel& panel = frame.panel;
    const Ticks y_ticks =
        make_ticks({frame.y.low, frame.y.high}, frame.y.scale, static_cast<int>(kGridRows / 2), panel.y.percent);
    std::size_t left = 1;
    for (const Tick& tick : y_ticks.ticks) left = std::max(left, text_width(with_superscript(tick.label)) + 2);
    std::size_t right = 0;
    for (const Guide& guide : panel.guides) {
      if (guide.axis == Guide::Across::y) right = std::max(right, text_width(guide.label) + 1);
    }
    const std::size_t columns = width_ - left - right;
    TerminalGrid grid(columns, kGridRows);
    draw_series(grid, frame);
    std::vector<std::string> labels(kGridRows);
    std::vector<std::string> ends(kGridRows);
    for (const Tick& tick : y_ticks.ticks) {
      if (!tick.label.empty()) labels[grid.row_of(frame.y.place(tick.at))] = with_superscript(tick.label);
    }
    for (const Guide& guide : panel.guides) {
      if (guide.axis == Guide::Across::y) ends[grid.row_of(frame.y.place(guide.at))] = " " + guide.label;
    }
    out_ += axis_title(panel.y, y_ticks.exponent) + '\n';
    for (std::size_t row = 0; row < kGridRows; ++row) {
      std::string line = grid.row(row, colour_);
      if (!ends[row].empty()) line = padded_line(line, columns) + ends[row];
      out_ += padded(labels[row], left - 1, true) + (labels[row].empty() ? "│" : "┤") + line + '\n';
    }
    const Ticks x_ticks = make_ticks({frame.x.low, frame.x.high}, frame.x.scale,
                                     static_cast<int>(columns / kTickColumns), panel.x.percent);
    add_x_axis(panel.x, frame.x, x_ticks, left, columns);
  }

  // A guide goes through to its label: its row is filled already, whatever escapes are in it.
  static std::string padded_line(const std::string& line, std::size_t columns) {
    return line.find('\x1b') == std::string::npos ? padded(line, columns) : line;
  }

  void draw_series(TerminalGrid& grid, const Frame& frame) const {
    const auto spot = [&](double x, double y) {
      return Spot{std::clamp(frame.x.place(x), 0.0, 1.0), std::clamp(frame.y.place(y), 0.0, 1.0)};
    };
    for (const Guide& guide : frame.panel.guides) {
      if (guide.axis == Guide::Across::y) {
        grid.across(frame.y.place(guide.at));
      } else {
        grid.upright(frame.x.place(guide.at));
      }
    }
    for (const Series& series : frame.panel.series) {
      const int number = colour_number(series);
      for (std::size_t i = 0; i < series.points.size(); ++i) {
        const Point& point = series.points[i];
        if (point.y_interval)
          grid.line(spot(point.x, point.y_interval->low), spot(point.x, point.y_interval->high), number);
        if (point.x_interval)
          grid.line(spot(point.x_interval->low, point.y), spot(point.x_interval->high, point.y), number);
        if (i == 0 || series.join == Join::none) continue;
        const Point& before = series.points[i - 1];
        const Spot from = spot(before.x, before.y);
        const Spot to = spot(point.x, point.y);
        const Spot corner = series.join == Join::step      ? Spot{to.x, from.y}
                            : series.join == Join::step_up ? Spot{from.x, to.y}
                                                           : from;
        grid.line(from, corner, number);
        grid.line(corner, to, number);
      }
    }
    for (const Series& series : frame.panel.series) {
      for (const Point& point : series.points) {
        if (!series.marks) continue;
        const bool hollow = point.provenance != Provenance::measured;
        grid.mark(spot(point.x, point.y), terminal_mark(style_of(series), hollow), colour_number(series));
      }
    }
    for (const Series& series : frame.panel.series) {
      for (const Point& point : series.points) grid.label(spot(point.x, point.y), point.label);
    }
  }

  const Plot& plot_;
  bool colour_;
  std::size_t width_;
  std::vector<std::string> names_;
  std::string out_;
};

}  // namespace

Result<std::string> to_terminal(const Plot& plot, const TerminalOptions& options) {
  WATTLENS_TRY(const Frames frames, frames_of(plot));
  return Page(plot, options).text(frames);
}

}  // namespace wattlens::plot
