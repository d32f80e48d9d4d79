#include "store/sqlite_store_database.h"

#include <fmt/core.h>
#include <sqlite3.h>

#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

namespace wattlens::store {
namespace {

// What went wrong, in words of the user's world; `code` is an extended result code.
std::unexpected<Error> explain(int code, int system_error, std::string_view detail, const base::Path& path) {
  const std::string name = path.string();
  const auto io = [&](std::string_view what, std::string hint) {
    return fail(ErrorKind::io, fmt::format("{} {}", name, what), std::move(hint));
  };
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
      return fail(ErrorKind::usage, fmt::format("{} is not a wattlens store: it is no SQLite database", name),
                  "give another file with --store");
    case SQLITE_CORRUPT:
      return io(fmt::format("is damaged: {}", detail),
                "keep a copy, then save what is readable with `sqlite3 FILE .recover`");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return io("is locked by another process", "wait until that process is done, or give another file with --store");
    case SQLITE_FULL:
      return io("cannot grow: the disk is full", "free some space on that disk; nothing stored is lost");
    case SQLITE_READONLY:
      return io("cannot be written: it is read-only",
                "check the permissions of the file and its folder, or give another file with --store");
    case SQLITE_PERM:
    case SQLITE_AUTH: return io("may not be opened", "check the permissions of the file and its folder");
    case SQLITE_CANTOPEN:
      return io(fmt::format("cannot be opened{}{}", system_error != 0 ? ": " : "",
                            system_error != 0 ? std::generic_category().message(system_error) : ""),
                "check the path and the permissions of its folder, or give another file with --store");
    case SQLITE_IOERR:
      return io(fmt::format("cannot be read or written: {}{}{}", detail, system_error != 0 ? ": " : "",
                            system_error != 0 ? std::generic_category().message(system_error) : ""),
                "check the disk and its free space");
    case SQLITE_NOMEM: return fail(ErrorKind::io, fmt::format("no memory left to read {}", name), "free some memory");
    default: return fail(ErrorKind::internal, fmt::format("{}: {} (SQLite {})", name, detail, code));
  }
}

Result<void> check_path(const base::Path& path, Database::Mode mode) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    return fail(ErrorKind::usage, fmt::format("{} is a folder, not a store", path.string()), "give the path of a file");
  }
  if (std::filesystem::exists(status)) return {};
  base::Path folder = path.parent_path();
  if (folder.empty()) folder = ".";
  if (!std::filesystem::is_directory(folder, error)) {
    return fail(ErrorKind::usage, fmt::format("there is no folder {} for the store", folder.string()),
                fmt::format("make it with `mkdir -p {}`, or give another file with --store", folder.string()));
  }
  if (mode != Database::Mode::create && status.type() == std::filesystem::file_type::not_found) {
    return fail(ErrorKind::not_found, fmt::format("there is no store {} yet", path.string()),
                "`wattlens run` makes one; or give another file with --store");
  }
  return {};
}

// As a URI, so that options can be added; SQLite reads %, ? and # in it.
std::string to_uri(const base::Path& path, std::string_view options) {
  std::string uri = "file:";
  for (const char c : std::filesystem::absolute(path).string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return uri.append(options);
}

bool has_content(const base::Path& path, const char* suffix) {
  std::error_code error;
  base::Path beside = path;
  beside += suffix;
  const auto size = std::filesystem::file_size(beside, error);
  return !error && size > 0;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

// Binding fails only where memory is out or a place does not exist: the first shows again in step(), the second is our
// bug and leaves a NULL that the schema refuses.
Statement& Statement::bind(int place, std::string_view text) {
  sqlite3_bind_text64(statement_.get(), place, text.data() != nullptr ? text.data() : "", text.size(), SQLITE_TRANSIENT,
                      SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind(int place, std::int64_t value) {
  sqlite3_bind_int64(statement_.get(), place, value);
  return *this;
}
Statement& Statement::bind(int place, std::optional<double> value) {
  value ? sqlite3_bind_double(statement_.get(), place, *value) : sqlite3_bind_null(statement_.get(), place);
  return *this;
}
Statement& Statement::bind(int place, std::span<const std::byte> blob) {
  sqlite3_bind_blob64(statement_.get(), place, blob.data(), blob.size(), SQLITE_STATIC);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const auto error = database_->failure(code);
  sqlite3_reset(statement_.get());
  return error;
}

Result<void> Statement::run() {
  while (true) {
    WATTLENS_TRY(const bool row, step());
    if (!row) break;
  }
  sqlite3_reset(statement_.get());
  return {};
}

std::string Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }
std::optional<double> Statement::number(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return sqlite3_column_double(statement_.get(), column);
}
std::span<const std::byte> Statement::blob(int column) const {
  const auto* data = static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

Result<std::unique_ptr<Database>> Database::open(const base::Path& path, Mode mode, base::Seconds busy_timeout) {
  WATTLENS_CHECK(check_path(path, mode));
  const int access = mode == Mode::create     ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                     : mode == Mode::existing ? SQLITE_OPEN_READWRITE
                                              : SQLITE_OPEN_READONLY;
  const auto try_to_open = [&](std::string_view options) -> Result<std::unique_ptr<Database>> {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(to_uri(path, options).c_str(), &handle,
                                     access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI | SQLITE_OPEN_EXRESCODE, nullptr);
    std::unique_ptr<Database> database(new Database(handle, path, busy_timeout));
    if (code != SQLITE_OK) return database->failure(code);
    sqlite3_busy_timeout(handle, static_cast<int>(busy_timeout.value * 1e3));
    WATTLENS_CHECK(database->integer("SELECT count(*) FROM sqlite_schema"));  // opening alone reads nothing
    return database;
  };
  auto database = try_to_open("");
  // In write-ahead mode even a reader needs a file beside the store. Where none can be made, and none with content is
  // there, the store alone is complete and can be read as a file that does not change.
  if (!database && mode == Mode::read_only && database.error().kind == ErrorKind::io && !has_content(path, "-wal")) {
    if (auto unchanging = try_to_open("?immutable=1")) return unchanging;
  }
  return database;
}

Database::~Database() { sqlite3_close_v2(handle_); }

Result<Statement> Database::prepare(std::string_view sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return Statement(statement, this);
}

Result<void> Database::execute(const std::string& sql) const {
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<void> Database::use_write_ahead_log() const {
  // SQLite does not wait when it changes the kind of log, so that two processes that make one store at once would meet.
  constexpr std::chrono::milliseconds kPause{5};
  for (base::Seconds waited{}; true; waited += base::Seconds{std::chrono::duration<double>(kPause).count()}) {
    const int code = sqlite3_exec(handle_, "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) break;
    if ((code & 0xFF) != SQLITE_BUSY || waited >= busy_timeout_) return failure(code);
    std::this_thread::sleep_for(kPause);
  }
  // EXTRA syncs the log at every commit, and the folder too should the file system not allow a write-ahead log.
  return execute("PRAGMA synchronous = EXTRA; PRAGMA foreign_keys = ON");
}

Result<std::int64_t> Database::integer(std::string_view sql) const {
  WATTLENS_TRY(Statement statement, prepare(sql));
  WATTLENS_TRY(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Result<std::string> Database::text(std::string_view sql) const {
  WATTLENS_TRY(Statement statement, prepare(sql));
  WATTLENS_TRY(const bool row, statement.step());
  return row ? statement.text(0) : std::string();
}

bool Database::read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }
std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_); }

std::unexpected<Error> Database::failure(int code) const {
  if (handle_ == nullptr) return explain(code, 0, "out of memory", path_);
  return explain(code, sqlite3_system_errno(handle_), sqlite3_errmsg(handle_), path_);
}

void Database::roll_back() const {
  // Some failures have already undone the transaction; then there is nothing left to undo.
  if (sqlite3_get_autocommit(handle_) == 0) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace wattlens::store
