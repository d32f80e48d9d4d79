// The flags of `export bundle` and `import bundle`.
#pragma once

#include "cli/bundle_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

void add_export_bundle(CLI::App& exporting, ExportBundleOptions& options);
void add_import(CLI::App& app, ImportBundleOptions& options);

}  // namespace wattlens::cli
