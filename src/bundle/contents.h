// Experiments in a bundle: from a store, and back as the rows of one.
//
// An experiment that was exported and imported has rows that are equal byte for byte, so that every report is. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "bundle/archive.h"
#include "bundle/manifest.h"
#include "record/experiment.h"
#include "store/sqlite_store.h"

namespace wattlens::bundle {

// What a person wants to know of one of them.
struct Content {
  std::string id;
  std::string title;
  std::string created_at;
  record::ExperimentStatus status = record::ExperimentStatus::done;
  std::vector<std::string> models;
  std::int64_t runs = 0;
  std::int64_t samples = 0;
  std::uint64_t bytes = 0;  // unpacked
};

struct Contents {
  Manifest manifest;
  std::string digest;  // SHA-256 of the manifest: equal for bundles of equal content
  std::vector<Content> experiments;
};

std::vector<std::string> models_of(const record::Experiment& experiment);  // each once, as its points name them

// Called between members, with how far the work is (0 to 1); an error ends it.
using Step = std::function<Result<void>(double)>;

// Writes these experiments (whole ids, any order, each once). The store is read at one moment, twice: hashes stand
// first. Fails with usage where one is being filled.
Result<Contents> write_bundle(const store::SqliteStore& store, std::span<const std::string> ids, const Sink& sink,
                              const Step& step);

// One experiment as a bundle's manifest lists it.
Result<ManifestExperiment> list_members(const store::SqliteStore& store, const std::string& id);

enum class SampleCheck { no, yes };

// Where what is read goes; each is called in the order of the bundle.
struct Visitor {
  std::function<Result<void>(const record::Experiment&, const store::StoredExperiment&)> experiment;
  std::function<Result<void>(const record::Run&, const store::StoredRun&)> run;
};

// Reads all of a bundle and checks names, sizes, hashes, documents and, if asked, whether all samples can be decoded.
// Only a bundle that was read to its end without an error is whole: what the visitor got before is not to be kept.
// `file` names it in errors, which are of kind usage. `packed_bytes`: its size, against archives that unpack to far
// more than wattlens writes; 0 where it is not known.
Result<Contents> read_bundle(Source source, const std::string& file, std::uint64_t packed_bytes, SampleCheck samples,
                             const Visitor& visitor, const Step& step);

}  // namespace wattlens::bundle
