#include "cli/record_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/version.h"
#include "capture/files.h"
#include "capture/frames.h"
#include "cli/doctor_command.h"
#include "cli/engines.h"
#include "cli/progress_line.h"
#include "cli/sensors.h"
#include "experiment/axis.h"
#include "machine/machine.h"
#include "meter/sampler.h"
#include "record/json.h"

namespace wattlens::cli {
namespace {

using base::Json;
using base::Seconds;

constexpr Seconds kLongest{300.0};  // all looks are held in memory
constexpr std::size_t kShortestName = 3;

// Told before anything is written, and again inside.
constexpr std::string_view kInside =
    R"(  proc, sys, etc, ...   the files of this machine that wattlens reads, and no other: processor, memory, kernel,
                        system, limits of its control group, power and temperature sensors. No serial number,
                        host name, user, network or process; containers and groups of users as numbers
  wattlens/frames.jsonl how the energy and power files and the processors' times changed
  wattlens/samples.json the readings of all sensors, GPUs among them
  wattlens/doctor.txt, doctor.json, version.txt
                        what `wattlens doctor` says here, and which wattlens this is
)";

// What a text must not tell of: the user's home folder and the name of the machine.
std::string without_names(std::string text) {
  const auto replace = [&](std::string_view name, std::string_view by) {
    if (name.size() < kShortestName || name == "localhost") return;
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + by.size())) {
      text.replace(at, name.size(), by);
    }
  };
  if (const char* home = std::getenv("HOME")) replace(home, "~");
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) replace(host.data(), "HOST");
  return text;
}

Result<void> check_folder(const base::Path& folder) {
  std::error_code error;
  if (!std::filesystem::exists(folder, error)) {
    const base::Path parent = std::filesystem::absolute(folder).lexically_normal().parent_path();
    if (std::filesystem::is_directory(parent, error)) return {};
    return fail(ErrorKind::usage, fmt::format("there is no folder {}", parent.string()), "make it first");
  }
  if (std::filesystem::is_directory(folder, error) && std::filesystem::is_empty(folder, error)) return {};
  return fail(ErrorKind::usage, fmt::format("{} is there already, and not an empty folder", folder.string()),
              "give a new folder");
}

Json samples_json(const meter::MeterSet& meters, const record::Samples& samples) {
  Json channels = Json::array();
  for (const record::Channel& channel : meters.channels()) channels.push_back(record::to_json(channel));
  return {{"schema", "wattlens.recorded_samples/1"},
          {"channels", std::move(channels)},
          {"sampled", samples.channels},
          {"time_us", samples.time_us},
          {"bracket_us", samples.bracket_us},
          {"values", samples.values}};
}

// What is written beside the tree, by name.
using Texts = std::vector<std::pair<std::string, std::string>>;

Result<Texts> look(const base::Path& root, const std::vector<capture::CapturedFile>& files, Seconds duration,
                   const base::Cancellation& cancel) {
  Texts texts;
  base::SystemClock clock;
  const record::MachineState machine = machine::read_machine(root);
  Sensors sensors = root == "/" ? open_sensors(std::nullopt, clock, machine) : open_sensors_below(root, clock, machine);
  {
    meter::Sampler sampler(sensors.meters, clock, {});
    WATTLENS_CHECK(sampler.start());
    const base::MonoTime begin = clock.now();
    texts.emplace_back(capture::kFramesFile, capture::record_frames(root, files, duration, clock, cancel));
    texts.emplace_back("wattlens/samples.json",
                       base::to_text(samples_json(sensors.meters, sampler.take(begin, clock.now()))) + '\n');
    sampler.stop();
  }
  if (cancel.requested()) return fail(ErrorKind::cancelled, "interrupted: nothing was written");
  const auto engines = find_engines();
  const DoctorFindings findings =
      examine(machine, std::move(sensors), engines.value_or(std::vector<worker::EngineLocation>()), clock, cancel);
  if (cancel.requested()) return fail(ErrorKind::cancelled, "interrupted: nothing was written");
  texts.emplace_back("wattlens/doctor.txt", doctor_text(findings, {}));
  texts.emplace_back("wattlens/doctor.json", base::to_pretty_text(to_json(findings)) + '\n');
  texts.emplace_back("wattlens/version.txt", base::to_string(base::version()) + '\n');
  texts.emplace_back("wattlens/README.txt", fmt::format("A machine, recorded by wattlens {} for a bug report:\n\n{}\n"
                                                        "To see it:\n  wattlens doctor --root FOLDER\n"
                                                        "  wattlens meters list --root FOLDER\n",
                                                        base::version().semantic, kInside));
  return texts;
}

// Beside the target first, so that what is there is whole.
Result<void> write_folder(const base::Path& folder, const std::vector<capture::CapturedFile>& files,
                          const Texts& texts) {
  const base::Path beside = folder.string() + ".partial";
  std::error_code error;
  if (!std::filesystem::create_directory(beside, error)) {
    return fail(ErrorKind::io,
                fmt::format("cannot make {}: {}", beside.string(), error ? error.message() : "it is there already"),
                "remove it, or give another folder");
  }
  const auto write = [&]() -> Result<void> {
    WATTLENS_CHECK(capture::write_files(files, beside));
    std::filesystem::create_directory(beside / "wattlens", error);
    for (const auto& [name, text] : texts) WATTLENS_CHECK(base::write_text(beside / name, without_names(text)));
    std::filesystem::rename(beside, folder, error);
    if (error) return fail(ErrorKind::io, fmt::format("cannot make {}: {}", folder.string(), error.message()));
    return {};
  };
  auto done = write();
  if (!done) std::filesystem::remove_all(beside, error);
  return done;
}

}  // namespace

Result<void> record_machine(const RecordOptions& options, const base::Cancellation& cancel) {
  WATTLENS_TRY(const Seconds duration, experiment::parse_duration(options.duration, "--duration"));
  if (duration > kLongest) return fail(ErrorKind::usage, "--duration is longer than 300s", "a bug needs less");
  base::Path folder = options.folder;
  if (!folder.has_filename()) folder = folder.parent_path();  // "folder/"
  WATTLENS_CHECK(check_folder(folder));
  const base::Path root = options.root.empty() ? base::Path("/") : options.root;
  const auto files = capture::capture_files(root);
  fmt::print(stderr, "{} in {}:\n{}", options.dry_run ? "Would be written" : "Is written", folder.string(), kInside);
  if (options.dry_run) {
    std::string list;
    for (const capture::CapturedFile& file : files) list += file.path + '\n';
    return base::write_all(STDOUT_FILENO, list, "standard output");
  }
  ProgressLine progress(stderr);
  progress.show_text(fmt::format("looking at the sensors for {:.0f} s, then asking the engines", duration.value));
  WATTLENS_TRY(const Texts texts, look(root, files, duration, cancel));
  progress.clear();
  WATTLENS_CHECK(write_folder(folder, files, texts));
  const std::string written = fmt::format("{}: {} files. Look through it before you pass it on.\n", folder.string(),
                                          files.size() + texts.size());
  return base::write_all(STDOUT_FILENO, written, "standard output");
}

}  // namespace wattlens::cli
