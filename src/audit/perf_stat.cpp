#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "audit/csv_reading.h"
#include "audit/readers.h"
#include "base/fields.h"
#include "base/text.h"

namespace wattlens::audit {
namespace {

bool is_energy_event(std::string_view name) {
  return name.starts_with("power/energy") || name.find("/energy") != std::string_view::npos;
}

std::string part_of_event(std::string_view event) {
  for (const auto& [word, part] :
       {std::pair{"psys", "psys"}, {"pkg", "cpu"}, {"ram", "ram"}, {"gpu", "gpu"}, {"cores", "cores"}}) {
    if (event.find(word) != std::string_view::npos) return part;
  }
  return {};
}

// "42.15 Joules power/energy-pkg/", wherever it stands in the line.
struct Reading {
  std::string before;                  // what stands in front: the time of -I, a socket of --per-socket
  std::optional<base::Number> joules;  // empty: <not counted>, <not supported>
  std::string event;
};

void append(std::string& text, std::string_view word) {
  if (!text.empty()) text += ' ';
  text += word;
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const std::string_view word : base::split(line, ' ')) {
    if (!base::trim(word).empty()) words.push_back(base::trim(word));
  }
  return words;
}

std::optional<Reading> read_text_line(std::string_view line) {
  const std::vector<std::string_view> words = words_of(line);
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!is_energy_event(words[i])) continue;
    Reading reading{.event = std::string(words[i])};
    const bool joules = words[i - 1] == "Joules" && i >= 2;
    const std::size_t value = joules ? i - 2 : i - 1;
    if (joules) {
      reading.joules = base::parse_quantity(words[value]);
    } else if (!words[i - 1].starts_with("supported>") && !words[i - 1].starts_with("counted>")) {
      return std::nullopt;
    }
    const std::size_t end = joules || value == 0 ? value : value - 1;  // "<not" stands before "supported>"
    for (std::size_t k = 0; k < end; ++k) append(reading.before, words[k]);
    return reading;
  }
  return std::nullopt;
}

std::optional<Reading> read_separated_line(const base::Fields& row) {
  for (std::size_t i = 2; i < row.size(); ++i) {
    if (!is_energy_event(row[i])) continue;
    if (row[i - 1] != "Joules" && !row[i - 1].empty()) return std::nullopt;
    Reading reading{.joules = base::parse_quantity(row[i - 2]), .event = std::string(row[i])};
    for (std::size_t k = 0; k + 2 < i; ++k) append(reading.before, row[k]);
    return reading;
  }
  return std::nullopt;
}

// One row per run of perf: the energies of its events, and its time.
struct Rows {
  std::vector<std::string> events;
  std::vector<std::vector<std::pair<std::size_t, double>>> rows;  // event, joules
  std::vector<std::optional<double>> seconds;
  std::vector<std::int64_t> lines;

  void add(std::string_view event, double joules, std::int64_t line) {
    std::size_t index = 0;
    while (index < events.size() && events[index] != event) ++index;
    if (index == events.size()) events.emplace_back(event);
    const bool again =
        !rows.empty() && std::ranges::any_of(rows.back(), [&](const auto& e) { return e.first == index; });
    if (rows.empty() || again || seconds.back()) {
      rows.emplace_back();
      seconds.emplace_back();
      lines.push_back(line);
    }
    rows.back().emplace_back(index, joules);
  }
};

constexpr std::size_t kMostEvents = 64;

class PerfStat {
 public:
  PerfStat(base::LineReader& lines, Log& log) : lines_(lines), log_(log) {}

  Result<void> read() {
    separator_ = base::guess_separator(lines_.head());
    while (true) {
      WATTLENS_TRY(const bool any, lines_.next());
      if (!any) break;
      WATTLENS_CHECK(read_line());
    }
    if (auto finding = marks_.finding("Joules")) log_.findings.push_back(*std::move(finding));
    add_table();
    return {};
  }

 private:
  Result<void> read_line() {
    const std::string_view line = lines_.line();
    if (line.find("seconds time elapsed") != std::string_view::npos) {
      const auto elapsed = base::parse_quantity(base::trim(line));
      if (elapsed && !table_.seconds.empty()) table_.seconds.back() = elapsed->value;
      return {};
    }
    auto reading = read_text_line(line);
    if (!reading && row_.split(line, separator_)) reading = read_separated_line(row_);
    if (!reading) return {};
    if (!reading->joules) {
      log_.add_absent(lines_.number());
      return {};
    }
    if (reading->joules->mark != base::DecimalMark::none)
      marks_.add(reading->joules->mark == base::DecimalMark::comma, lines_.number());
    ++log_.rows;
    return add(*reading);
  }

  // With -I a time stands in front.
  Result<void> add(const Reading& reading) {
    const std::vector<std::string_view> before = words_of(reading.before);
    const auto time = before.empty() ? std::nullopt : time_reader_.read(before.front());
    if (!time) {
      std::string event = reading.before;
      append(event, reading.event);
      if (table_.events.size() < kMostEvents) table_.add(event, reading.joules->value, lines_.number());
      return {};
    }
    std::string name = reading.event;
    for (std::size_t i = 1; i < before.size(); ++i) append(name, before[i]);
    auto found = series_.find(name);
    if (found == series_.end()) {
      SeriesInfo info{.name = name,
                      .kind = SeriesKind::increment,
                      .unit = "J",
                      .unit_named = true,
                      .part = part_of_event(name),
                      .sensor = "rapl"};
      WATTLENS_TRY(const std::size_t index, log_.add_series(std::move(info), lines_.name()));
      found = series_.emplace(name, index).first;
      log_.series[index].begin(0);
    }
    log_.series[found->second].add(*time, reading.joules->value, lines_.number());
    return {};
  }

  void add_table() {
    if (table_.rows.empty()) return;
    std::vector<Heading> headings = {{"seconds time elapsed", Role::duration, Unit{Dimension::time, 1.0, "s"}, ""}};
    for (const std::string& event : table_.events) {
      headings.push_back({event, Role::energy, Unit{Dimension::energy, 1.0, "J"}, part_of_event(event)});
    }
    log_.table.emplace(headings);
    for (std::size_t i = 0; i < table_.rows.size(); ++i) {
      Cells cells(headings.size());
      cells[0] = table_.seconds[i];
      for (const auto& [event, joules] : table_.rows[i]) cells[event + 1] = joules;
      log_.table->add_row(table_.lines[i], cells, "perf stat");
    }
  }

  base::LineReader& lines_;
  Log& log_;
  base::Fields row_;
  char separator_ = ',';
  base::TimeReader time_reader_ = base::TimeReader(1.0);
  MarkScan marks_;
  Rows table_;
  std::map<std::string, std::size_t, std::less<>> series_;
};

}  // namespace

bool is_perf_stat(std::string_view head) {
  if (head.find("Performance counter stats for") != std::string_view::npos) return true;
  base::Fields row;
  for (std::size_t i = 0; i < 5; ++i) {
    const std::string_view line = line_of(head, i);
    if (read_text_line(line)) return true;
    if (row.split(line, base::guess_separator(head)) && read_separated_line(row)) return true;
  }
  return false;
}

Result<void> read_perf_stat(base::LineReader& lines, const ColumnNames& /*names*/, Log& log) {
  return PerfStat(lines, log).read();
}

}  // namespace wattlens::audit
