// The flags of `wattlens audit`.
#pragma once

#include "cli/audit_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

void add_audit(CLI::App& app, AuditOptions& options);

}  // namespace wattlens::cli
