// What `wattlens audit` found in the logs of other tools: for programs (docs/audit.schema.json) and for a person. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "audit/against.h"
#include "audit/audit.h"
#include "report/format.h"

namespace wattlens::report {

inline constexpr std::string_view kAuditSchema = "wattlens.audit/1";

// table and md: a page, by file; of many files the findings of a kind together. json: everything. jsonl and csv: one
// row per finding. `against`: the logs held against a table of results, shown first; may be null.
std::string audit_report(std::span<const audit::FileReport> files, const audit::AgainstReport* against, Format format,
                         const TextOptions& text);

}  // namespace wattlens::report
