#include "experiment/neighbour_history.h"

#include <ranges>
#include <utility>

namespace wattlens::experiment {
NeighbourHistory::NeighbourHistory(const base::Clock& clock, base::Path root) : clock_(clock), root_(std::move(root)) {}

void NeighbourHistory::mark() {
  const base::MonoTime now = clock_.now();
  while (marks_.size() > 1 && now - marks_[1].time > kTicksNeed) marks_.pop_front();
  marks_.push_back({now, machine::NeighbourWatch(clock_, root_)});
  marks_.back().watch.begin();
}

record::Neighbours NeighbourHistory::since_mark() {
  for (auto& mark : std::views::reverse(marks_)) {
    record::Neighbours neighbours = mark.watch.end();
    if (neighbours.other_cores) return neighbours;
  }
  return marks_.empty() ? record::Neighbours{} : marks_.back().watch.end();
}

}  // namespace wattlens::experiment
