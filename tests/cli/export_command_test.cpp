#include "cli/export_command.h"

#include <algorithm>

#include "base/json.h"
#include "base/text.h"
#include "cli/prepared_store.h"
#include "fake/example_summary.h"
#include "fake/golden.h"

namespace wattlens::cli {
namespace {

using report::Format;

class ExportCommand : public PreparedStore {
 protected:
  Result<std::string> exported(ExportPart part, Format format) const {
    const auto summarise = [](const record::Experiment&, std::span<const record::Run>) {
      return fake::example_summary();
    };
    return text_of(format,
                   [&](Output& output) { return export_experiment({store_, "last", part, {}}, summarise, output); });
  }
};

TEST_F(ExportCommand, SamplesReadAsApproved) {
  fake::expect_golden("cli/samples.csv", exported(ExportPart::samples, Format::csv).value());
  fake::expect_golden("cli/samples.jsonl", exported(ExportPart::samples, Format::jsonl).value());
}

TEST_F(ExportCommand, SamplesAreNoTable) {
  for (const Format format : {Format::table, Format::markdown}) {
    EXPECT_EQ(exported(ExportPart::samples, format).error().kind, ErrorKind::usage);
  }
}

TEST_F(ExportCommand, DocumentsAreValidJsonWithAllRuns) {
  for (const auto& [part, name] : {std::pair(ExportPart::runs, "runs"), std::pair(ExportPart::samples, "samples")}) {
    const auto json = base::parse_json(exported(part, Format::json).value(), name);
    ASSERT_TRUE(json) << json.error().message;
    EXPECT_EQ((*json)["schema"], "wattlens.export/1");
    EXPECT_EQ((*json)["experiment"]["id"], newer_.id);
    EXPECT_EQ((*json)[name].size(), 2U);
  }
}

TEST_F(ExportCommand, RunsComeInTheOrderTheyWereMade) {
  const std::string csv = exported(ExportPart::runs, Format::csv).value();
  EXPECT_LT(csv.find("20261121T100000-4f2a,0,"), csv.find("20261121T100000-4f2a,1,"));
  const std::string lines = exported(ExportPart::runs, Format::jsonl).value();
  EXPECT_EQ(std::ranges::count(lines, '\n'), 2);
  for (const auto line : base::split(base::trim(lines), '\n')) {
    EXPECT_EQ((base::parse_json(line, "line").value())["schema"], "wattlens.run/1");
  }
}

TEST_F(ExportCommand, PointsAreTheSummary) {
  EXPECT_EQ(std::ranges::count(exported(ExportPart::points, Format::jsonl).value(), '\n'), 5);
}

}  // namespace
}  // namespace wattlens::cli
