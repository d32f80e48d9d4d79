// Which store a command uses.
#pragma once

#include <memory>

#include "base/file.h"
#include "base/result.h"
#include "store/sqlite_store.h"

namespace wattlens::cli {

// base::user_data_folder()/wattlens.db
base::Path default_store_path();

// The store at `path`, or the user's where it is empty. Writing makes the user's data folder where it is missing.
Result<std::unique_ptr<store::SqliteStore>> open_store(const base::Path& path, store::Access access);

}  // namespace wattlens::cli
