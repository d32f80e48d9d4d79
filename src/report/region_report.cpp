#include "report/region_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "report/experiment_tables.h"
#include "report/number_text.h"
#include "report/terminal_text.h"

namespace wattlens::report {
namespace {

using record::Region;

constexpr std::size_t kMostRows = 30;
constexpr std::size_t kWidestName = 40;

using ThreadId = std::pair<std::int64_t, std::int64_t>;

ThreadId thread_of(const Region& region) { return {region.process, region.thread}; }

// Each region before those inside it, in the order in which they were first begun.
void add_nested(const std::vector<Region>& regions, const std::multimap<std::vector<std::string>, std::size_t>& inside,
                const std::vector<std::string>& path, std::vector<std::size_t>& order) {
  std::vector<std::size_t> children;
  for (auto [child, last] = inside.equal_range(path); child != last; ++child) children.push_back(child->second);
  std::ranges::sort(children);
  for (const std::size_t child : children) {
    order.push_back(child);
    add_nested(regions, inside, regions[child].path, order);
  }
}

std::vector<std::size_t> nested_order(const std::vector<Region>& regions, const ThreadId& thread) {
  std::multimap<std::vector<std::string>, std::size_t> inside;  // by the path around
  for (std::size_t i = 0; i < regions.size(); ++i) {
    if (thread_of(regions[i]) != thread) continue;
    inside.emplace(std::vector(regions[i].path.begin(), std::prev(regions[i].path.end())), i);
  }
  std::vector<std::size_t> order;
  add_nested(regions, inside, {}, order);
  return order;
}

// Those that are shown: all, or the ones of most energy, or of most time where there is none.
std::set<std::size_t> chosen(const std::vector<Region>& regions) {
  std::vector<std::size_t> places(regions.size());
  for (std::size_t i = 0; i < places.size(); ++i) places[i] = i;
  const auto weight = [&](std::size_t i) {
    const record::Window& window = regions[i].window;
    return std::pair(window.total.value.value_or(record::Joules{}), window.duration());
  };
  std::ranges::stable_sort(places, [&](std::size_t a, std::size_t b) { return weight(a) > weight(b); });
  if (places.size() > kMostRows) places.resize(kMostRows);
  return {places.begin(), places.end()};
}

std::string name_text(const Region& region) {
  std::string name;
  // Spaces that no line is broken at, and that are not taken off.
  for (std::size_t i = 1; i < region.path.size(); ++i) name += "\u00a0\u00a0";
  const std::string& own = region.path.back();
  const std::string_view shown = cut(own, kWidestName);
  name += shown;
  return shown.size() < own.size() ? name + "…" : name;
}

std::string time_text(record::Seconds time) {
  return time < record::Seconds{0.1} ? number_text(time.value * 1e3) + " ms" : number_text(time.value) + " s";
}

std::string remarks_of(const Region& region) {
  std::vector<std::string> remarks;
  if (region.unended > 0) remarks.push_back(fmt::format("{} never ended", region.unended));
  if (region.count > 0 && !region.resolvable) {
    remarks.push_back(region.needs_at_least
                          ? fmt::format("too short: one needs at least {}", time_text(*region.needs_at_least))
                          : std::string("not resolvable"));
  }
  return fmt::format("{}", fmt::join(remarks, "; "));
}

void add_row(Table& table, const Region& region) {
  const record::Window& window = region.window;
  Quantity energy = to_quantity(window.total, window.complete);
  Cell power;
  if (window.total.value && window.duration() > record::Seconds{}) {
    power = (*window.total.value / window.duration()).value;
  }
  table.rows.push_back({name_text(region), region.count, region.count > 0 ? Cell(window.duration().value) : Cell(),
                        std::move(energy), std::move(power), remarks_of(region)});
}

}  // namespace

Section region_section(const record::Measurement& run) {
  Section section;
  if (run.regions.empty()) return section;
  section.heading = "Regions";
  section.lead = "The energy of the whole machine while they were open.";
  Table table{.columns = {{"", "region", ColumnKind::text},
                          {"", "times", ColumnKind::number},
                          {"", "s", ColumnKind::number},
                          {"", "J", ColumnKind::energy},
                          {"", "W", ColumnKind::number},
                          {"", "", ColumnKind::text}},
              .rows = {},
              .groups = {}};
  table.columns.back().heading = "remarks";
  const std::set<std::size_t> shown = chosen(run.regions);
  std::vector<ThreadId> threads;
  for (const Region& region : run.regions) {
    if (std::ranges::find(threads, thread_of(region)) == threads.end()) threads.push_back(thread_of(region));
  }
  for (const ThreadId& thread : threads) {
    for (const std::size_t i : nested_order(run.regions, thread)) {
      if (!shown.contains(i)) continue;
      if (threads.size() > 1) begin_group(table, fmt::format("thread {} of process {}", thread.second, thread.first));
      add_row(table, run.regions[i]);
    }
  }
  section.table = std::move(table);
  if (shown.size() < run.regions.size()) {
    section.remarks.push_back(
        fmt::format("{} more regions of less energy: --json FILE has all", run.regions.size() - shown.size()));
  }
  return section;
}

}  // namespace wattlens::report
