// A comparison as text for a person, as data for a program, and as JUnit XML for a build server. Pure functions.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "record/comparison.h"
#include "report/format.h"
#include "report/page.h"

namespace wattlens::report {

inline constexpr std::string_view kComparisonSchema = "wattlens.comparison/1";  // docs/comparison.schema.json

Page comparison_page(const record::ComparisonResult& result);
base::Json comparison_json(const record::ComparisonResult& result);

// table and md: the page; json: one document; jsonl and csv: one row per pair and quantity.
std::string comparison_text(const record::ComparisonResult& result, Format format, const TextOptions& text);

// One test case per pair: a failure where the gate is broken, an error where there is no verdict on the energy.
std::string comparison_junit(const record::ComparisonResult& result);

// "less, beyond the limit"; "not compared: partial total".
std::string verdict_words(const record::Finding& finding);

}  // namespace wattlens::report
