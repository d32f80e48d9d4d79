#include "bundle/import.h"

#include <fmt/format.h>

#include <algorithm>

namespace wattlens::bundle {
namespace {

Result<bool> is_there(const store::SqliteStore& store, const std::string& id) {
  WATTLENS_TRY(const auto found, store.list_experiments({.experiment = id}));
  return !found.empty();
}

}  // namespace

Result<std::vector<Fate>> fates(const Contents& contents, const store::SqliteStore& store, const std::string& file) {
  std::vector<Fate> found;
  const auto look = [&]() -> Result<void> {
    for (const ManifestExperiment& listed : contents.manifest.experiments) {
      WATTLENS_TRY(const bool there, is_there(store, listed.id));
      found.push_back(there ? Fate::already_there : Fate::new_here);
      if (!there) continue;
      WATTLENS_TRY(const ManifestExperiment stored, list_members(store, listed.id));
      if (stored == listed) continue;
      return fail(ErrorKind::usage,
                  fmt::format("{} has experiment {}, and the store has another one of that id", file, listed.id),
                  "nothing was imported; to see both, import it into a store of its own with --store FILE");
    }
    return {};
  };
  WATTLENS_CHECK(store.read_together(look));
  return found;
}

Result<void> import_bundle(const Contents& contents, const std::vector<Fate>& fates, store::SqliteStore& store,
                           const OpenSource& open, const std::string& file, const Step& step) {
  if (std::ranges::find(fates, Fate::new_here) == fates.end()) return {};
  const auto is_new = [&](std::string_view id) {
    for (std::size_t i = 0; i < fates.size(); ++i) {
      if (contents.manifest.experiments[i].id == id) return fates[i] == Fate::new_here;
    }
    return false;
  };
  const Visitor add{
      .experiment = [&](const record::Experiment& experiment, const store::StoredExperiment& stored) -> Result<void> {
        if (!is_new(experiment.id)) return {};
        WATTLENS_TRY(const bool there, is_there(store, experiment.id));
        if (there) {
          return fail(ErrorKind::usage, fmt::format("experiment {} has come into the store meanwhile", experiment.id),
                      "nothing was imported: import again");
        }
        return store.add_stored(experiment, stored);
      },
      .run = [&](const record::Run& run, const store::StoredRun& stored) -> Result<void> {
        return is_new(run.experiment) ? store.add_stored(run, stored) : Result<void>();
      }};
  return store.write_together([&]() -> Result<void> {
    WATTLENS_TRY(Source source, open());
    WATTLENS_TRY(const Contents again, read_bundle(std::move(source), file, 0, SampleCheck::no, add, step));
    if (again.digest == contents.digest) return {};
    return fail(ErrorKind::usage, fmt::format("{} was changed while it was read", file), "import it again");
  });
}

}  // namespace wattlens::bundle
