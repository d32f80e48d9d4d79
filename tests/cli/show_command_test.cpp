#include "cli/show_command.h"

#include "base/json.h"
#include "cli/prepared_store.h"
#include "fake/example_summary.h"

namespace wattlens::cli {
namespace {

using report::Format;

class ShowCommand : public PreparedStore {
 protected:
  Result<std::string> shown(const std::string& id, Format format) {
    const auto summarise = [&](const record::Experiment& experiment, std::span<const record::Run> runs) {
      runs_seen_ = runs.size();
      record::ExperimentSummary summary = fake::example_summary();
      summary.experiment = experiment;
      return summary;
    };
    return text_of(format, [&](Output& output) { return show({store_, id, {}}, summarise, output); });
  }

  std::size_t runs_seen_ = 0;
};

TEST_F(ShowCommand, TheLastOneIsTheDefault) {
  const auto text = shown(ShowOptions().experiment, Format::table);
  ASSERT_TRUE(text) << text.error().message;
  EXPECT_NE(text->find("Experiment 20261121T100000-4f2a"), std::string::npos);
  EXPECT_EQ(runs_seen_, 2U);
}

TEST_F(ShowCommand, AnyOtherIsFoundByTheBeginningOfItsId) {
  const auto text = shown("20261120", Format::json);
  ASSERT_TRUE(text) << text.error().message;
  const auto json = base::parse_json(*text, "output");
  ASSERT_TRUE(json) << json.error().message;
  EXPECT_EQ((*json)["id"], "20261120T090000-0001");
  EXPECT_EQ((*json)["schema"], "wattlens.experiment/1");
}

TEST_F(ShowCommand, AnUnknownIdLeadsToTheNearest) {
  const auto text = shown("20261121T100000-4f2b", Format::table);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::not_found);
  EXPECT_NE(text.error().hint.find("20261121T100000-4f2a"), std::string::npos);
}

}  // namespace
}  // namespace wattlens::cli
