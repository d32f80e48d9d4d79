#include "report/comparison_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.h"

namespace wattlens::report {
namespace {

using record::Joules;
using record::Seconds;
using record::Watts;
using ::testing::HasSubstr;
using ::testing::Not;

record::ComparedSide side(const std::string& id, double energy_j) {
  record::ComparedSide out{.id = id, .unit = "run", .experiment = "20261121T100000-4f2a", .runs = 10};
  out.energy.value = Joules{energy_j};
  out.energy.relative = {Joules{0.99 * energy_j}, Joules{1.01 * energy_j}};
  out.energy.provenance = record::Provenance::measured;
  out.time = {Seconds{0.5}, Seconds{0.49}, Seconds{0.51}};
  out.power = {Watts{2.0 * energy_j}, Watts{1.9 * energy_j}, Watts{2.1 * energy_j}};
  out.energy_values = {energy_j, energy_j};
  out.energy_blocks = {0, 1};
  return out;
}

record::Finding finding(const std::string& quantity, double ratio) {
  record::Finding out{.quantity = quantity, .confidence = 0.985, .pairs = 10};
  out.ratio = {ratio, 0.98 * ratio, 1.02 * ratio};
  out.verdicts = {"more"};
  out.bounds = "beyond the limit";
  out.deviation = 0.014;
  out.cliffs_delta = 1.0;
  out.p_value = 0.00195;
  out.detectable = 0.031;
  return out;
}

record::ComparisonResult example() {
  record::ComparisonResult result;
  result.experiment.id = "20261121T100000-4f2a";
  result.experiment.created_at = "2026-11-21T10:00:00Z";
  result.sides = {side("./old --name=\"<a&b>\"", 10.0), side("./new", 12.0)};
  result.pairs = {{.base = 0, .candidate = 1}};
  result.pairs[0].findings = {finding("energy", 1.2), finding("time", 1.0), finding("power", 1.2)};
  result.blocks = 10;
  result.planned_looks = true;
  return result;
}

TEST(ComparisonPage, SaysWhatMayBeSaid) {
  const std::string text = comparison_text(example(), Format::table, {.width = 80});
  EXPECT_THAT(text, HasSubstr("10 blocks in random order; looks planned at 6, 10, 16 and 24, each at 98.5 %."));
  EXPECT_THAT(text, HasSubstr("B needs 20.0 ± 2.4 % more energy per run than A: more, beyond the limit."));
  EXPECT_THAT(text, HasSubstr("./new"));
  EXPECT_THAT(text, HasSubstr("3.1"));
}

TEST(ComparisonPage, FitsEightyColumns) {
  record::ComparisonResult result = example();
  result.fail_above = 0.03;
  result.pairs[0].over_limit = true;
  result.letters = {"a", "b"};
  for (auto& one : result.sides) one.output_check.error = 1.23e-5;
  result.pairs[0].findings[0].verdicts = {"not distinguishable"};
  const std::string text = comparison_text(result, Format::table, {.width = 80});
  for (const std::string_view line : base::split(text, '\n')) {
    EXPECT_LE(text_width(line), 80U) << line;
  }
}

TEST(ComparisonPage, OfOneSideSaysThatThereIsNothingToCompare) {
  record::ComparisonResult result = example();
  result.sides.resize(1);
  result.pairs.clear();
  EXPECT_THAT(comparison_text(result, Format::table, {}), HasSubstr("There is nothing to compare"));
}

TEST(ComparisonPage, TellsWhyEnergiesAreNotCompared) {
  record::ComparisonResult result = example();
  result.pairs[0].findings[0] = {.quantity = "energy", .reason = "partial total: gpu.0 is missing"};
  const std::string text = comparison_text(result, Format::table, {.width = 80});
  EXPECT_THAT(text, HasSubstr("the energies are not compared: partial total: gpu.0 is missing"));
}

TEST(ComparisonPage, TheGateSaysKeptBrokenOrUnclear) {
  record::ComparisonResult result = example();
  result.fail_above = 0.03;
  result.pairs[0].over_limit = true;
  EXPECT_THAT(comparison_text(result, Format::markdown, {}), HasSubstr("Gate: BROKEN"));
  result.pairs[0].over_limit = false;
  EXPECT_THAT(comparison_text(result, Format::markdown, {}), HasSubstr("the interval holds both"));
  result.fail_above = 0.5;
  EXPECT_THAT(comparison_text(result, Format::markdown, {}), HasSubstr("lies below +50 %"));
}

TEST(ComparisonJson, HoldsWhatThePageSays) {
  record::ComparisonResult result = example();
  const base::Json json = comparison_json(result);
  EXPECT_EQ(json.at("schema"), kComparisonSchema);
  EXPECT_EQ(json.at("design"), "blocks");
  const base::Json& energy = json.at("pairs").at(0).at("findings").at(0);
  EXPECT_EQ(energy.at("quantity"), "energy");
  EXPECT_EQ(energy.at("ratio").at("confidence"), 0.985);
  EXPECT_EQ(energy.at("verdicts").at(0), "more");
  EXPECT_EQ(json.at("sides").at(1).at("energy_j").size(), 2U);
  EXPECT_FALSE(json.contains("fail_above"));
}

TEST(ComparisonCsv, HasOneRowPerPairAndQuantity) {
  const std::string text = comparison_text(example(), Format::csv, {});
  EXPECT_EQ(std::ranges::count(text, '\n'), 4);
  EXPECT_THAT(text, HasSubstr("ratio_low"));
}

TEST(ComparisonJUnit, EscapesAndTellsWhatBroke) {
  record::ComparisonResult result = example();
  EXPECT_THAT(comparison_junit(result), HasSubstr("tests=\"1\" failures=\"0\" errors=\"0\""));
  EXPECT_THAT(comparison_junit(result), HasSubstr("./old --name=&quot;&lt;a&amp;b&gt;&quot;"));
  result.fail_above = 0.03;
  result.pairs[0].over_limit = true;
  EXPECT_THAT(comparison_junit(result), HasSubstr("<failure message=\"energy ratio 1.2"));
  result.pairs[0].findings[0] = {.quantity = "energy", .reason = "no energy: permission"};
  result.pairs[0].over_limit.reset();
  EXPECT_THAT(comparison_junit(result), HasSubstr("<error message=\"not compared: no energy: permission\"/>"));
  EXPECT_THAT(comparison_junit(result), Not(HasSubstr("<failure")));
}

}  // namespace
}  // namespace wattlens::report
