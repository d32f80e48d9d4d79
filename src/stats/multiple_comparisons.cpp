#include "stats/multiple_comparisons.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>

namespace wattlens::stats {
namespace {

using Column = std::vector<bool>;  // which groups have one letter

Result<std::vector<std::size_t>> ascending(std::span<const double> p_values) {
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!(p_values[i] >= 0.0 && p_values[i] <= 1.0)) {
      return fail(ErrorKind::usage, fmt::format("a p value lies in [0, 1], number {} is {}", i + 1, p_values[i]));
    }
  }
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  return order;
}

bool lies_within(const Column& inner, const Column& outer) {
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] && !outer[i]) return false;
  }
  return true;
}

// Columns that lie within another one say nothing.
void absorb(std::vector<Column>& columns) {
  for (std::size_t i = 0; i < columns.size();) {
    bool within = false;
    for (std::size_t k = 0; k < columns.size() && !within; ++k) {
      within = k != i && lies_within(columns[i], columns[k]) && (columns[i] != columns[k] || k < i);
    }
    if (within) {
      columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

std::string letter(std::size_t number) {
  std::string text;
  for (std::size_t left = number + 1; left > 0; left = (left - 1) / 26) {
    text.insert(text.begin(), static_cast<char>('a' + static_cast<char>((left - 1) % 26)));
  }
  return text;
}

}  // namespace

Result<std::vector<double>> holm_adjusted(std::span<const double> p_values) {
  WATTLENS_TRY(const auto order, ascending(p_values));
  std::vector<double> adjusted(p_values.size());
  double largest = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    largest = std::max(largest, static_cast<double>(order.size() - i) * p_values[order[i]]);
    adjusted[order[i]] = std::min(1.0, largest);
  }
  return adjusted;
}

Result<std::vector<double>> holm_levels(std::span<const double> p_values, double level) {
  if (!(level > 0.0 && level < 1.0)) {
    return fail(ErrorKind::usage, fmt::format("a level lies between 0 and 1, got {}", level));
  }
  WATTLENS_TRY(const auto order, ascending(p_values));
  std::vector<double> levels(p_values.size());
  std::size_t rejected = 0;
  for (const std::size_t i : order) {
    levels[i] = level / static_cast<double>(order.size() - rejected);
    if (rejected + 1 < order.size() && p_values[i] < levels[i]) ++rejected;
  }
  return levels;
}

Result<std::vector<std::vector<std::string>>> compact_letters(
    std::size_t groups, std::span<const std::pair<std::size_t, std::size_t>> different) {
  std::vector<Column> columns;
  if (groups > 0) columns.emplace_back(groups, true);
  for (const auto& [one, other] : different) {
    if (one >= groups || other >= groups || one == other) {
      return fail(ErrorKind::usage, fmt::format("there is no pair {}, {} among {} groups", one, other, groups));
    }
    const std::size_t before = columns.size();
    for (std::size_t i = 0; i < before; ++i) {
      if (!columns[i][one] || !columns[i][other]) continue;
      Column without = columns[i];
      without[other] = false;
      columns[i][one] = false;
      columns.push_back(std::move(without));
    }
    absorb(columns);
  }
  std::ranges::sort(columns, std::greater<>());
  std::vector<std::vector<std::string>> letters(groups);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    for (std::size_t group = 0; group < groups; ++group) {
      if (columns[i][group]) letters[group].push_back(letter(i));
    }
  }
  return letters;
}

}  // namespace wattlens::stats
