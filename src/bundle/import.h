// The experiments of a bundle, into a store: all of them in one transaction, or none. Not thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bundle/contents.h"

namespace wattlens::bundle {

enum class Fate {
  new_here,       // is to be added
  already_there,  // the store has the same, byte for byte
};

// What becomes of each experiment of a bundle, in its order. Fails with usage where the store has an experiment of the
// same id and other content: nothing that is stored is replaced.
Result<std::vector<Fate>> fates(const Contents& contents, const store::SqliteStore& store, const std::string& file);

// Opens the bundle at its beginning.
using OpenSource = std::function<Result<Source>()>;

// Adds those that are new; the others are left as they are. `contents` is what read_bundle() found when it checked the
// samples; the bundle is read again, and refused if it has changed since. Whatever fails leaves the store as it was.
Result<void> import_bundle(const Contents& contents, const std::vector<Fate>& fates, store::SqliteStore& store,
                           const OpenSource& open, const std::string& file, const Step& step);

}  // namespace wattlens::bundle
