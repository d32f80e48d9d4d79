// Energy per image against year and accuracy, after the timeline of Yarally, Cruz, Feitosa, Sallou and van Deursen,
// "Batching for Green AI" (SEAA 2023): its networks, measured here, and its two claims held against the numbers.
//
// Growth: the slope of log(quantity) over the year, by least squares, as a factor per year; Student's interval with
// n - 2 degrees of freedom (3 for the five networks), to which the measurement's own uncertainty is added; beside it
// Kendall's tau with the year, exact. docs/study-timeline.md. Pure and thread-safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "record/experiment.h"
#include "record/timeline.h"
#include "study/published.h"

namespace wattlens::study {

inline constexpr std::string_view kTimelineTitle = "timeline";

std::vector<std::string> timeline_networks();  // the paper's

// A claim of much less energy is confirmed from this share downwards; ours, as the paper names none.
inline constexpr double kMuchLess = 0.5;

// The views: each batch size that all networks have, and, where they have several, each network's batch of least
// energy. Points of models without facts, or without an energy, are left out and named. Errors: not_found, where no
// point remains; usage, where they were not run in one way (one_way.h).
Result<record::Timeline> analyse_timeline(const record::ExperimentSummary& summary,
                                          const std::vector<PublishedModel>& facts);

}  // namespace wattlens::study
