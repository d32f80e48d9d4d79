#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/text.h"
#include "base/version.h"
#include "cli/audit_flags.h"
#include "cli/bundle_flags.h"
#include "cli/command_description.h"
#include "cli/common_flags.h"
#include "cli/compare_flags.h"
#include "cli/completion.h"
#include "cli/man_page.h"
#include "cli/measure_flags.h"
#include "cli/meters_flags.h"
#include "cli/network_flags.h"
#include "cli/optimise_flags.h"
#include "cli/run_flags.h"
#include "cli/sensors_flags.h"
#include "cli/settings_flags.h"
#include "cli/store_flags.h"
#include "cli/study_flags.h"
#include "cli/wall_flags.h"

namespace wattlens::cli {
namespace {

constexpr std::string_view kAbout =
    "Measures, compares and explains the energy of computer-vision models, and says how sure each number is.";
constexpr std::string_view kFooter = R"(
Start with:
  wattlens doctor
  wattlens run --model resnet50,mobilenet_v2 --batch 1,8 --quick
Exit codes: 0 done, 1 our bug, 2 bad usage or file, 3 nothing matched, 4 nothing measurable, 5 some runs failed,
6 a limit was broken.)";

// Where the flags of all commands are written to before one of them is chosen.
struct Everything {
  DoctorOptions doctor;
  MeasureOptions measure;
  std::vector<std::string> stray;  // words of `measure` before --
  RunOptions run;
  CompareOptions compare;
  OptimiseOptions optimise;
  ListOptions list;
  ShowOptions show;
  ExportOptions exporting;
  ExportBundleOptions export_bundle;
  ImportBundleOptions import_bundle;
  RecordOptions record;
  NetworkCommands network;
  MetersCommands meters;
  AuditOptions audit;
  SettingsCommands settings;
  WallOptions wall;
  StudyCommands study;
};

void add_doctor(CLI::App& app, DoctorOptions& options) {
  CLI::App& doctor = *app.add_subcommand("doctor", "What can be measured here, what cannot, why, and what mends it");
  doctor.footer("\nExample:\n  wattlens doctor --format json");
  add_simulate(doctor, options.simulate);
  add_root(doctor, options.root);
  add_output(doctor, options.output);
}

std::optional<Command> chosen(const CLI::App& app, const Everything& all) {
  if (app.got_subcommand("doctor")) return all.doctor;
  if (app.got_subcommand("measure")) return all.measure;
  if (app.got_subcommand("run")) return all.run;
  if (app.got_subcommand("compare")) return all.compare;
  if (app.got_subcommand("optimise")) return all.optimise;
  if (app.got_subcommand("list")) return all.list;
  if (app.got_subcommand("show")) return all.show;
  if (const CLI::App* exporting = app.get_subcommand("export"); exporting->parsed()) {
    return exporting->got_subcommand("bundle") ? Command(all.export_bundle) : Command(all.exporting);
  }
  if (app.got_subcommand("import")) return all.import_bundle;
  if (app.got_subcommand("record")) return all.record;
  if (app.got_subcommand("audit")) return all.audit;
  if (app.got_subcommand("wall")) return all.wall;
  const CLI::App* study = app.get_subcommand("study");
  if (study->got_subcommand("batching")) return all.study.batching;
  if (study->got_subcommand("timeline")) return all.study.timeline;
  const CLI::App* meters = app.get_subcommand("meters");
  if (meters->got_subcommand("list")) return all.meters.list;
  if (meters->got_subcommand("watch")) return all.meters.watch;
  if (meters->got_subcommand("calibrate")) return all.meters.calibrate;
  const CLI::App* settings = app.get_subcommand("settings");
  if (settings->got_subcommand("list")) return all.settings.list;
  if (settings->got_subcommand("restore")) return all.settings.restore;
  const CLI::App* network = app.get_subcommand("network");
  if (network->got_subcommand("list")) return all.network.list;
  if (network->got_subcommand("show")) return all.network.show;
  if (network->got_subcommand("export")) return all.network.exporting;
  return std::nullopt;
}

// The deepest command that was reached, as typed: "wattlens network export".
std::string path_of(const CLI::App& app) {
  std::string path = "wattlens";
  const CLI::App* reached = &app;
  while (!reached->get_subcommands().empty()) {
    reached = reached->get_subcommands().front();
    path += " " + reached->get_name();
  }
  return path;
}

// What `completion` and `man` print.
struct Documents {
  std::string shell;
  std::vector<std::string> page;
};

void add_documents(CLI::App& app, Documents& documents) {
  CLI::App& completion = *app.add_subcommand("completion", "A script that completes commands and options in a shell");
  completion.footer(
      "\nExamples:\n  source <(wattlens completion bash)\n"
      "  wattlens completion zsh > \"${fpath[1]}/_wattlens\"");
  completion.add_option("shell", documents.shell, "bash or zsh")
      ->required()
      ->check(CLI::IsMember(std::vector<std::string>{"bash", "zsh"}))
      ->type_name("SHELL");
  CLI::App& man = *app.add_subcommand("man", "The manual page of a command");
  man.footer("\nExamples:\n  wattlens man run | man -l -\n  wattlens man > wattlens.1");
  man.add_option("command", documents.page, "The command (none: the program)")->type_name("COMMAND");
}

Result<std::string> document(const CLI::App& app, const Documents& documents) {
  const CommandInfo program = describe(app, "wattlens");
  if (app.got_subcommand("completion")) {
    return documents.shell == "bash" ? bash_completion(program) : zsh_completion(program);
  }
  const CommandInfo* command = &program;
  for (const std::string& name : documents.page) {
    const auto found = std::ranges::find(command->commands, name, &CommandInfo::name);
    if (found == command->commands.end()) {
      return fail(ErrorKind::usage, fmt::format("there is no command '{} {}'", command->path, name),
                  fmt::format("see {} --help", command->path));
    }
    command = &*found;
  }
  return man_page(*command, base::version().semantic);
}

std::unexpected<Error> usage_error(const CLI::App& app, const CLI::ParseError& error, const Everything& all) {
  std::string message = error.what();
  std::ranges::replace(message, '\n', ' ');
  if (app.got_subcommand("measure") && all.measure.command.empty()) {
    return fail(ErrorKind::usage, std::move(message), "put -- before the command; see wattlens measure --help");
  }
  return fail(ErrorKind::usage, std::move(message), fmt::format("see {} --help", path_of(app)));
}

// A first word that is no command is the most frequent mistake: the nearest one is named.
std::optional<Error> unknown_command(const CLI::App& app, int argc, const char* const* argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands({})) names.push_back(command->get_name());
  if (std::ranges::find(names, argv[1]) != names.end()) return std::nullopt;
  const std::vector<std::string> nearest = base::nearest_names(argv[1], names, 1);
  return Error{ErrorKind::usage, fmt::format("unknown command '{}'", argv[1]),
               nearest.empty() ? fmt::format("commands: {}", base::join(names, ", "))
                               : fmt::format("did you mean 'wattlens {}'? see wattlens --help", nearest.front())};
}

}  // namespace

Result<Parsed> parse_command_line(int argc, const char* const* argv) {
  Everything all;
  CLI::App app{std::string(kAbout), "wattlens"};
  app.footer(std::string(kFooter));
  app.set_version_flag("--version", "wattlens " + base::to_string(base::version()));
  app.require_subcommand(1);
  add_doctor(app, all.doctor);
  SplitArguments arguments = split_arguments(argc, argv);
  all.measure.command = arguments.command;
  all.compare.commands = std::move(arguments.command);
  add_measure(app, all.measure, all.stray);
  if (argc > 0) {
    all.run.program = all.compare.run.program = all.optimise.run.program = argv[0];
    all.study.batching.run.program = all.study.timeline.run.program = argv[0];
  }
  all.run.plot.command = all.compare.run.plot.command = all.show.plot.command = quoted_command(argc, argv);
  all.study.batching.run.plot.command = all.study.timeline.run.plot.command = all.run.plot.command;
  add_run(app, all.run);
  add_compare(app, all.compare);
  add_optimise(app, all.optimise);
  add_list(app, all.list);
  add_show(app, all.show);
  add_export_bundle(add_export(app, all.exporting), all.export_bundle);
  add_import(app, all.import_bundle);
  add_record(app, all.record);
  add_meters(app, all.meters);
  add_network(app, all.network);
  add_audit(app, all.audit);
  add_settings(app, all.settings);
  add_wall(app, all.wall);
  add_study(app, all.study);
  Documents documents;
  add_documents(app, documents);
  if (auto error = unknown_command(app, argc, argv)) return std::unexpected(*std::move(error));
  if (argc < 2) return Parsed{std::nullopt, app.help()};
  try {
    app.parse(static_cast<int>(arguments.ours.size()), arguments.ours.data());
  } catch (const CLI::CallForHelp&) {
    return Parsed{std::nullopt, app.help()};
  } catch (const CLI::CallForAllHelp&) {
    return Parsed{std::nullopt, app.help("", CLI::AppFormatMode::All)};
  } catch (const CLI::CallForVersion& version) {
    return Parsed{std::nullopt, std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error, all);
  }
  if (app.got_subcommand("completion") || app.got_subcommand("man")) {
    WATTLENS_TRY(std::string text, document(app, documents));
    return Parsed{std::nullopt, std::move(text)};
  }
  if (app.got_subcommand("measure")) WATTLENS_CHECK(check_measure(all.measure, all.stray));
  if (app.got_subcommand("compare")) WATTLENS_CHECK(check_compare(all.compare));
  return Parsed{chosen(app, all), ""};
}

}  // namespace wattlens::cli
