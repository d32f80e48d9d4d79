// An audit as JSON, by docs/audit.schema.json. Pure function.
#pragma once

#include <span>

#include "audit/audit.h"
#include "base/json.h"

namespace wattlens::report {

base::Json audit_json(std::span<const audit::FileReport> files);

}  // namespace wattlens::report
