#include "cli/bundle_flags.h"

#include <CLI/CLI.hpp>

#include "cli/common_flags.h"

namespace wattlens::cli {

void add_export_bundle(CLI::App& exporting, ExportBundleOptions& options) {
  CLI::App& bundle = *exporting.add_subcommand("bundle", "Whole experiments with all samples, as one file to import");
  bundle.footer(
      "\nExamples:\n  wattlens export bundle last -o last.tar.zst\n  wattlens export bundle --all -o all.tar.zst\n"
      "What is in one (docs/bundles.md):\n  tar --zstd -tvf last.tar.zst\n  wattlens import bundle last.tar.zst "
      "--dry-run");
  auto* ids = bundle.add_option("experiment", options.experiments, "Beginnings of ids, or last (last)");
  ids->type_name("ID");
  bundle.add_flag("--all", options.all, "Every experiment of the store that has ended")->excludes(ids);
  add_store(bundle, options.store);
  OutputOptions& summary = options.summary;
  add_output(bundle, summary);
  bundle.remove_option(bundle.get_option("--output"));
  bundle.add_option("-o,--output", options.file, "The bundle (standard output, where that is no terminal)")
      ->type_name("FILE");
}

void add_import(CLI::App& app, ImportBundleOptions& options) {
  CLI::App& import = *app.add_subcommand("import", "What was measured elsewhere, into the store");
  import.require_subcommand(1);
  import.footer("\nExample:\n  wattlens import bundle last.tar.zst");
  CLI::App& bundle = *import.add_subcommand("bundle", "The experiments of a bundle: all of them, or none");
  bundle.footer(
      "\nExamples:\n  wattlens import bundle last.tar.zst\n  wattlens import bundle last.tar.zst --dry-run --format "
      "json\n  wattlens import bundle last.tar.zst --store other.db && wattlens show last --store other.db");
  bundle.add_option("file", options.file, "What `wattlens export bundle` wrote")->required()->type_name("FILE");
  bundle.add_flag("--dry-run", options.dry_run, "Check it and tell what is inside; change nothing");
  add_store(bundle, options.store);
  add_output(bundle, options.output);
}

void add_record(CLI::App& app, RecordOptions& options) {
  CLI::App& record = *app.add_subcommand("record", "What wattlens reads of this machine, as a folder for a bug report");
  record.footer(
      "\nExamples:\n  wattlens record machine --dry-run\n  wattlens record machine && tar -czf machine.tar.gz machine\n"
      "Whoever gets it:\n  wattlens doctor --root machine\n  wattlens meters list --root machine");
  record.add_option("folder", options.folder, "The folder that is made")->required()->type_name("FOLDER");
  record.add_option("--duration", options.duration, "Look at the sensors so long (10s)")->type_name("TIME");
  record.add_option("--root", options.root, "Of another machine's files (this one's)")->type_name("FOLDER");
  record.add_flag("--dry-run", options.dry_run, "Tell which files would be in it; write nothing");
}

}  // namespace wattlens::cli
