#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/json.h"
#include "bundle/contents.h"
#include "bundle/digest.h"
#include "record/json.h"
#include "record/names.h"
#include "store/sample_codec.h"

namespace wattlens::bundle {
namespace {

using base::Json;

// Documents shrink to about a tenth and samples not at all; this is far beyond both.
constexpr std::uint64_t kMostRatio = 500;
constexpr std::uint64_t kSmallBytes = std::uint64_t{64} << 20U;
constexpr std::string_view kAskAgain = "it is not as it was written: copy it again, or ask for it again";

class BundleReader {
 public:
  BundleReader(Source source, std::string file, SampleCheck samples, const Visitor& visitor, const Step& step)
      : archive_(std::move(source), file),
        file_(std::move(file)),
        sample_check_(samples),
        visitor_(visitor),
        step_(step) {}

  Result<Contents> read(std::uint64_t packed_bytes) {
    WATTLENS_CHECK(read_manifest());
    total_ = total_bytes(contents_.manifest);
    if (packed_bytes > 0 && total_ > kSmallBytes && total_ / kMostRatio > packed_bytes) {
      return bad(fmt::format("has {} bytes and tells of {}: no bundle unpacks to so many", packed_bytes, total_));
    }
    for (const ManifestExperiment& experiment : contents_.manifest.experiments) {
      auto done = read_experiment(experiment);
      if (!done) return std::unexpected(std::move(done).error());
    }
    WATTLENS_TRY(const auto more, archive_.next());
    if (more) return bad(fmt::format("holds \"{}\", which its manifest does not list", more->name));
    return std::move(contents_);
  }

 private:
  std::unexpected<Error> bad(std::string_view what, std::string_view hint = kAskAgain) const {
    return fail(ErrorKind::usage, fmt::format("{} {}", file_, what), std::string(hint));
  }
  // An error of a document, with the member that it is in.
  std::unexpected<Error> bad_member(const std::string& name, const Error& error) const {
    return bad(fmt::format("has a {} that cannot be used: {}", name, error.message),
               error.hint.empty() ? kAskAgain : std::string_view(error.hint));
  }

  Result<void> read_manifest() {
    WATTLENS_TRY(const auto first, archive_.next());
    if (!first || first->name != kManifestName) {
      return bad("is no wattlens bundle: it does not begin with a manifest",
                 "give a file that `wattlens export bundle` wrote");
    }
    if (first->bytes > kMostManifestBytes) return bad(fmt::format("has a manifest of {} bytes", first->bytes));
    WATTLENS_TRY(const std::string text, archive_.read(kMostManifestBytes));
    contents_.digest = sha256(text);
    WATTLENS_TRY(contents_.manifest, manifest_from(text, file_));
    return {};
  }

  Result<std::string> read_member(const ManifestMember& member) {
    WATTLENS_CHECK(step_(static_cast<double>(done_) / static_cast<double>(total_)));
    WATTLENS_TRY(const auto found, archive_.next());
    if (!found) return bad(fmt::format("ends before {}, which its manifest lists", member.name));
    if (found->name != member.name) {
      return bad(fmt::format("holds \"{}\" where its manifest lists {}", found->name, member.name));
    }
    if (found->bytes != member.bytes) {
      return bad(
          fmt::format("holds {} bytes of {}, and its manifest lists {}", found->bytes, member.name, member.bytes));
    }
    WATTLENS_TRY(std::string bytes, archive_.read(member.bytes));
    if (bytes.size() != member.bytes || sha256(bytes) != member.sha256) {
      return bad(fmt::format("was changed: {} is not what its SHA-256 says", member.name));
    }
    done_ += bytes.size();
    return bytes;
  }

  Result<void> read_experiment(const ManifestExperiment& listed) {
    const ManifestMember& first = listed.members.front();
    store::StoredExperiment stored{.document = {}, .runs_planned = listed.runs_planned};
    WATTLENS_TRY(stored.document, read_member(first));
    auto experiment = experiment_from(stored.document, first.name);
    if (!experiment) return bad_member(first.name, experiment.error());
    if (experiment->id != listed.id) return bad(fmt::format("has {} of another experiment", first.name));
    if (experiment->status == record::ExperimentStatus::running) {
      return bad(fmt::format("has experiment {}, which was still being measured", listed.id));
    }
    Content content{.id = listed.id,
                    .title = experiment->title,
                    .created_at = experiment->created_at,
                    .status = experiment->status,
                    .models = models_of(*experiment)};
    for (const ManifestMember& member : listed.members) content.bytes += member.bytes;
    if (visitor_.experiment) WATTLENS_CHECK(visitor_.experiment(*experiment, stored));
    points_.clear();
    for (const record::PlanPoint& point : experiment->points) points_.insert(point.id);
    for (std::size_t place = 1; place < listed.members.size(); ++place) {
      WATTLENS_CHECK(read_run(listed, place, content));
    }
    contents_.experiments.push_back(std::move(content));
    return {};
  }

  // `place` is that of the run's documents; goes on to its samples, where there are any.
  Result<void> read_run(const ManifestExperiment& listed, std::size_t& place, Content& content) {
    const ManifestMember& member = listed.members[place];
    store::StoredRun stored{.order = run_order(listed.id, member.name)};
    WATTLENS_TRY(const std::string text, read_member(member));
    std::vector<std::size_t> sizes;
    auto run = run_from(text, listed, stored, sizes);
    if (!run) return bad_member(member.name, run.error());
    const bool sampled =
        place + 1 < listed.members.size() && listed.members[place + 1].name == samples_member(listed.id, stored.order);
    if (sampled != !sizes.empty()) return bad(fmt::format("has {} and not its samples, or none", member.name));
    if (sampled) WATTLENS_CHECK(read_samples(listed.members[++place], sizes, stored));
    ++content.runs;
    content.samples += stored.sample_count;
    return visitor_.run ? visitor_.run(*run, stored) : Result<void>();
  }

  static Result<record::Experiment> experiment_from(const std::string& document, const std::string& name) {
    WATTLENS_TRY(const Json json, base::parse_json(document, name));
    return record::experiment_from_json(json);
  }

  Result<record::Run> run_from(const std::string& text, const ManifestExperiment& listed, store::StoredRun& stored,
                               std::vector<std::size_t>& sizes) const {
    const std::size_t line = text.find('\n');
    if (line == std::string::npos) return fail(ErrorKind::usage, "it has one line and not two");
    stored.document = text.substr(0, line);
    WATTLENS_TRY(const Json document, base::parse_json(stored.document, "line 1"));
    WATTLENS_TRY(record::Run run, record::run_from_json(document));
    if (run.experiment != listed.id || run.order != stored.order) {
      return fail(ErrorKind::usage, "it is another run than its name says");
    }
    if (!points_.contains(run.point)) return fail(ErrorKind::usage, "its point is none of the experiment's");
    WATTLENS_TRY(const Json samples, base::parse_json(std::string_view(text).substr(line + 1), "line 2"));
    WATTLENS_TRY(stored.sample_count, base::member<std::int64_t>(samples, "samples"));
    WATTLENS_TRY(const Json channels, base::member<Json>(samples, "channels"));
    WATTLENS_TRY(const Json blobs, base::member<Json>(samples, "blobs"));
    const auto is_size = [](const Json& size) { return size.is_number_unsigned() && size.get<std::size_t>() > 0; };
    if (stored.sample_count < 0 || !channels.is_array() || !std::ranges::all_of(channels, &Json::is_string) ||
        !blobs.is_array() || !std::ranges::all_of(blobs, is_size)) {
      return fail(ErrorKind::usage, "line 2 does not tell what was sampled");
    }
    stored.channels = base::to_text(channels);
    sizes = blobs.get<std::vector<std::size_t>>();
    const auto most = static_cast<std::uint64_t>(stored.sample_count);
    const auto needed = most / store::kSamplesPerBlob + (most % store::kSamplesPerBlob > 0 ? 1 : 0);
    if (sizes.size() != needed) return fail(ErrorKind::usage, "its blobs are not as many as its samples need");
    return run;
  }

  Result<void> read_samples(const ManifestMember& member, const std::vector<std::size_t>& sizes,
                            store::StoredRun& stored) {
    WATTLENS_TRY(const std::string bytes, read_member(member));
    std::span<const std::byte> rest = std::as_bytes(std::span(bytes));
    for (const std::size_t size : sizes) {
      if (size > rest.size()) return bad(fmt::format("has {} of another length than its run says", member.name));
      stored.blobs.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(size));
      rest = rest.subspan(size);
    }
    if (!rest.empty()) return bad(fmt::format("has {} of another length than its run says", member.name));
    if (sample_check_ == SampleCheck::no) return {};
    if (auto checked = check_samples(stored); !checked) return bad_member(member.name, checked.error());
    return {};
  }

  // One blob at a time: memory is bounded by what one of them can hold.
  Result<void> check_samples(const store::StoredRun& stored) {
    WATTLENS_TRY(const Json channels, base::parse_json(stored.channels, "channels"));
    std::int64_t count = 0;
    for (const auto& blob : stored.blobs) {
      record::Samples samples;
      samples.channels = channels.get<std::vector<std::string>>();
      samples.values.resize(samples.channels.size());
      WATTLENS_CHECK(codec_.decode(blob, samples));
      count += static_cast<std::int64_t>(samples.size());
    }
    if (count == stored.sample_count) return {};
    return fail(ErrorKind::usage, fmt::format("{} samples are told of, {} are there", stored.sample_count, count));
  }

  ArchiveReader archive_;
  std::string file_;
  SampleCheck sample_check_;
  const Visitor& visitor_;
  const Step& step_;
  store::SampleCodec codec_;
  Contents contents_;
  std::set<std::string, std::less<>> points_;  // of the experiment that is being read
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
};

}  // namespace

Result<Contents> read_bundle(Source source, const std::string& file, std::uint64_t packed_bytes, SampleCheck samples,
                             const Visitor& visitor, const Step& step) {
  return BundleReader(std::move(source), file, samples, visitor, step).read(packed_bytes);
}

}  // namespace wattlens::bundle
