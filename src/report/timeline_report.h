// The timeline study as text, data and plot. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "plot/plot.h"
#include "record/timeline.h"
#include "report/format.h"

namespace wattlens::report {

inline constexpr std::string_view kTimelineSchema = "wattlens.timeline/1";  // docs/timeline.schema.json

// table and md: networks, growths and claims; json: one document; jsonl and csv: one row per network and view.
std::string timeline_text(const record::Timeline& timeline, Format format, const TextOptions& text);
base::Json timeline_json(const record::Timeline& timeline);

// Energy against the year and against the accuracy, with the frontier; of the view that is named last.
plot::Plot timeline_plot(const record::Timeline& timeline);

}  // namespace wattlens::report
