#include "audit/match.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "base/fields.h"

namespace wattlens::audit {
namespace {

// A logger begins before the run and ends after it.
constexpr double kLongerBy = 60.0;  // s
constexpr double kRelative = 0.02;
constexpr std::size_t kMostInAGroup = 4000;

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool durations_fit(double trace, double row) { return std::abs(trace - row) <= std::max(kLongerBy, kRelative * row); }

// The rows whose words the trace bears; a column of which it bears none says nothing.
std::vector<std::size_t> candidates_of(const TraceMark& trace, std::span<const ResultRow> rows) {
  std::vector<std::size_t> left(rows.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  const std::size_t columns = rows.empty() ? 0 : rows.front().words.size();
  std::map<std::string, bool> known;
  for (std::size_t column = 0; column < columns; ++column) {
    std::vector<std::size_t> fitting;
    for (const std::size_t row : left) {
      const std::string& words = rows[row].words[column];
      if (words.empty()) continue;
      auto found = known.find(words);
      if (found == known.end()) found = known.emplace(words, bears(trace.labels, words)).first;
      if (found->second) fitting.push_back(row);
    }
    if (!fitting.empty()) left = std::move(fitting);
  }
  return left;
}

// Both in their order, one of them perhaps with more: the alignment of least difference in duration.
class Alignment {
 public:
  Alignment(std::vector<double> few, std::vector<double> many) : few_(std::move(few)), many_(std::move(many)) {}

  // Per one of the few the index among the many.
  std::vector<std::size_t> best() {
    const std::size_t width = many_.size() + 1;
    std::vector<double> cost((few_.size() + 1) * width, std::numeric_limits<double>::infinity());
    for (std::size_t k = 0; k < width; ++k) cost[k] = 0.0;
    for (std::size_t i = 1; i <= few_.size(); ++i) {
      for (std::size_t k = i; k < width; ++k) {
        const double taken = cost[(i - 1) * width + k - 1] + std::abs(few_[i - 1] - many_[k - 1]);
        cost[i * width + k] = std::min(cost[i * width + k - 1], taken);
      }
    }
    std::vector<std::size_t> chosen(few_.size());
    std::size_t k = many_.size();
    for (std::size_t i = few_.size(); i > 0; --i) {
      while (k > i && cost[i * width + k] == cost[i * width + k - 1]) --k;
      chosen[i - 1] = --k;
    }
    return chosen;
  }

 private:
  std::vector<double> few_;
  std::vector<double> many_;
};

using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;  // trace, row

Pairs pair_up(const std::vector<std::size_t>& in_order, const std::vector<std::size_t>& candidates,
              std::span<const TraceMark> traces, std::span<const ResultRow> rows) {
  Pairs pairs;
  const bool timed = std::ranges::all_of(candidates, [&](std::size_t row) { return rows[row].duration.has_value(); });
  if (!timed || in_order.size() > kMostInAGroup || candidates.size() > kMostInAGroup) {
    if (in_order.size() != candidates.size()) return {};
    for (std::size_t i = 0; i < in_order.size(); ++i) pairs.emplace_back(in_order[i], candidates[i]);
    return pairs;
  }
  std::vector<double> of_traces;
  std::vector<double> of_rows;
  for (const std::size_t trace : in_order) of_traces.push_back(traces[trace].duration.value);
  for (const std::size_t row : candidates) of_rows.push_back(rows[row].duration->value);
  const bool fewer_traces = in_order.size() <= candidates.size();
  const auto chosen = fewer_traces ? Alignment(of_traces, of_rows).best() : Alignment(of_rows, of_traces).best();
  for (std::size_t i = 0; i < chosen.size(); ++i) {
    const std::size_t trace = fewer_traces ? in_order[i] : in_order[chosen[i]];
    const std::size_t row = fewer_traces ? candidates[chosen[i]] : candidates[i];
    if (durations_fit(traces[trace].duration.value, rows[row].duration->value)) pairs.emplace_back(trace, row);
  }
  return pairs;
}

}  // namespace

bool bears(const std::string& text, const std::string& words) {
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    const std::size_t end = at + words.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) return true;
  }
  return false;
}

std::vector<std::optional<std::size_t>> match_rows(std::span<const TraceMark> traces, std::span<const ResultRow> rows) {
  std::map<std::vector<std::size_t>, std::vector<std::size_t>> groups;  // candidates, traces
  for (std::size_t i = 0; i < traces.size(); ++i) groups[candidates_of(traces[i], rows)].push_back(i);
  // Rows belong to the traces that name them most closely; what is left may be that of others, which the table calls
  // otherwise.
  std::vector<std::pair<std::vector<std::size_t>, std::vector<std::size_t>>> by_choice(groups.begin(), groups.end());
  std::ranges::stable_sort(by_choice, {}, [](const auto& group) { return group.first.size(); });
  std::vector<std::optional<std::size_t>> matched(traces.size());
  std::vector<bool> taken(rows.size());
  for (auto& [candidates, members] : by_choice) {
    std::erase_if(candidates, [&](std::size_t row) { return taken[row]; });
    std::ranges::stable_sort(members, {}, [&](std::size_t trace) { return traces[trace].begin_ns; });
    for (const auto& [trace, row] : pair_up(members, candidates, traces, rows)) matched[trace] = row;
    for (const std::size_t row : candidates) taken[row] = true;
  }
  return matched;
}

}  // namespace wattlens::audit
