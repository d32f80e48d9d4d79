#include "audit/table_scan.h"

#include <algorithm>
#include <utility>

namespace wattlens::audit {
namespace {

constexpr std::size_t kMostLabels = 100'000;
constexpr std::size_t kMostColumns = 256;  // more have no relations looked at

bool is_measured(Role role) { return role == Role::energy || role == Role::power; }

}  // namespace

void RatioScan::add(double ratio) {
  lowest = rows == 0 ? ratio : std::min(lowest, ratio);
  highest = rows == 0 ? ratio : std::max(highest, ratio);
  ++rows;
  values.add(ratio);
}

TableScan::TableScan(std::vector<Heading> headings) : headings_(std::move(headings)) {
  if (headings_.size() > kMostColumns) headings_.resize(kMostColumns);
  const std::size_t count = headings_.size();
  columns_.resize(count);
  mean_power_.resize(count);
  over_power_.resize(count);
  over_power_sum_.resize(count);
  equal_.resize(count * count);
  missing_beside_.resize(count * count);
  const std::vector<std::size_t> durations = with_role(Role::duration);
  if (!durations.empty()) duration_ = durations.front();
  const std::vector<std::size_t> sums = with_role(Role::power_sum);
  if (!sums.empty()) power_sum_ = sums.front();
  const std::vector<std::size_t> boards = with_role(Role::boards);
  if (!boards.empty()) boards_ = boards.front();
  energies_ = with_role(Role::energy);
  for (const std::size_t index : energies_) {
    if (headings_[index].part == "total" && energies_.size() > 1) total_ = index;
  }
  powers_.resize(count);
  for (const std::size_t index : energies_) powers_[index] = find_power_of(index);
}

std::vector<std::size_t> TableScan::with_role(Role role) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    if (headings_[i].role == role) found.push_back(i);
  }
  return found;
}

std::optional<std::size_t> TableScan::find_power_of(std::size_t energy) const {
  const std::vector<std::size_t> powers = with_role(Role::power);
  const auto same_part = [&](std::size_t power) { return headings_[power].part == headings_[energy].part; };
  const auto found = std::ranges::find_if(powers, same_part);
  if (found != powers.end()) return *found;
  if (powers.size() == 1 && energies_.size() == 1) return powers.front();
  return std::nullopt;
}

void TableScan::add_row(std::int64_t line, const Cells& cells, std::string_view label) {
  ++rows_;
  for (std::size_t i = 0; i < headings_.size(); ++i) {
    ColumnScan& column = columns_[i];
    if (!cells[i]) {
      if (column.missing++ == 0) column.first_missing_line = line;
      continue;
    }
    const double value = *cells[i];
    if (column.present++ == 0) column.first = column.lowest = column.highest = value;
    column.lowest = std::min(column.lowest, value);
    column.highest = std::max(column.highest, value);
    column.sum += value;
    column.constant = column.constant && value == column.first;
    if (value == 0.0) ++column.zeros;
    if (value < 0.0 && column.negatives++ == 0) column.first_negative_line = line;
    column.values.add(value);
  }
  add_relations(cells);
  add_pairs(cells);
  if (label.empty() || too_many_labels_) return;
  labelled_ = true;
  const auto found = labels_.find(label);
  if (found != labels_.end()) {
    ++found->second;
  } else if (labels_.size() < kMostLabels) {
    labels_.emplace(label, 1);
  } else {
    too_many_labels_ = true;
  }
}

void TableScan::add_relations(const Cells& cells) {
  double parts = 0.0;
  for (const std::size_t energy : energies_) {
    if (!cells[energy]) continue;
    if (total_ && energy != *total_) parts += *cells[energy];
    if (!duration_ || !cells[*duration_] || !(*cells[*duration_] > 0.0)) continue;
    const double seconds = *cells[*duration_];
    const double watts = *cells[energy] / seconds;
    mean_power_[energy].add(watts);
    const auto power = powers_[energy];
    if (power && cells[*power] && *cells[*power] > 0.0) over_power_[energy].add(watts / *cells[*power]);
    const bool several = boards_ && cells[*boards_] && *cells[*boards_] >= 2.0;
    if (several && headings_[energy].part.starts_with("gpu")) per_board_.add(watts / *cells[*boards_]);
    if (power_sum_ && cells[*power_sum_] && *cells[*power_sum_] > 0.0) {
      over_power_sum_[energy].add(watts / *cells[*power_sum_]);
    }
  }
  if (total_ && cells[*total_] && *cells[*total_] > 0.0 && parts > 0.0) {
    parts_over_total_.add(parts / *cells[*total_]);
  }
}

void TableScan::add_pairs(const Cells& cells) {
  for (std::size_t a = 0; a < headings_.size(); ++a) {
    if (!is_measured(headings_[a].role)) continue;
    for (std::size_t b = 0; b < headings_.size(); ++b) {
      if (a == b || headings_[b].role != headings_[a].role) continue;
      if (cells[a] && cells[b] && *cells[a] == *cells[b] && *cells[a] != 0.0) ++equal_[pair(a, b)];
      if (!cells[a] && cells[b]) ++missing_beside_[pair(a, b)];
    }
  }
}

std::int64_t TableScan::equal_rows(std::size_t a, std::size_t b) const { return equal_[pair(a, b)]; }

std::int64_t TableScan::missing_beside(std::size_t column, std::size_t other) const {
  return missing_beside_[pair(column, other)];
}

std::int64_t TableScan::labels_with_one_row() const {
  return std::ranges::count_if(labels_, [](const auto& entry) { return entry.second == 1; });
}

}  // namespace wattlens::audit
