// A batching study as text for a person and as data for a program. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "record/batching_study.h"
#include "report/format.h"
#include "report/page.h"

namespace wattlens::report {

inline constexpr std::string_view kBatchingSchema = "wattlens.batching/1";  // docs/batching.schema.json

Page batching_page(const record::BatchingStudy& study);
base::Json batching_json(const record::BatchingStudy& study);

// table and md: the page; json: one document; jsonl and csv: one row per point.
std::string batching_text(const record::BatchingStudy& study, Format format, const TextOptions& text);

}  // namespace wattlens::report
