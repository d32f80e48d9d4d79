// The flags of what is passed on to others: `export bundle`, `import bundle`, `record`.
#pragma once

#include "cli/bundle_command.h"
#include "cli/record_command.h"

namespace CLI {
class App;
}

namespace wattlens::cli {

void add_export_bundle(CLI::App& exporting, ExportBundleOptions& options);
void add_import(CLI::App& app, ImportBundleOptions& options);
void add_record(CLI::App& app, RecordOptions& options);

}  // namespace wattlens::cli
