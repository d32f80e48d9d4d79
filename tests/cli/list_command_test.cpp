#include "cli/list_command.h"

#include "cli/prepared_store.h"
#include "fake/golden.h"
#include "report/format.h"

namespace wattlens::cli {
namespace {

using report::Format;

class ListCommand : public PreparedStore {
 protected:
  Result<std::string> listed(ListOptions options, Format format = Format::table) const {
    options.store = store_;
    return text_of(format, [&](Output& output) { return list(options, output); });
  }
};

TEST_F(ListCommand, EveryFormatReadsAsApproved) {
  for (const auto& info : report::all_formats()) {
    const std::string end = info.format == Format::table ? "txt" : std::string(info.name);
    fake::expect_golden("cli/list." + end, listed({}, info.format).value());
    ListOptions runs;
    runs.runs = true;
    fake::expect_golden("cli/list_runs." + end, listed(runs, info.format).value());
  }
}

TEST_F(ListCommand, FiltersByExperimentPrefixAndLast) {
  ListOptions options;
  options.runs = true;
  options.filter.experiment = "20261120";
  EXPECT_EQ(listed(options, Format::csv).value().find("20261121T"), std::string::npos);
  options.filter.experiment = "last";
  EXPECT_EQ(listed(options, Format::csv).value().find("20261120T"), std::string::npos);
  options.filter.experiment = "2027";
  EXPECT_EQ(listed(options).error().kind, ErrorKind::not_found);
}

TEST_F(ListCommand, NothingThatMatchesIsAnErrorAndLeavesNoFile) {
  ListOptions options;
  options.filter.model = "resnet51";
  const auto text = listed(options);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().kind, ErrorKind::not_found);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out"));
}

TEST_F(ListCommand, AnEmptyStoreIsAnEmptyList) {
  const base::Path empty = folder_ / "empty.db";
  ASSERT_TRUE(store::SqliteStore::open(empty));
  ListOptions options;
  options.store = empty;
  const auto text = text_of(Format::jsonl, [&](Output& output) { return list(options, output); });
  ASSERT_TRUE(text);
  EXPECT_EQ(*text, "");
}

TEST_F(ListCommand, ANegativeLimitIsRefused) {
  ListOptions options;
  options.filter.limit = -1;
  EXPECT_EQ(listed(options).error().kind, ErrorKind::usage);
}

}  // namespace
}  // namespace wattlens::cli
