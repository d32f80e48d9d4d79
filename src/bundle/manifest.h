// What a bundle holds, told first in it: wattlens.bundle/1. docs/bundles.md describes it. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace wattlens::bundle {

inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::uint64_t kMostManifestBytes = std::uint64_t{16} << 20U;
inline constexpr std::uint64_t kMostDocumentBytes = std::uint64_t{32} << 20U;
inline constexpr std::uint64_t kMostSampleBytes = std::uint64_t{1} << 30U;

struct ManifestMember {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;

  bool operator==(const ManifestMember&) const = default;
};

// One run is one or two members: its documents and, where it was sampled, its samples.
struct ManifestExperiment {
  std::string id;
  std::int64_t runs_planned = 0;
  std::vector<ManifestMember> members;  // in the order of the archive

  bool operator==(const ManifestExperiment&) const = default;
};

struct Manifest {
  std::string wattlens_version;
  std::vector<ManifestExperiment> experiments;  // by id
};

// Whether an id can be part of a member's name: letters, digits, '-', '_' and '.', not at the beginning, at most 64.
bool is_plain_id(std::string_view id);

// "ID/experiment.json", "ID/runs/000007.jsonl", "ID/samples/000007.zst".
std::string experiment_member(std::string_view id);
std::string run_member(std::string_view id, std::int64_t order);
std::string samples_member(std::string_view id, std::int64_t order);

// The order of a run that a member's name tells; -1 where it is not of that form.
std::int64_t run_order(std::string_view id, std::string_view name);

std::uint64_t total_bytes(const Manifest& manifest);  // of all members, unpacked

std::string to_text(const Manifest& manifest);
// Fails with usage where it is no manifest, of a newer format, or lists what no bundle holds. `file` names the bundle.
Result<Manifest> manifest_from(std::string_view text, std::string_view file);

}  // namespace wattlens::bundle
