#include "cli/command_line.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <map>

#include "base/text.h"
#include "base/version.h"
#include "cli/command_description.h"
#include "cli/completion.h"
#include "cli/man_page.h"
#include "record/names.h"

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
  RunOptions run;
  ListOptions list;
  ShowOptions show;
  ExportOptions exporting;
  NetworkListOptions network_list;
  NetworkShowOptions network_show;
  NetworkExportOptions network_export;
};

// How wide the terminal is and whether it wants colour; a file or a pipe gets plain text.
report::TextOptions text_options() {
  report::TextOptions text;
  winsize size{};
  if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    text.width = size.ws_col;
    const char* no_colour = std::getenv("NO_COLOR");
    text.colour = !no_colour || !*no_colour;
  }
  return text;
}

void add_output(CLI::App& command, OutputOptions& output) {
  output.text = text_options();
  std::vector<std::string> names;
  std::map<std::string, report::Format> formats;
  for (const report::FormatInfo& format : report::all_formats()) {
    names.emplace_back(format.name);
    formats.emplace(format.name, format.format);
  }
  command
      .add_option_function<std::string>(
          "--format", [&output, formats](const std::string& name) { output.format = formats.at(name); },
          "Form of the data: " + base::join(names, ", "))
      ->check(CLI::IsMember(names))
      ->type_name("FORMAT");
  command.add_option("-o,--output", output.file, "Write the data to FILE, not to standard output")->type_name("FILE");
}

void add_store(CLI::App& command, base::Path& store) {
  command.add_option("--store", store, "The store (default: wattlens.db in your data folder)")->type_name("FILE");
}

void add_resume(CLI::App& run, RunOptions& options, CLI::Option* dry_run, CLI::Option* check_only) {
  CLI::Option* resume =
      run.add_option_function<std::vector<std::string>>(
             "--resume",
             [&options](const std::vector<std::string>& ids) { options.resume = ids.empty() ? "" : ids.front(); },
             "Go on with an experiment that was interrupted (the last one)")
          ->expected(0, 1)
          ->type_name("ID")
          ->excludes(dry_run)
          ->excludes(check_only)
          ->group("Resume");
  run.add_flag("--retry-failed", options.retry_failed, "Measure its points again that failed")
      ->needs(resume)
      ->group("Resume");
  run.add_flag("--force", options.force, "Even on another machine; with a warning in its data")
      ->needs(resume)
      ->group("Resume");
  CLI::Option* wait = run.add_flag("--wait", options.wait, "Wait while another wattlens measures on this machine");
  run.add_flag("--share-machine", options.share_machine, "Measure beside it; with a warning in every run")
      ->excludes(wait);
}

// CLI11 keeps the text of a flag; what it means is read in run_plan.cpp, where plan files are read too.
void add_run(CLI::App& app, RunOptions& options) {
  CLI::App& run = *app.add_subcommand("run", "Measure models over engines, precisions, batch sizes, …");
  run.footer(R"(
Axes take lists and ranges: 1,2,4 or 1-4 or 16-64+16 or 8-64*2. Every combination is measured.
Examples:
  wattlens run --model resnet50,mobilenet_v2 --precision f32,bf16 --batch 1,8
  wattlens run --model mine.onnx --batch 1-32*2 --budget 5m --format csv -o mine.csv
  wattlens run sweep.toml --dry-run
  wattlens run --model resnet50 --engine openvino,libtorch --precision f32,bf16 --check-only
  wattlens run --resume
Plan files: docs/plans.md. Models: wattlens network list, NAME@WEIGHTS.safetensors, FILE.onnx (openvino),
FILE.pt or FILE.pt2 (libtorch).)");
  run.add_option("plan", options.plan_file, "A plan file (TOML); flags win over it")->type_name("PLAN.toml");
  run.add_option("--model", options.models, "Networks or model files")->type_name("LIST")->group("Axes");
  run.add_option("--engine", options.engines, "Engines: openvino, libtorch (openvino)")
      ->type_name("LIST")
      ->group("Axes");
  run.add_option("--device", options.devices, "Devices (cpu)")->type_name("LIST")->group("Axes");
  run.add_option("--precision", options.precisions, "f32, tf32, bf16, f16, or auto: bf16 where it is native (f32)")
      ->type_name("LIST")
      ->group("Axes");
  run.add_option("--hint", options.hints, "latency, throughput (latency)")->type_name("LIST")->group("Axes");
  run.add_option("--batch", options.batches, "Images per batch (1)")->type_name("LIST")->group("Axes");
  run.add_option("--image-size", options.image_sizes, "Pixels along each side (the model's own; 224)")
      ->type_name("LIST")
      ->group("Axes");
  run.add_option("--threads", options.threads, "Processor threads; 0: the engine chooses (0)")
      ->type_name("LIST")
      ->group("Axes");
  run.add_option("--budget", options.budget, "Time for everything: 120s, 5m")->type_name("TIME")->group("Effort");
  run.add_flag("--quick", options.quick, "5 repetitions are enough, windows of 1 s")->group("Effort");
  run.add_option("--repetitions", options.repetitions, "Exactly so many of every point")
      ->type_name("N")
      ->group("Effort");
  run.add_option("--target", options.target, "Relative half-width of the interval to stop at (2%)")
      ->type_name("SHARE")
      ->group("Effort");
  run.add_option("--window", options.window, "Length of a window (2s)")->type_name("TIME")->group("Effort");
  run.add_option("--warm-up-limit", options.warm_up_limit, "Longest warm-up (10s)")->type_name("TIME")->group("Effort");
  run.add_option("--rate", options.rate_hz, "Samples per second (100)")->type_name("HZ")->group("Effort");
  run.add_option("--seed", options.seed, "Seed of the order (0)")->check(CLI::NonNegativeNumber)->type_name("N");
  run.add_option("--title", options.title, "A name to find the experiment by")->type_name("TEXT");
  run.add_option("--model-cache", options.model_cache, "Keep compiled models in this folder (recorded; off)")
      ->type_name("FOLDER");
  run.add_flag("--system-allocator", options.system_allocator,
               "Workers leave the C library's allocator as it is (recorded; libtorch keeps freed memory)");
  CLI::Option* dry_run =
      run.add_flag("--dry-run", options.dry_run, "Show the points and how long they will take; measure nothing");
  CLI::Option* check_only = run.add_flag("--check-only", options.check_only,
                                         "Compare the outputs with their references; time and store nothing")
                                ->excludes(dry_run);
  add_resume(run, options, dry_run, check_only);
  add_store(run, options.store);
  add_output(run, options.output);
}

void add_doctor(CLI::App& app, DoctorOptions& options) {
  CLI::App& doctor = *app.add_subcommand("doctor", "What can be measured here, what cannot, why, and what mends it");
  doctor.footer("\nExample:\n  wattlens doctor --format json");
  add_output(doctor, options.output);
}

void add_list(CLI::App& app, ListOptions& options) {
  CLI::App& list = *app.add_subcommand("list", "The experiments of the store, newest first");
  list.footer(
      "\nExamples:\n  wattlens list --model resnet50 --since 2026-11\n  wattlens list --runs --experiment last "
      "--format csv");
  list.add_flag("--runs", options.runs, "One line per run");
  list.add_option("--experiment", options.filter.experiment, "Of this one: the beginning of its id, or last")
      ->type_name("ID");
  list.add_option("--model", options.filter.model, "Of this model")->type_name("NAME");
  list.add_option("--since", options.filter.since, "Created then or later: 2026-11 or 2026-11-21T10")
      ->type_name("TIME");
  std::map<std::string, record::ExperimentStatus> statuses;
  for (const auto status : {record::ExperimentStatus::running, record::ExperimentStatus::done,
                            record::ExperimentStatus::interrupted, record::ExperimentStatus::failed}) {
    statuses.emplace(to_string(status), status);
  }
  list.add_option_function<std::string>(
          "--status", [&options, statuses](const std::string& name) { options.filter.status = statuses.at(name); },
          "running, done, interrupted or failed")
      ->check(CLI::IsMember(statuses))
      ->type_name("STATUS");
  list.add_option("--limit", options.filter.limit, "At most so many")->check(CLI::PositiveNumber)->type_name("N");
  add_store(list, options.store);
  add_output(list, options.output);
}

void add_show(CLI::App& app, ShowOptions& options) {
  CLI::App& show = *app.add_subcommand("show", "One experiment: machine, plan, idle power, points, warnings");
  show.footer("\nExample:\n  wattlens show last");
  show.add_option("experiment", options.experiment, "The beginning of an id, or last (last)")->type_name("ID");
  add_store(show, options.store);
  add_output(show, options.output);
}

void add_export(CLI::App& app, ExportOptions& options) {
  CLI::App& command = *app.add_subcommand("export", "The data of one experiment, down to the raw samples");
  command.footer(
      "\nExamples:\n  wattlens export last -o results.csv\n  wattlens export last --part samples --format jsonl");
  options.output.format = report::Format::csv;
  const std::map<std::string, ExportPart> parts = {
      {"points", ExportPart::points}, {"runs", ExportPart::runs}, {"samples", ExportPart::samples}};
  command.add_option("experiment", options.experiment, "The beginning of an id, or last (last)")->type_name("ID");
  command
      .add_option_function<std::string>(
          "--part", [&options, parts](const std::string& name) { options.part = parts.at(name); },
          "points, runs or samples (points)")
      ->check(CLI::IsMember(parts))
      ->type_name("PART");
  add_store(command, options.store);
  add_output(command, options.output);
}

void add_network(CLI::App& app, Everything& all) {
  CLI::App& network = *app.add_subcommand("network", "The built-in networks: list, show, export");
  network.require_subcommand(1);
  network.footer("\nExamples:\n  wattlens network show resnet50\n  wattlens network export resnet50 -o resnet50.onnx");
  CLI::App& list = *network.add_subcommand("list", "Names, parameters, multiply-adds");
  list.footer("\nExample:\n  wattlens network list --format csv");
  add_output(list, all.network_list.output);

  CLI::App& show = *network.add_subcommand("show", "The layers of one network and what each costs");
  show.footer(
      "\nExamples:\n  wattlens network show resnet50 --image-size 176 --classes 10\n  wattlens network show mine.onnx");
  show.add_option("name", all.network_show.name, "The network, or a model file")->required()->type_name("NAME");
  show.add_option("--image-size", all.network_show.image_size, "Pixels along each side (the model's own; 224)")
      ->type_name("N");
  show.add_option("--classes", all.network_show.classes, "Classes of a built-in network (1000)")->type_name("N");
  add_output(show, all.network_show.output);

  NetworkExportOptions& options = all.network_export;
  CLI::App& command = *network.add_subcommand("export", "Write one network as ONNX, or its weights as safetensors");
  command.footer(
      "\nExamples:\n  wattlens network export resnet50 -o resnet50.onnx\n"
      "  wattlens network export vit_b_16 --format safetensors --seed 7 -o vit.safetensors");
  command.add_option("name", options.name, "The network")->required()->type_name("NAME");
  command.add_option("-o,--output", options.file, "The file to write")->required()->type_name("FILE");
  const std::map<std::string, NetworkFormat> formats = {{"onnx", NetworkFormat::onnx},
                                                        {"safetensors", NetworkFormat::safetensors}};
  command
      .add_option_function<std::string>(
          "--format", [&options, formats](const std::string& name) { options.format = formats.at(name); },
          "onnx or safetensors (onnx)")
      ->check(CLI::IsMember(formats))
      ->type_name("FORMAT");
  command.add_flag("--single-file", options.single_file, "Weights inside the ONNX file, not beside it");
  command.add_option("--weights", options.weights, "A state dict (.safetensors); else seeded weights")
      ->type_name("FILE");
  command.add_option("--seed", options.seed, "Of the seeded weights (0)")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command.add_option("--image-size", options.size.image_size, "Pixels along each side (224)")->type_name("N");
  command.add_option("--classes", options.size.classes, "Classes (1000)")->type_name("N");
  command.add_option("--batch", options.batch, "A fixed batch; else any")->check(CLI::PositiveNumber)->type_name("N");
}

std::optional<Command> chosen(const CLI::App& app, const Everything& all) {
  if (app.got_subcommand("doctor")) return all.doctor;
  if (app.got_subcommand("run")) return all.run;
  if (app.got_subcommand("list")) return all.list;
  if (app.got_subcommand("show")) return all.show;
  if (app.got_subcommand("export")) return all.exporting;
  const CLI::App* network = app.get_subcommand("network");
  if (network->got_subcommand("list")) return all.network_list;
  if (network->got_subcommand("show")) return all.network_show;
  if (network->got_subcommand("export")) return all.network_export;
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

std::unexpected<Error> usage_error(const CLI::App& app, const CLI::ParseError& error) {
  std::string message = error.what();
  std::ranges::replace(message, '\n', ' ');
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
  if (argc > 0) all.run.program = argv[0];
  add_run(app, all.run);
  add_list(app, all.list);
  add_show(app, all.show);
  add_export(app, all.exporting);
  add_network(app, all);
  Documents documents;
  add_documents(app, documents);
  if (auto error = unknown_command(app, argc, argv)) return std::unexpected(*std::move(error));
  if (argc < 2) return Parsed{std::nullopt, app.help()};
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    return Parsed{std::nullopt, app.help()};
  } catch (const CLI::CallForAllHelp&) {
    return Parsed{std::nullopt, app.help("", CLI::AppFormatMode::All)};
  } catch (const CLI::CallForVersion& version) {
    return Parsed{std::nullopt, std::string(version.what()) + "\n"};
  } catch (const CLI::ParseError& error) {
    return usage_error(app, error);
  }
  if (app.got_subcommand("completion") || app.got_subcommand("man")) {
    WATTLENS_TRY(std::string text, document(app, documents));
    return Parsed{std::nullopt, std::move(text)};
  }
  return Parsed{chosen(app, all), ""};
}

}  // namespace wattlens::cli
