#include "store/sqlite_store_schema.h"

#include <fmt/core.h>

#include <array>

namespace wattlens::store {
namespace {

constexpr std::int64_t kApplicationId = 0x77617474;  // "watt"

// Columns that `list` needs stand in tables of their own, apart from the large documents, so that listing reads little.
constexpr const char* kFirstTables = R"sql(
CREATE TABLE experiments (
  id TEXT PRIMARY KEY NOT NULL,
  title TEXT NOT NULL,
  created_at TEXT NOT NULL,
  finished_at TEXT NOT NULL,
  status TEXT NOT NULL,
  writer TEXT NOT NULL,          -- the process that fills it; empty once it has ended
  machine TEXT NOT NULL,         -- the processor's name
  models TEXT NOT NULL,          -- JSON array
  runs_planned INTEGER NOT NULL,
  runs_done INTEGER NOT NULL DEFAULT 0,
  runs_failed INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE TABLE experiment_documents (
  experiment TEXT PRIMARY KEY NOT NULL REFERENCES experiments(id),
  document TEXT NOT NULL         -- JSON, schema wattlens.stored_experiment/1
);
CREATE TABLE points (
  number INTEGER PRIMARY KEY,
  experiment TEXT NOT NULL REFERENCES experiments(id),
  id TEXT NOT NULL,
  model TEXT NOT NULL,
  engine TEXT NOT NULL,
  device TEXT NOT NULL,
  precision TEXT NOT NULL,
  hint TEXT NOT NULL,
  batch INTEGER NOT NULL,
  image_size INTEGER NOT NULL,
  threads INTEGER NOT NULL,
  UNIQUE (experiment, id)
);
CREATE TABLE runs (
  number INTEGER PRIMARY KEY,
  experiment TEXT NOT NULL REFERENCES experiments(id),
  run_order INTEGER NOT NULL,
  block INTEGER NOT NULL,
  point INTEGER NOT NULL REFERENCES points(number),
  status TEXT NOT NULL,
  images_per_s REAL,
  energy_j_per_image REAL,
  net_energy_j_per_image REAL,
  provenance TEXT NOT NULL,
  complete INTEGER NOT NULL,
  warnings INTEGER NOT NULL,
  UNIQUE (experiment, run_order)
);
CREATE TABLE run_documents (
  run INTEGER PRIMARY KEY REFERENCES runs(number),
  document TEXT NOT NULL,        -- JSON, schema wattlens.run/1
  sample_channels TEXT NOT NULL, -- JSON array
  sample_count INTEGER NOT NULL
);
CREATE TABLE sample_blobs (
  run INTEGER NOT NULL REFERENCES runs(number),
  part INTEGER NOT NULL,         -- 0, 1, ...: 16384 samples each, the last one fewer
  samples BLOB NOT NULL,
  PRIMARY KEY (run, part)
);
)sql";

constexpr std::array kMigrations = {kFirstTables};

Result<void> check_owner(const Database& database) {
  // In this order, for another process may make the tables in between; it sets the mark in the same transaction.
  WATTLENS_TRY(const std::int64_t version, database.integer("PRAGMA user_version"));
  WATTLENS_TRY(const std::int64_t objects, database.integer("SELECT count(*) FROM sqlite_schema"));
  WATTLENS_TRY(const std::int64_t application, database.integer("PRAGMA application_id"));
  if (application == kApplicationId) return {};
  if (application == 0 && objects == 0 && version == 0) return {};  // new and empty
  return fail(
      ErrorKind::usage,
      fmt::format("{} is an SQLite database of another program, not a wattlens store", database.path().string()),
      "give another file with --store");
}

}  // namespace

std::span<const char* const> all_migrations() { return kMigrations; }

Result<void> bring_up_to_date(Database& database, std::span<const char* const> migrations) {
  const auto newest = static_cast<std::int64_t>(migrations.size());
  const auto version_now = [&]() -> Result<std::int64_t> {
    WATTLENS_CHECK(check_owner(database));
    WATTLENS_TRY(const std::int64_t version, database.integer("PRAGMA user_version"));
    if (version <= newest && version >= 0) return version;
    return fail(ErrorKind::usage,
                fmt::format("{} has store version {}; this wattlens knows versions up to {}", database.path().string(),
                            version, newest),
                "use a newer wattlens, or give another file with --store");
  };
  WATTLENS_TRY(const std::int64_t before, version_now());
  if (before == newest) return {};
  if (database.read_only()) {
    return fail(ErrorKind::io,
                fmt::format("{} has store version {} and must become version {}, but it is read-only",
                            database.path().string(), before, newest),
                "make it writable once, or copy it and give the copy with --store");
  }
  return database.transaction([&]() -> Result<void> {
    // Another process may have migrated between the look and the lock.
    WATTLENS_TRY(const std::int64_t version, version_now());
    for (std::int64_t step = version; step < newest; ++step) {
      WATTLENS_CHECK(database.execute(migrations[static_cast<std::size_t>(step)]));
    }
    return database.execute(
        fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, newest));
  });
}

}  // namespace wattlens::store
