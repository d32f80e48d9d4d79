#include "cli/bundle_command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/text.h"
#include "bundle/import.h"
#include "cli/progress_line.h"
#include "cli/store_path.h"
#include "record/names.h"
#include "report/machine_formats.h"

namespace wattlens::cli {
namespace {

constexpr std::string_view kSchema = "wattlens.bundle_content/1";
constexpr double kMebibyte = 1024.0 * 1024.0;

// Shows how far the work is, in whole percent, and ends it where the user asks for that.
bundle::Step step_of(ProgressLine& progress, std::string what, const base::Cancellation& cancel) {
  return [&progress, &cancel, what = std::move(what), shown = -1](double share) mutable -> Result<void> {
    if (cancel.requested()) return fail(ErrorKind::cancelled, "interrupted: nothing was changed");
    const int percent = static_cast<int>(std::floor(share * 100.0));
    if (std::exchange(shown, percent) != percent) progress.show_text(fmt::format("{}: {} %", what, percent));
    return {};
  };
}

report::Table content_table(const bundle::Contents& contents, const std::vector<std::string>& outcomes) {
  using enum report::ColumnKind;
  report::Table table;
  table.columns = {{"id", "experiment"},
                   {"created_at", "started"},
                   {"status", "status"},
                   {"runs", "runs", number},
                   {"samples", "samples", number},
                   {"bytes", "", number},
                   {"title", ""},
                   {"models", ""},
                   {"", "models"},
                   {"outcome", "outcome"}};
  for (std::size_t i = 0; i < contents.experiments.size(); ++i) {
    const bundle::Content& content = contents.experiments[i];
    table.rows.push_back({content.id, content.created_at, std::string(record::to_string(content.status)), content.runs,
                          content.samples, static_cast<std::int64_t>(content.bytes), content.title,
                          base::Json(content.models), base::join(content.models, " "), outcomes[i]});
  }
  return table;
}

std::string content_text(const bundle::Contents& contents, const std::vector<std::string>& outcomes,
                         const OutputOptions& options) {
  report::Table table = content_table(contents, outcomes);
  if (options.format != report::Format::json) {
    std::string text = report::in_format(std::move(table), options.format, options.text, kSchema, "experiments");
    if (options.format == report::Format::table) text += fmt::format("\ndigest sha256:{}\n", contents.digest);
    return text;
  }
  base::Json document = {{"schema", kSchema}, {"digest", "sha256:" + contents.digest}};
  document["wattlens_version"] = contents.manifest.wattlens_version;
  document["experiments"] = report::rows_json(table);
  return base::to_pretty_text(document) + "\n";
}

Result<std::vector<std::string>> chosen_experiments(const store::SqliteStore& store,
                                                    const ExportBundleOptions& options) {
  std::vector<std::string> ids;
  if (options.all) {
    WATTLENS_TRY(const auto listings, store.list_experiments());
    for (const auto& listing : listings) {
      if (listing.status != record::ExperimentStatus::running) ids.push_back(listing.id);
    }
    if (ids.empty()) return fail(ErrorKind::not_found, "the store holds no experiment that has ended");
    return ids;
  }
  for (const std::string& prefix : options.experiments) {
    WATTLENS_TRY(std::string id, store.find_experiment(prefix));
    if (std::ranges::find(ids, id) == ids.end()) ids.push_back(std::move(id));
  }
  return ids;
}

// Reads a file from its beginning, in pieces.
Result<bundle::Source> source_of(const base::Path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return base::fail_errno(errno, fmt::format("cannot open {}", path.string()), "check the path");
  auto file = std::make_shared<base::FileDescriptor>(fd);
  return [file, path](std::span<char> out) -> Result<std::size_t> {
    while (true) {
      const ssize_t count = ::read(file->get(), out.data(), out.size());
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR)
        return base::fail_errno(errno, fmt::format("cannot read {}", path.string()), "check the disk");
    }
  };
}

// It is read twice, which a pipe cannot be.
Result<std::uint64_t> size_of(const base::Path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return fail(ErrorKind::usage, fmt::format("there is no file {}", path.string()), "check the path");
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return fail(ErrorKind::usage, fmt::format("{} is no file that can be read twice", path.string()),
                "write it to a file first, and give that");
  }
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorKind::io, fmt::format("{}: {}", path.string(), error.message()), "check the path");
  return size;
}

// Before anything is written: a disk that fills up would stop the measurements that are going on there.
Result<void> check_room(std::uint64_t bytes, const base::Path& store) {
  std::error_code error;
  const base::Path file = store.empty() ? default_store_path() : store;
  const auto space = std::filesystem::space(std::filesystem::absolute(file).parent_path(), error);
  if (error || bytes <= space.available) return {};
  return fail(ErrorKind::io,
              fmt::format("the bundle unpacks to {:.0f} MiB, and the disk of {} has {:.0f} left",
                          static_cast<double>(bytes) / kMebibyte, file.string(),
                          static_cast<double>(space.available) / kMebibyte),
              "free some space there, or give another file with --store");
}

// What a dry run finds: a store that is not there yet holds nothing.
Result<std::vector<bundle::Fate>> fates_without_change(const ImportBundleOptions& options,
                                                       const bundle::Contents& contents) {
  auto store = open_store(options.store, store::Access::read);
  if (store) return bundle::fates(contents, **store, options.file.string());
  if (store.error().kind != ErrorKind::not_found) return std::unexpected(std::move(store).error());
  return std::vector<bundle::Fate>(contents.experiments.size(), bundle::Fate::new_here);
}

std::vector<std::string> outcomes_of(const std::vector<bundle::Fate>& fates, bool dry_run) {
  std::vector<std::string> outcomes;
  for (const bundle::Fate fate : fates) {
    outcomes.emplace_back(fate == bundle::Fate::already_there ? "already there" : dry_run ? "new" : "imported");
  }
  return outcomes;
}

}  // namespace

Result<void> export_bundle(const ExportBundleOptions& options, const base::Cancellation& cancel) {
  if (!options.file && isatty(STDOUT_FILENO) == 1) {
    return fail(ErrorKind::usage, "a bundle is no text for a terminal", "give -o FILE.tar.zst, or a pipe");
  }
  WATTLENS_TRY(const auto store, open_store(options.store, store::Access::read));
  WATTLENS_TRY(const auto ids, chosen_experiments(*store, options));
  WATTLENS_TRY(Output output, Output::open({.file = options.file}));
  ProgressLine progress(stderr);
  const auto sink = [&](std::string_view bytes) { return output.write(bytes); };
  WATTLENS_TRY(const bundle::Contents contents,
               bundle::write_bundle(*store, ids, sink, step_of(progress, "writing", cancel)));
  WATTLENS_CHECK(output.finish());
  progress.clear();
  if (!options.file) return {};
  WATTLENS_TRY(Output summary, Output::open(options.summary));
  const std::vector<std::string> outcomes(contents.experiments.size(), "exported");
  return summary.write(content_text(contents, outcomes, options.summary));
}

Result<void> import_bundle(const ImportBundleOptions& options, const base::Cancellation& cancel, Output& output) {
  WATTLENS_TRY(const std::uint64_t size, size_of(options.file));
  const std::string name = options.file.string();
  ProgressLine progress(stderr);
  WATTLENS_TRY(bundle::Source source, source_of(options.file));
  WATTLENS_TRY(const bundle::Contents contents,
               bundle::read_bundle(std::move(source), name, size, bundle::SampleCheck::yes, {},
                                   step_of(progress, "checking", cancel)));
  std::vector<bundle::Fate> fates;
  if (options.dry_run) {
    WATTLENS_TRY(fates, fates_without_change(options, contents));
  } else {
    WATTLENS_TRY(const auto store, open_store(options.store, store::Access::write));
    WATTLENS_TRY(fates, bundle::fates(contents, *store, name));
    if (std::ranges::find(fates, bundle::Fate::new_here) != fates.end()) {
      WATTLENS_CHECK(check_room(bundle::total_bytes(contents.manifest), options.store));
    }
    WATTLENS_CHECK(bundle::import_bundle(
        contents, fates, *store, [&] { return source_of(options.file); }, name,
        step_of(progress, "importing", cancel)));
  }
  progress.clear();
  return output.write(content_text(contents, outcomes_of(fates, options.dry_run),
                                   {.format = output.format(), .file = {}, .text = output.text()}));
}

}  // namespace wattlens::cli
