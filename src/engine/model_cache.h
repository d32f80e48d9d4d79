// The folder in which an engine keeps compiled models: made where it is missing, and never larger than its limit.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "base/units.h"

namespace wattlens::engine {

// Fails with io where the folder cannot be made or written.
Result<void> open_model_cache(const base::Path& folder);

// Removes the oldest compiled models (*.blob) until the rest is within `limit`. Another process may trim at the
// same time; what it removed first is no error.
void trim_model_cache(const base::Path& folder, base::Bytes limit);

}  // namespace wattlens::engine
