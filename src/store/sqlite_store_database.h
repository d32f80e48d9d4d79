// One connection to an SQLite file: statements, transactions, and SQLite's failures as errors with a way out.
//
// Not thread-safe: one connection belongs to one thread. Only sqlite_store_database.cpp includes sqlite3.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/file.h"
#include "base/result.h"
#include "base/units.h"

struct sqlite3;
struct sqlite3_stmt;

namespace wattlens::store {

class Database;

// A prepared statement. Places are numbered from 1, columns from 0, as in SQLite. Must not outlive its database.
class Statement {
 public:
  Statement(Statement&&) noexcept = default;
  Statement& operator=(Statement&&) noexcept = default;

  Statement& bind(int place, std::string_view text);
  Statement& bind(int place, std::int64_t value);
  Statement& bind(int place, std::optional<double> value);
  Statement& bind(int place, std::span<const std::byte> blob);  // must stay valid until the statement has run

  Result<bool> step();  // true: a row is there
  Result<void> run();   // steps to the end and makes it ready to be bound and run again

  std::string text(int column) const;
  std::int64_t integer(int column) const;
  std::optional<double> number(int column) const;     // empty for NULL
  std::span<const std::byte> blob(int column) const;  // valid until the next step

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3_stmt* statement, const Database* database) : statement_(statement), database_(database) {}

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const Database* database_;
};

class Database {
 public:
  enum class Mode { create, existing, read_only };

  // Fails with ErrorKind::usage where the file cannot be an SQLite database, with ErrorKind::io where the disk, a lock
  // or a permission is in the way.
  static Result<std::unique_ptr<Database>> open(const base::Path& path, Mode mode, base::Seconds busy_timeout);
  ~Database();

  Result<Statement> prepare(std::string_view sql) const;
  Result<void> execute(const std::string& sql) const;  // any number of statements without results
  // Makes commits last once they return, and lets readers read during a write.
  Result<void> use_write_ahead_log() const;
  Result<std::int64_t> integer(std::string_view sql) const;  // the first column of the first row; 0 without a row
  Result<std::string> text(std::string_view sql) const;
  bool read_only() const;
  std::int64_t last_row() const;
  const base::Path& path() const { return path_; }

  // Runs `work` (callable, Result<void>) inside BEGIN IMMEDIATE ... COMMIT; whatever fails undoes all of it.
  template <class Work>
  Result<void> transaction(Work&& work) {
    WATTLENS_CHECK(execute("BEGIN IMMEDIATE"));
    Result<void> done = work();
    if (done) done = execute("COMMIT");
    if (!done) roll_back();
    return done;
  }

 private:
  friend class Statement;
  Database(sqlite3* handle, base::Path path, base::Seconds busy_timeout)
      : handle_(handle), path_(std::move(path)), busy_timeout_(busy_timeout) {}
  std::unexpected<Error> failure(int code) const;
  void roll_back() const;

  sqlite3* handle_;
  base::Path path_;
  base::Seconds busy_timeout_;
};

}  // namespace wattlens::store
