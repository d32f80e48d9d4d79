#include "cli/settings_flags.h"

#include <CLI/CLI.hpp>

#include "cli/common_flags.h"

namespace wattlens::cli {
namespace {

void add_root(CLI::App& command, base::Path& root) {
  command
      .add_option("--settings-root", root,
                  "Set the files below this folder instead of the machine's (marked simulated)")
      ->check(CLI::ExistingDirectory)
      ->type_name("FOLDER")
      ->group("Settings");
}

}  // namespace

void add_setting_flags(CLI::App& command, SettingsOptions& options) {
  command.add_option("--set", options.wishes, "Set this while measuring, and restore it: cpu.governor=performance")
      ->type_name("NAME=VALUE")
      ->take_all()
      ->allow_extra_args(false)
      ->group("Settings");
  command.add_flag("--allow-settings", options.allowed, "Allow --set and --vary to change the machine")
      ->group("Settings");
  add_root(command, options.root);
}

void add_varied_settings(CLI::App& command, SettingsOptions& options) {
  command
      .add_option("--vary", options.varied,
                  "Measure every point with each of these values: cpu.governor=performance,powersave")
      ->type_name("NAME=LIST")
      ->take_all()
      ->allow_extra_args(false)
      ->group("Settings");
}

void add_settings(CLI::App& app, SettingsCommands& commands) {
  CLI::App& settings =
      *app.add_subcommand("settings", "Governor, clocks and power limits: list, restore after a crash");
  settings.require_subcommand(1);
  settings.footer("\nExamples:\n  wattlens settings list\n  sudo wattlens settings restore");

  CLI::App& list = *settings.add_subcommand("list", "What can be set here with run --set, its value, its legal values");
  list.footer("\nExample:\n  wattlens settings list --format json");
  add_root(list, commands.list.root);
  add_output(list, commands.list.output, {report::Format::table, report::Format::json});

  CLI::App& restore = *settings.add_subcommand("restore", "Restore what a measurement that crashed left changed");
  restore.footer("\nExample:\n  sudo wattlens settings restore");
  add_root(restore, commands.restore.root);
}

}  // namespace wattlens::cli
