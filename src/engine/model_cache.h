// The folder in which an engine keeps compiled models: made where it is missing, and never larger than its limit.
#pragma once

#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/result.h"
#include "base/units.h"

namespace wattlens::engine {

// Fails with io where the folder cannot be made or written.
Result<void> open_model_cache(const base::Path& folder);

// The compiled models (*.blob) in the folder, and when each was written. An engine may fail to write one in silence,
// for the disk is full: then the same lie there afterwards.
std::map<base::Path, std::filesystem::file_time_type> cached_models(const base::Path& folder);

// Removes the oldest compiled models until the rest is within `limit`. Another process may trim at the
// same time; what it removed first is no error.
void trim_model_cache(const base::Path& folder, base::Bytes limit);

}  // namespace wattlens::engine
