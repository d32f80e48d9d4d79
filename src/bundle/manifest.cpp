#include "bundle/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/json.h"

namespace wattlens::bundle {
namespace {

using base::Json;

constexpr std::string_view kSchema = "wattlens.bundle/";
constexpr std::int64_t kFormat = 1;
constexpr std::size_t kLongestId = 64;
constexpr std::size_t kDigestDigits = 64;
constexpr std::string_view kAskAgain = "it is not as it was written: copy it again, or ask for it again";

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

std::unexpected<Error> bad(std::string_view file, std::string_view what) {
  return fail(ErrorKind::usage, fmt::format("{}: its manifest {}", file, what), std::string(kAskAgain));
}

Result<std::uint64_t> bytes_from(const Json& json) {
  WATTLENS_TRY(const std::int64_t bytes, base::member<std::int64_t>(json, "bytes"));
  if (bytes < 0) return fail(ErrorKind::usage, "bytes is negative");
  return static_cast<std::uint64_t>(bytes);
}

Result<ManifestMember> member_from(const Json& json) {
  ManifestMember member;
  WATTLENS_TRY(member.name, base::member<std::string>(json, "name"));
  WATTLENS_TRY(member.bytes, bytes_from(json));
  WATTLENS_TRY(member.sha256, base::member<std::string>(json, "sha256"));
  return member;
}

Result<ManifestExperiment> experiment_from(const Json& json) {
  ManifestExperiment experiment;
  WATTLENS_TRY(experiment.id, base::member<std::string>(json, "id"));
  WATTLENS_TRY(experiment.runs_planned, base::member<std::int64_t>(json, "runs_planned"));
  WATTLENS_TRY(const Json members, base::member<Json>(json, "members"));
  for (const Json& item : members) {
    WATTLENS_TRY(ManifestMember member, member_from(item));
    experiment.members.push_back(std::move(member));
  }
  return experiment;
}

// Exactly what the writer lists, so that nothing else can be asked for: no path that leads elsewhere, no member twice.
Result<void> check_members(const ManifestExperiment& experiment, std::string_view file) {
  if (!is_plain_id(experiment.id)) return bad(file, "has an experiment whose id is none");
  if (experiment.members.empty() || experiment.members.front().name != experiment_member(experiment.id)) {
    return bad(file, fmt::format("lists no record of experiment {}", experiment.id));
  }
  std::int64_t last = -1;
  std::int64_t sampled = -1;
  for (const ManifestMember& member : experiment.members) {
    if (!is_digest(member.sha256)) return bad(file, "has a member without a SHA-256");
    std::uint64_t most = kMostDocumentBytes;
    if (&member != &experiment.members.front()) {
      const std::int64_t order = run_order(experiment.id, member.name);
      const bool run = order > last && member.name == run_member(experiment.id, order);
      const bool samples =
          order >= 0 && order == last && order != sampled && member.name == samples_member(experiment.id, order);
      if (!run && !samples) return bad(file, fmt::format("lists what no bundle holds beside {}", experiment.id));
      if (samples) most = kMostSampleBytes;
      (samples ? sampled : last) = order;
    }
    if (member.bytes > most) {
      return bad(
          file, fmt::format("tells of {} bytes in {}: a bundle has at most {} there", member.bytes, member.name, most));
    }
  }
  return {};
}

Result<void> check_format(const Json& json, std::string_view file) {
  const auto schema = base::member<std::string>(json, "schema");
  if (!schema || !schema->starts_with(kSchema)) {
    return fail(ErrorKind::usage, fmt::format("{} is no wattlens bundle: its manifest names no such format", file),
                "give a file that `wattlens export bundle` wrote");
  }
  const std::string_view number = std::string_view(*schema).substr(kSchema.size());
  std::int64_t format = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), format);
  if (error == std::errc() && end == number.data() + number.size() && format == kFormat) return {};
  const std::string writer = base::member_or<std::string>(json, "wattlens_version", "").value_or("");
  return fail(ErrorKind::usage,
              fmt::format("{} has bundle format {:.20}{}; this wattlens reads format {}", file, Json(number).dump(),
                          is_plain_id(writer) ? " (of wattlens " + writer + ")" : "", kFormat),
              format > kFormat ? "use a newer wattlens" : std::string(kAskAgain));
}

Result<Manifest> manifest_of(const Json& json) {
  Manifest manifest;
  WATTLENS_TRY(manifest.wattlens_version, base::member<std::string>(json, "wattlens_version"));
  WATTLENS_TRY(const Json experiments, base::member<Json>(json, "experiments"));
  for (const Json& item : experiments) {
    WATTLENS_TRY(ManifestExperiment experiment, experiment_from(item));
    manifest.experiments.push_back(std::move(experiment));
  }
  return manifest;
}

}  // namespace

bool is_plain_id(std::string_view id) {
  return !id.empty() && id.size() <= kLongestId && id.front() != '.' &&
         std::ranges::all_of(id, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_' || c == '.'; });
}

std::string experiment_member(std::string_view id) { return fmt::format("{}/experiment.json", id); }
std::string run_member(std::string_view id, std::int64_t order) {
  return fmt::format("{}/runs/{:06}.jsonl", id, order);
}
std::string samples_member(std::string_view id, std::int64_t order) {
  return fmt::format("{}/samples/{:06}.zst", id, order);
}

std::int64_t run_order(std::string_view id, std::string_view name) {
  if (!name.starts_with(id)) return -1;
  name.remove_prefix(id.size());
  for (const std::string_view folder : {"/runs/", "/samples/"}) {
    if (!name.starts_with(folder)) continue;
    name.remove_prefix(folder.size());
    std::int64_t order = -1;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), order);
    return error == std::errc() && end != name.data() && *name.data() != '-' ? order : -1;
  }
  return -1;
}

std::uint64_t total_bytes(const Manifest& manifest) {
  std::uint64_t total = 0;
  for (const auto& experiment : manifest.experiments) {
    for (const auto& member : experiment.members) total += member.bytes;
  }
  return total;
}

std::string to_text(const Manifest& manifest) {
  Json experiments = Json::array();
  for (const auto& experiment : manifest.experiments) {
    Json members = Json::array();
    for (const auto& member : experiment.members) {
      members.push_back({{"name", member.name}, {"bytes", member.bytes}, {"sha256", member.sha256}});
    }
    experiments.push_back(
        {{"id", experiment.id}, {"runs_planned", experiment.runs_planned}, {"members", std::move(members)}});
  }
  return base::to_pretty_text({{"schema", fmt::format("{}{}", kSchema, kFormat)},
                               {"wattlens_version", manifest.wattlens_version},
                               {"experiments", std::move(experiments)}});
}

Result<Manifest> manifest_from(std::string_view text, std::string_view file) {
  WATTLENS_TRY(const Json json, base::parse_json(text, fmt::format("{}: its manifest", file)));
  WATTLENS_CHECK(check_format(json, file));
  auto manifest = manifest_of(json);
  if (!manifest) return bad(file, "cannot be used: " + manifest.error().message);
  if (manifest->experiments.empty()) return bad(file, "lists no experiment");
  for (const ManifestExperiment& experiment : manifest->experiments) {
    WATTLENS_CHECK(check_members(experiment, file));
    if (&experiment != manifest->experiments.data() && !((&experiment)[-1].id < experiment.id)) {
      return bad(file, fmt::format("lists {} twice, or not in order", experiment.id));
    }
  }
  return manifest;
}

}  // namespace wattlens::bundle
