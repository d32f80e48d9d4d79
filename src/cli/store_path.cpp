#include "cli/store_path.h"

#include <fmt/core.h>

#include <filesystem>

namespace wattlens::cli {

base::Path default_store_path() { return base::user_data_folder() / "wattlens.db"; }

Result<std::unique_ptr<store::SqliteStore>> open_store(const base::Path& path, store::Access access) {
  const bool own = path.empty();
  const base::Path file = own ? default_store_path() : path;
  std::error_code error;
  if (own && access == store::Access::write) {
    std::filesystem::create_directories(file.parent_path(), error);
    if (error) {
      return fail(ErrorKind::io,
                  fmt::format("cannot make the folder {}: {}", file.parent_path().string(), error.message()),
                  "give another file with --store");
    }
  }
  if (own && access == store::Access::read && !std::filesystem::exists(file, error)) {
    return fail(ErrorKind::not_found, fmt::format("there is no store {} yet", file.string()),
                "`wattlens run` makes one; or give another file with --store");
  }
  return store::SqliteStore::open(file, {.access = access});
}

}  // namespace wattlens::cli
