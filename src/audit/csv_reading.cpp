#include "audit/csv_reading.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/fields.h"

namespace wattlens::audit {
namespace {

// Reads the rows of one trace, which may speak of several devices in turn.
class TraceRows {
 public:
  TraceRows(base::LineReader& lines, TraceFields fields, Log& log)
      : lines_(lines), fields_(std::move(fields)), log_(log), marks_(fields_.values.size()) {
    last_field_ = fields_.time;
    for (const ValueField& value : fields_.values) last_field_ = std::max(last_field_, value.field);
    for (const std::size_t field : fields_.device) last_field_ = std::max(last_field_, field);
  }

  Result<void> read() {
    while (true) {
      WATTLENS_TRY(const bool any, lines_.next());
      if (!any) break;
      if (is_no_row(lines_.line())) continue;
      WATTLENS_CHECK(read_row());
    }
    for (std::size_t i = 0; i < marks_.size(); ++i) {
      if (auto finding = marks_[i].finding(fields_.values[i].info.name)) log_.findings.push_back(*std::move(finding));
    }
    return {};
  }

 private:
  Result<void> read_row() {
    if (!row_.split(lines_.line(), fields_.separator)) {
      bad("a quote is not closed");
      return {};
    }
    if (!fields_.heading.empty() && row_[0] == fields_.heading) return {};               // a log that was appended to
    const std::size_t most = fields_.columns + (row_[row_.size() - 1].empty() ? 1 : 0);  // a separator at the end
    if (fields_.columns > 0 && row_.size() > most) {
      bad(fmt::format("{} fields, the heading has {}", row_.size(), fields_.columns));
      return {};
    }
    if (row_.size() <= last_field_) {
      bad(fmt::format("{} fields, {} are needed", row_.size(), last_field_ + 1));
      return {};
    }
    if (lines_.cut_off() && row_.size() == last_field_ + 1) {  // its last number may have lost digits
      add_cut_off(lines_, log_);
      return {};
    }
    const auto time = fields_.time_reader.read(row_[fields_.time]);
    if (!time) {
      bad(fmt::format("'{}' is no time", row_[fields_.time].substr(0, 40)));
      return {};
    }
    WATTLENS_TRY(const std::size_t first, first_series());
    ++log_.rows;
    for (std::size_t i = 0; i < fields_.values.size(); ++i) read_value(i, *time, log_.series[first + i]);
    if (fields_.limit && *fields_.limit < row_.size()) {
      if (const auto limit = base::parse_quantity(row_[*fields_.limit])) {
        for (std::size_t i = 0; i < fields_.values.size(); ++i) log_.series[first + i].set_limit({limit->value});
      }
    }
    return {};
  }

  void read_value(std::size_t index, std::int64_t time, SeriesScan& series) {
    const ValueField& value = fields_.values[index];
    const std::string_view text = row_[value.field];
    const auto number = base::parse_quantity(text);
    if (!number) {
      if (base::is_absent(text)) return log_.add_absent(lines_.number());
      return bad(fmt::format("'{}' is no number", text.substr(0, 40)));
    }
    double factor = value.factor;
    if (!number->unit.empty()) {
      const Dimension wanted = value.info.kind == SeriesKind::power ? Dimension::power : Dimension::energy;
      if (number->unit != last_unit_) {
        last_unit_ = number->unit;
        known_unit_ = unit_of(number->unit);
      }
      if (!known_unit_ || known_unit_->dimension != wanted) {
        return bad(fmt::format("'{}' has a unit that does not fit", text.substr(0, 40)));
      }
      factor = known_unit_->factor;
    }
    if (number->mark != base::DecimalMark::none)
      marks_[index].add(number->mark == base::DecimalMark::comma, lines_.number());
    series.add(time, number->value * factor, lines_.number());
  }

  // The series of the row's device begin here; made when a device is met first.
  Result<std::size_t> first_series() {
    device_.clear();
    for (const std::size_t field : fields_.device) {
      if (row_[field].empty()) continue;
      if (!device_.empty()) device_ += ' ';
      device_ += row_[field];
    }
    if (known_ && device_ == last_device_) return last_first_;
    const auto found = devices_.find(device_);
    if (found != devices_.end()) {
      last_first_ = found->second;
    } else {
      last_first_ = log_.series.size();
      for (const ValueField& value : fields_.values) {
        SeriesInfo info = value.info;
        if (!device_.empty()) info.device = device_;
        WATTLENS_CHECK(log_.add_series(std::move(info), lines_.name()));
      }
      devices_.emplace(device_, last_first_);
    }
    known_ = true;
    last_device_ = device_;
    return last_first_;
  }

  void bad(std::string_view why) {
    if (lines_.cut_off()) return add_cut_off(lines_, log_);
    log_.add_bad_row(lines_.number(), why);
  }

  base::LineReader& lines_;
  TraceFields fields_;
  Log& log_;
  base::Fields row_;
  std::size_t last_field_ = 0;
  std::vector<MarkScan> marks_;
  std::map<std::string, std::size_t, std::less<>> devices_;
  std::string device_;
  std::string last_device_;
  std::size_t last_first_ = 0;
  bool known_ = false;
  std::string last_unit_;
  std::optional<Unit> known_unit_;
};

std::string label_of(const base::Fields& row, const std::vector<std::size_t>& fields) {
  std::string label;
  for (const std::size_t field : fields) {
    if (!label.empty()) label += ", ";
    label += row[field];
  }
  return label;
}

}  // namespace

Result<void> read_trace(base::LineReader& lines, TraceFields fields, Log& log) {
  return TraceRows(lines, std::move(fields), log).read();
}

Result<void> read_table(base::LineReader& lines, const TableFields& fields, Log& log) {
  log.table.emplace(fields.headings);
  const std::size_t count = log.table->headings().size();
  Cells cells(count);
  std::vector<MarkScan> marks(count);
  base::Fields row;
  while (true) {
    WATTLENS_TRY(const bool any, lines.next());
    if (!any) break;
    if (is_no_row(lines.line())) continue;
    const bool closed = row.split(lines.line(), fields.separator);
    if (!closed || row.size() != fields.headings.size()) {
      if (lines.cut_off()) {
        add_cut_off(lines, log);
      } else {
        log.add_bad_row(lines.number(),
                        closed ? fmt::format("{} fields, the heading has {}", row.size(), fields.headings.size())
                               : "a quote is not closed");
      }
      continue;
    }
    if (row[0] == fields.headings[0].name) continue;
    for (std::size_t i = 0; i < count; ++i) {
      cells[i].reset();
      const Role role = fields.headings[i].role;
      if (role == Role::other || role == Role::time) continue;
      const auto number = base::parse_quantity(row[i]);
      if (!number) continue;
      if (number->mark != base::DecimalMark::none)
        marks[i].add(number->mark == base::DecimalMark::comma, lines.number());
      cells[i] = number->value * fields.factors[i];
    }
    ++log.rows;
    log.table->add_row(lines.number(), cells, label_of(row, fields.labels));
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (auto finding = marks[i].finding(fields.headings[i].name)) log.findings.push_back(*std::move(finding));
  }
  return {};
}

std::vector<std::string> split_headings(std::string_view line, char separator) {
  base::Fields fields;
  fields.split(line, separator);
  std::vector<std::string> headings;
  for (std::size_t i = 0; i < fields.size(); ++i) headings.emplace_back(fields[i]);
  return headings;
}

std::optional<std::size_t> index_of(const std::vector<std::string>& headings, std::string_view name) {
  const std::string wanted = base::lower_case(name);
  for (std::size_t i = 0; i < headings.size(); ++i) {
    if (base::lower_case(headings[i]) == wanted) return i;
  }
  return std::nullopt;
}

bool is_no_row(std::string_view line) {
  return line.empty() || line.front() == '#' || line.find_first_not_of(" \t\r,;") == std::string_view::npos;
}

void add_cut_off(const base::LineReader& lines, Log& log) {
  log.findings.push_back({.code = "truncated_last_line",
                          .severity = Severity::remark,
                          .line = lines.number(),
                          .seen = fmt::format("the last line has no end: '{}'", lines.line().substr(0, 60)),
                          .changes = "left out: the energy lacks one reading",
                          .mend = "let the logger end by itself rather than kill it"});
}

}  // namespace wattlens::audit
