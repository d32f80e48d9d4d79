// The tables of a store and the steps that bring an older one up to date.
//
// Migration rule: the list only grows. A step that has been released is never changed, and a store is never taken back
// to an older version; PRAGMA user_version counts the steps that a store has had.
#pragma once

#include <span>

#include "store/sqlite_store_database.h"

namespace wattlens::store {

std::span<const char* const> all_migrations();

// Fails with ErrorKind::usage where the file belongs to another program, or to a newer wattlens; the message names both
// versions. With a read-only database an older version is refused.
Result<void> bring_up_to_date(Database& database, std::span<const char* const> migrations = all_migrations());

}  // namespace wattlens::store
