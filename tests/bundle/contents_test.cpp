#include "bundle/contents.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.h"
#include "bundle/digest.h"
#include "bundle/prepared_stores.h"
#include "record/json.h"

namespace wattlens::bundle {
namespace {

using BundleContents = PreparedStores;

// A bundle with members that a hash was made of, whatever they hold: what a tampered file cannot have.
std::string made_of(const std::vector<std::pair<std::string, std::string>>& members, const std::string& id) {
  Manifest manifest{.wattlens_version = "0.1.0", .experiments = {{.id = id, .runs_planned = 1, .members = {}}}};
  for (const auto& [name, bytes] : members) {
    manifest.experiments.front().members.push_back({name, bytes.size(), sha256(bytes)});
  }
  std::string text;
  ArchiveWriter writer(sink_to(text));
  EXPECT_TRUE(writer.add("manifest.json", to_text(manifest)));
  for (const auto& [name, bytes] : members) EXPECT_TRUE(writer.add(name, bytes));
  EXPECT_TRUE(writer.finish());
  return text;
}

TEST_F(BundleContents, TellWhatIsInside) {
  const auto contents = checked(bundle_of(*from_, {kNewer, kOlder}).value());
  ASSERT_TRUE(contents) << contents.error().message;
  ASSERT_EQ(contents->experiments.size(), 2U);
  EXPECT_EQ(contents->experiments[0].id, kOlder);
  EXPECT_EQ(contents->experiments[0].runs, 3);
  EXPECT_EQ(contents->experiments[0].samples, 40'005);
  EXPECT_EQ(contents->experiments[0].status, record::ExperimentStatus::done);
  EXPECT_EQ(contents->experiments[1].status, record::ExperimentStatus::interrupted);
  EXPECT_THAT(contents->experiments[0].models, testing::ElementsAre("resnet50"));
}

TEST_F(BundleContents, AreTheSameBytesWhateverTheOrderOfTheIds) {
  EXPECT_EQ(bundle_of(*from_, {kNewer, kOlder}).value(), bundle_of(*from_, {kOlder, kNewer}).value());
}

TEST_F(BundleContents, OfAnExperimentThatIsBeingMeasuredAreRefused) {
  const auto running = fake::example_experiment("20261122T100000-0000");
  ASSERT_TRUE(from_->begin(running));
  const auto refused = bundle_of(*from_, {running.id});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_NE(refused.error().message.find("still being measured"), std::string::npos);
}

TEST_F(BundleContents, EveryPrefixIsRefused) {
  const std::string text = bundle_of(*from_, {kOlder}).value();
  for (std::size_t size = 0; size < text.size(); size += 1 + size / 50) {
    EXPECT_FALSE(checked(text.substr(0, size))) << size;
  }
  EXPECT_FALSE(checked(text.substr(0, text.size() - 1)));
}

TEST_F(BundleContents, AChangedMemberIsNamed) {
  const std::string document = from_->stored_experiment(kOlder)->document;
  std::string changed = document;
  changed.replace(changed.find("\"seed\":42"), 9, "\"seed\":43");
  const std::string name = experiment_member(kOlder);
  Manifest manifest{.wattlens_version = "0.1.0",
                    .experiments = {{kOlder, 1, {{name, document.size(), sha256(document)}}}}};
  std::string text;
  ArchiveWriter writer(sink_to(text));
  ASSERT_TRUE(writer.add("manifest.json", to_text(manifest)));
  ASSERT_TRUE(writer.add(name, changed));
  ASSERT_TRUE(writer.finish());
  const auto refused = checked(text);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_EQ(refused.error().message, "a.tar.zst was changed: " + name + " is not what its SHA-256 says");
}

TEST_F(BundleContents, MembersThatTheManifestDoesNotListAreRefused) {
  const std::string document = from_->stored_experiment(kOlder)->document;
  const Manifest manifest{
      .wattlens_version = "0.1.0",
      .experiments = {{kOlder, 1, {{experiment_member(kOlder), document.size(), sha256(document)}}}}};
  const std::string begin = tar_member("manifest.json", to_text(manifest));
  const std::string good = tar_member(experiment_member(kOlder), document);
  ASSERT_TRUE(checked(compressed(begin + good + tar_end())));
  for (const std::string& tar :
       {begin + tar_member("/etc/passwd", document) + tar_end(), begin + tar_member("../../x", document) + tar_end(),
        fmt::format("{}{}{}{}", begin, good, good, tar_end()), begin + tar_end(), good + tar_end(),
        fmt::format("{}{}{}{}", begin, good, tar_member("x", ""), tar_end()),
        begin + tar_member(experiment_member(kOlder), "{}") + tar_end(),
        begin + tar_member(experiment_member(kOlder), "", '2', "/etc/passwd") + tar_end()}) {
    const auto refused = checked(compressed(tar));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage) << refused.error().message;
    EXPECT_FALSE(refused.error().hint.empty());
  }
}

TEST_F(BundleContents, OfOneThatUnpacksToFarTooMuchAreNotRead) {
  const std::string id = "x";
  Manifest manifest{.wattlens_version = "0.1.0", .experiments = {{id, 1, {}}}};
  const std::string zeros(1 << 20, '\0');
  auto& members = manifest.experiments.front().members;
  members.push_back({experiment_member(id), zeros.size(), sha256(zeros)});
  for (std::int64_t order = 0; order < 1000; ++order) {
    members.push_back({run_member(id, order), zeros.size(), sha256(zeros)});
  }
  const std::string text = compressed(tar_member("manifest.json", to_text(manifest)) + tar_end());
  const auto refused = checked(text);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("no bundle unpacks to so many"), std::string::npos) << refused.error().message;
}

TEST_F(BundleContents, WithADocumentThatDoesNotFitAreRefused) {
  const auto experiment = from_->load_experiment(kOlder).value();
  const std::string record = from_->stored_experiment(kOlder)->document;
  const auto run_of = [&](auto change, const std::string& second) {
    auto run = fake::example_run(experiment, 0);
    change(run);
    return base::to_text(record::to_json(run)) + "\n" + second + "\n";
  };
  const auto same = [](record::Run&) {};
  const std::string none = R"({"channels":[],"samples":0,"blobs":[]})";
  const auto with_run = [&](const std::string& text) {
    return checked(made_of({{experiment_member(kOlder), record}, {run_member(kOlder, 0), text}}, kOlder));
  };
  ASSERT_TRUE(with_run(run_of(same, none)));
  EXPECT_FALSE(with_run(run_of([](record::Run& run) { run.experiment = "y"; }, none)));
  EXPECT_FALSE(with_run(run_of([](record::Run& run) { run.order = 1; }, none)));
  EXPECT_FALSE(with_run(run_of([](record::Run& run) { run.point = "y"; }, none)));
  EXPECT_FALSE(with_run(run_of(same, R"({"channels":[],"samples":-1,"blobs":[]})")));
  EXPECT_FALSE(with_run(run_of(same, R"({"channels":[],"samples":9223372036854775807,"blobs":[1]})")));
  EXPECT_FALSE(with_run(run_of(same, R"({"channels":[7],"samples":0,"blobs":[]})")));
  EXPECT_FALSE(with_run(run_of(same, R"({"channels":[],"samples":1,"blobs":[5]})"))) << "and no samples";
  EXPECT_FALSE(with_run(run_of(same, R"({"channels":{},"samples":0,"blobs":{}})")));
  EXPECT_FALSE(with_run(run_of(same, "")));
  EXPECT_FALSE(with_run("{}"));
  EXPECT_FALSE(checked(made_of({{experiment_member("other"), record}}, "other")));
  EXPECT_FALSE(checked(made_of({{experiment_member(kOlder), "{}"}}, kOlder)));
}

TEST_F(BundleContents, WithSamplesThatCannotBeDecodedAreRefused) {
  const auto experiment = from_->load_experiment(kOlder).value();
  const std::string run = base::to_text(record::to_json(fake::example_run(experiment, 0)));
  for (const std::string& samples : {std::string("12345"), std::string(1000, '\0')}) {
    const auto refused = checked(
        made_of({{experiment_member(kOlder), from_->stored_experiment(kOlder)->document},
                 {run_member(kOlder, 0),
                  fmt::format("{}\n{{\"channels\":[\"a\"],\"samples\":3,\"blobs\":[{}]}}\n", run, samples.size())},
                 {samples_member(kOlder, 0), samples}},
                kOlder));
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find("samples/000000.zst"), std::string::npos) << refused.error().message;
  }
}

TEST_F(BundleContents, AreNoLongerReadOnceTheUserAsksForThat) {
  const std::string text = bundle_of(*from_, {kOlder}).value();
  const auto stop = [](double) -> Result<void> { return fail(ErrorKind::cancelled, "interrupted"); };
  EXPECT_EQ(read_bundle(source_of(text), "a", 0, SampleCheck::yes, {}, stop).error().kind, ErrorKind::cancelled);
  std::string out;
  EXPECT_EQ(write_bundle(*from_, std::vector{kOlder}, sink_to(out), stop).error().kind, ErrorKind::cancelled);
}

}  // namespace
}  // namespace wattlens::bundle
