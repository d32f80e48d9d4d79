#include "settings/journal.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/json.h"
#include "base/text.h"

namespace wattlens::settings {
namespace {

using base::Json;

constexpr std::string_view kSchema = "wattlens.settings-journal/1";

// A rename or a removal is on the disk when its folder is.
Result<void> sync_folder(const base::Path& folder) {
  const base::FileDescriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open() || (::fsync(opened.get()) != 0 && errno != EINVAL && errno != EROFS)) {
    return base::fail_errno(errno, fmt::format("cannot write {} to the disk", folder.string()));
  }
  return {};
}

// Root writes what it says into the machine: nobody else may have written it.
Result<void> check_owner(const base::Path& file) {
  struct stat found{};
  if (::lstat(file.c_str(), &found) != 0) return base::fail_errno(errno, fmt::format("cannot read {}", file.string()));
  const bool ours = found.st_uid == 0 || found.st_uid == ::geteuid();
  if (ours && S_ISREG(found.st_mode) && (found.st_mode & S_IWOTH) == 0) return {};
  return fail(ErrorKind::usage,
              fmt::format("{} is not trusted: it belongs to another user, or everybody may write it", file.string()),
              "look at it, restore by hand what it names, and remove it");
}

Result<JournalEntry> entry_from(const Json& json) {
  JournalEntry entry;
  WATTLENS_TRY(entry.setting, base::member<std::string>(json, "setting"));
  WATTLENS_TRY(entry.place, base::member<std::string>(json, "place"));
  WATTLENS_TRY(entry.original, base::member<std::string>(json, "original"));
  WATTLENS_TRY(entry.asked, base::member_or<std::string>(json, "asked", ""));
  if (json.contains("left")) {
    WATTLENS_TRY(entry.left, base::member<std::string>(json, "left"));
  }
  return entry;
}

Result<Journal> journal_from(const Json& json) {
  WATTLENS_TRY(const std::string schema, base::member<std::string>(json, "schema"));
  if (schema != kSchema) return fail(ErrorKind::usage, fmt::format("it has the schema {}", schema));
  Journal journal;
  WATTLENS_TRY(journal.boot_id, base::member_or<std::string>(json, "boot_id", ""));
  WATTLENS_TRY(journal.pid, base::member_or<std::int64_t>(json, "pid", 0));
  WATTLENS_TRY(journal.what, base::member_or<std::string>(json, "what", ""));
  WATTLENS_TRY(journal.changed_at, base::member_or<std::string>(json, "changed_at", ""));
  WATTLENS_TRY(const Json entries, base::member<Json>(json, "entries"));
  if (!entries.is_array()) return fail(ErrorKind::usage, "\"entries\" is no list");
  for (const Json& item : entries) {
    WATTLENS_TRY(JournalEntry entry, entry_from(item));
    journal.entries.push_back(std::move(entry));
  }
  return journal;
}

}  // namespace

Result<std::optional<Journal>> read_journal(const base::Path& file) {
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, error))) return std::nullopt;
  WATTLENS_CHECK(check_owner(file));
  WATTLENS_TRY(const std::string text, base::read_text(file));
  const auto json = base::parse_json(text, file.string());
  auto journal = json ? journal_from(*json) : Result<Journal>(std::unexpected(json.error()));
  if (journal) return std::optional(*std::move(journal));
  return fail(
      ErrorKind::usage,
      fmt::format("{}, the list of settings to restore, cannot be used: {}", file.string(), journal.error().message),
      "use the version of wattlens that wrote it; or restore by hand what it names, and remove it");
}

Result<void> write_journal(const base::Path& file, const Journal& journal) {
  Json json = {{"schema", kSchema},    {"boot_id", journal.boot_id},       {"pid", journal.pid},
               {"what", journal.what}, {"changed_at", journal.changed_at}, {"entries", Json::array()}};
  for (const JournalEntry& entry : journal.entries) {
    Json item = {{"setting", entry.setting}, {"place", entry.place}, {"original", entry.original}};
    if (!entry.asked.empty()) item["asked"] = entry.asked;
    if (entry.left) item["left"] = *entry.left;
    json["entries"].push_back(std::move(item));
  }
  std::error_code error;
  std::filesystem::create_directories(file.parent_path(), error);
  if (error) {
    return fail(ErrorKind::io, fmt::format("cannot make {}: {}", file.parent_path().string(), error.message()),
                "nothing is changed that could not be restored: name a folder of yours in WATTLENS_STATE");
  }
  WATTLENS_CHECK(base::write_text(file, base::to_pretty_text(json) + "\n"));
  return sync_folder(file.parent_path());
}

Result<void> remove_journal(const base::Path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT) {
    return base::fail_errno(errno, fmt::format("cannot remove {}", file.string()),
                            "everything is restored: remove it, or the next start looks at it again");
  }
  // What a crash left half written.
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(file.parent_path(), error)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(file.filename().string() + ".") && name.ends_with(".partial")) {
      ::unlink(entry.path().c_str());
    }
  }
  return sync_folder(file.parent_path());
}

std::string boot_id(const base::Path& root) {
  const auto text = base::read_text(root / "proc/sys/kernel/random/boot_id");
  return text ? std::string(base::trim(*text)) : std::string();
}

}  // namespace wattlens::settings
