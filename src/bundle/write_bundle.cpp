#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/version.h"
#include "bundle/contents.h"
#include "bundle/digest.h"
#include "record/json.h"

namespace wattlens::bundle {
namespace {

using base::Json;
using TakeMember = std::function<Result<void>(const std::string& name, std::string_view bytes)>;

// The run's record, and below it what is needed to read its samples.
std::string run_documents(const store::StoredRun& run) {
  Json sizes = Json::array();
  for (const auto& blob : run.blobs) sizes.push_back(blob.size());
  return fmt::format("{}\n{{\"channels\":{},\"samples\":{},\"blobs\":{}}}\n", run.document, run.channels,
                     run.sample_count, base::to_text(sizes));
}

Result<void> check_size(const std::string& name, std::size_t bytes, std::uint64_t most) {
  if (bytes <= most) return {};
  return fail(ErrorKind::usage, fmt::format("{} has {} bytes: a bundle holds at most {} there", name, bytes, most),
              "give its data out with `wattlens export --part samples`, or copy the store's file");
}

Result<void> for_each_member(const store::SqliteStore& store, const std::string& id,
                             const store::StoredExperiment& experiment, const TakeMember& take) {
  const auto give = [&](const std::string& name, std::string_view bytes, std::uint64_t most) -> Result<void> {
    WATTLENS_CHECK(check_size(name, bytes.size(), most));
    return take(name, bytes);
  };
  WATTLENS_CHECK(give(experiment_member(id), experiment.document, kMostDocumentBytes));
  return store.for_each_stored_run(id, [&](const store::StoredRun& run) -> Result<void> {
    WATTLENS_CHECK(give(run_member(id, run.order), run_documents(run), kMostDocumentBytes));
    if (run.blobs.empty()) return {};
    std::string samples;
    for (const auto& blob : run.blobs) samples.append(reinterpret_cast<const char*>(blob.data()), blob.size());
    return give(samples_member(id, run.order), samples, kMostSampleBytes);
  });
}

struct Listed {
  ManifestExperiment members;
  Content content;
};

Result<Listed> list_experiment(const store::SqliteStore& store, const std::string& id) {
  if (!is_plain_id(id)) {
    return fail(ErrorKind::usage, fmt::format("\"{}\" cannot be in a bundle: its id has other signs than letters", id));
  }
  WATTLENS_TRY(const store::StoredExperiment stored, store.stored_experiment(id));
  WATTLENS_TRY(const record::Experiment experiment, store.load_experiment(id));
  if (experiment.status == record::ExperimentStatus::running) {
    return fail(ErrorKind::usage, fmt::format("experiment {} is still being measured", id), "wait until it is done");
  }
  Listed listed;
  listed.members = {.id = id, .runs_planned = stored.runs_planned, .members = {}};
  listed.content = {.id = id,
                    .title = experiment.title,
                    .created_at = experiment.created_at,
                    .status = experiment.status,
                    .models = models_of(experiment)};
  WATTLENS_CHECK(for_each_member(store, id, stored, [&](const std::string& name, std::string_view bytes) {
    listed.members.members.push_back({name, bytes.size(), sha256(bytes)});
    listed.content.bytes += bytes.size();
    return Result<void>();
  }));
  WATTLENS_CHECK(store.for_each_stored_run(id, [&](const store::StoredRun& run) {
    ++listed.content.runs;
    listed.content.samples += run.sample_count;
    return Result<void>();
  }));
  return listed;
}

}  // namespace

std::vector<std::string> models_of(const record::Experiment& experiment) {
  std::vector<std::string> models;
  for (const auto& point : experiment.points) {
    if (std::ranges::find(models, point.model) == models.end()) models.push_back(point.model);
  }
  return models;
}

Result<ManifestExperiment> list_members(const store::SqliteStore& store, const std::string& id) {
  WATTLENS_TRY(Listed listed, list_experiment(store, id));
  return std::move(listed.members);
}

Result<Contents> write_bundle(const store::SqliteStore& store, std::span<const std::string> ids, const Sink& sink,
                              const Step& step) {
  std::vector<std::string> sorted(ids.begin(), ids.end());
  std::ranges::sort(sorted);
  Contents contents;
  contents.manifest.wattlens_version = base::version().semantic;
  ArchiveWriter archive(sink);
  const auto write = [&]() -> Result<void> {
    for (const std::string& id : sorted) {
      WATTLENS_CHECK(step(0.0));
      WATTLENS_TRY(Listed listed, list_experiment(store, id));
      contents.manifest.experiments.push_back(std::move(listed.members));
      contents.experiments.push_back(std::move(listed.content));
    }
    const std::string manifest = to_text(contents.manifest);
    WATTLENS_CHECK(check_size(std::string(kManifestName), manifest.size(), kMostManifestBytes));
    contents.digest = sha256(manifest);
    WATTLENS_CHECK(archive.add(std::string(kManifestName), manifest));
    const auto total = static_cast<double>(total_bytes(contents.manifest));
    std::uint64_t written = 0;
    for (const std::string& id : sorted) {
      WATTLENS_TRY(const store::StoredExperiment stored, store.stored_experiment(id));
      WATTLENS_CHECK(for_each_member(store, id, stored, [&](const std::string& name, std::string_view bytes) {
        written += bytes.size();
        const auto done = step(static_cast<double>(written) / total);
        return done ? archive.add(name, bytes) : done;
      }));
    }
    return archive.finish();
  };
  WATTLENS_CHECK(store.read_together(write));
  return contents;
}

}  // namespace wattlens::bundle
