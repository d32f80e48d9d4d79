// An audit as JSON, by docs/audit.schema.json. Pure function.
#pragma once

#include <span>

#include "audit/against.h"
#include "audit/audit.h"
#include "base/json.h"

namespace wattlens::report {

base::Json audit_json(std::span<const audit::FileReport> files, const audit::AgainstReport* against);  // may be null

}  // namespace wattlens::report
