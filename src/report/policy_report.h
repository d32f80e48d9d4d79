// A search for batching policies as text for a person and as data for a program. Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/json.h"
#include "record/policy_search.h"
#include "report/format.h"
#include "report/page.h"

namespace wattlens::report {

inline constexpr std::string_view kPolicySearchSchema = "wattlens.policy_search/1";  // docs/policy_search.schema.json

Page policy_page(std::span<const record::PolicyChoice> choices);
base::Json policy_json(std::span<const record::PolicyChoice> choices);

// table and md: the page; json: one document; jsonl and csv: one row per policy.
std::string policy_text(std::span<const record::PolicyChoice> choices, Format format, const TextOptions& text);

}  // namespace wattlens::report
