#include "bundle/manifest.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/json.h"

namespace wattlens::bundle {
namespace {

using base::Json;

Manifest example() {
  const std::string digest(64, 'a');
  Manifest manifest{.wattlens_version = "0.1.0", .experiments = {}};
  for (const std::string id : {"20261120T090000-0001", "20261121T100000-4f2a"}) {
    manifest.experiments.push_back({.id = id,
                                    .runs_planned = 2,
                                    .members = {{experiment_member(id), 10, digest},
                                                {run_member(id, 0), 20, digest},
                                                {samples_member(id, 0), 30, digest},
                                                {run_member(id, 1'000'000), 20, digest}}});
  }
  return manifest;
}

std::string changed(const std::function<void(Json&)>& change) {
  Json json = base::parse_json(to_text(example()), "example").value();
  change(json);
  return base::to_text(json);
}

TEST(Manifest, IsReadAsItWasWritten) {
  const auto manifest = manifest_from(to_text(example()), "a.tar.zst");
  ASSERT_TRUE(manifest) << manifest.error().message;
  EXPECT_EQ(manifest->experiments, example().experiments);
  EXPECT_EQ(manifest->wattlens_version, "0.1.0");
  EXPECT_EQ(total_bytes(*manifest), 160U);
}

TEST(Manifest, ANewerFormatNamesBothVersions) {
  const auto refused = manifest_from(changed([](Json& json) {
                                       json["schema"] = "wattlens.bundle/2";
                                       json["wattlens_version"] = "3.0.0";
                                       json.erase("experiments");
                                     }),
                                     "a.tar.zst");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::usage);
  EXPECT_NE(refused.error().message.find("format \"2\" (of wattlens 3.0.0)"), std::string::npos)
      << refused.error().message;
  EXPECT_EQ(refused.error().hint, "use a newer wattlens");
}

TEST(Manifest, OtherJsonIsNone) {
  for (const char* text :
       {"", "[]", "{}", "null", "{\"schema\": 1}", "{\"schema\": \"wattlens.run/1\"}", "{\"schema\""}) {
    EXPECT_EQ(manifest_from(text, "a.tar.zst").error().kind, ErrorKind::usage) << text;
  }
}

TEST(Manifest, ListsOnlyWhatABundleHolds) {
  const std::function<void(Json&)> changes[] = {
      [](Json& json) { json["experiments"] = Json::array(); },
      [](Json& json) { json["experiments"] = 7; },
      [](Json& json) { json["experiments"][1] = json["experiments"][0]; },
      [](Json& json) { std::swap(json["experiments"][0], json["experiments"][1]); },
      [](Json& json) { json["experiments"][0]["id"] = "../../etc"; },
      [](Json& json) { json["experiments"][0]["id"] = ""; },
      [](Json& json) { json["experiments"][0]["members"] = Json::array(); },
      [](Json& json) { json["experiments"][0]["members"].erase(0); },
      [](Json& json) { json["experiments"][0]["members"][1]["name"] = "/etc/passwd"; },
      [](Json& json) { json["experiments"][0]["members"][1]["name"] = "20261120T090000-0001/../x"; },
      [](Json& json) { json["experiments"][0]["members"][1]["name"] = "20261120T090000-0001/runs/-00001.jsonl"; },
      [](Json& json) { json["experiments"][0]["members"][1]["name"] = "20261120T090000-0001/runs/0.jsonl"; },
      [](Json& json) { json["experiments"][0]["members"][1]["name"] = "20261120T090000-0001/runs/000000.jsonl.x"; },
      [](Json& json) { json["experiments"][0]["members"][2] = json["experiments"][0]["members"][1]; },
      [](Json& json) { json["experiments"][0]["members"][3] = json["experiments"][0]["members"][2]; },
      [](Json& json) { std::swap(json["experiments"][0]["members"][1], json["experiments"][0]["members"][2]); },
      [](Json& json) { std::swap(json["experiments"][0]["members"][1], json["experiments"][0]["members"][3]); },
      [](Json& json) { json["experiments"][0]["members"][1]["bytes"] = -1; },
      [](Json& json) { json["experiments"][0]["members"][1]["bytes"] = kMostDocumentBytes + 1; },
      [](Json& json) { json["experiments"][0]["members"][2]["bytes"] = kMostSampleBytes + 1; },
      [](Json& json) { json["experiments"][0]["members"][1]["bytes"] = 1e30; },
      [](Json& json) { json["experiments"][0]["members"][1]["sha256"] = "abc"; },
      [](Json& json) { json["experiments"][0]["members"][1]["sha256"] = std::string(64, 'A'); },
      [](Json& json) { json.erase("wattlens_version"); },
  };
  for (const auto& change : changes) {
    const auto refused = manifest_from(changed(change), "a.tar.zst");
    ASSERT_FALSE(refused) << changed(change);
    EXPECT_EQ(refused.error().kind, ErrorKind::usage);
    EXPECT_NE(refused.error().message.find("a.tar.zst"), std::string::npos) << refused.error().message;
    EXPECT_FALSE(refused.error().hint.empty());
  }
}

TEST(Manifest, AnIdIsPartOfAPath) {
  for (const char* good : {"20261121T100000-4f2a", "a", "a.b_c"}) EXPECT_TRUE(is_plain_id(good)) << good;
  for (const char* bad : {"", ".", "..", ".a", "a/b", "a b", "a\n", "\xC3\xA9"}) EXPECT_FALSE(is_plain_id(bad)) << bad;
  EXPECT_FALSE(is_plain_id(std::string(65, 'a')));
}

TEST(Manifest, TheOrderOfARunIsInItsName) {
  EXPECT_EQ(run_order("x", run_member("x", 7)), 7);
  EXPECT_EQ(run_order("x", samples_member("x", 12'345'678)), 12'345'678);
  EXPECT_EQ(run_order("x", "x/runs/"), -1);
  EXPECT_EQ(run_order("x", "x/runs/99999999999999999999"), -1);
  EXPECT_EQ(run_order("x", "y/runs/000001.jsonl"), -1);
}

}  // namespace
}  // namespace wattlens::bundle
