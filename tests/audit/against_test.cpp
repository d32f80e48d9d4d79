#include "audit/against.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "audit/match.h"
#include "audit/text_log.h"

namespace wattlens::audit {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

// A folder of traces as a study leaves it, two networks on two machines, runs of different length, and its results.
struct Study {
  std::vector<FileReport> files;
  std::vector<double> truth;    // J
  std::vector<double> seconds;  // of the traces
  std::vector<double> sums;     // of power
};

Study make_study(int runs) {
  Study study;
  for (const char* machine : {"cloud", "local"}) {
    for (const char* network : {"resnet50", "vgg16"}) {
      for (int run = 0; run < runs; ++run) {
        const double watts = (machine[0] == 'c' ? 300.0 : 150.0) + 3.0 * run;
        const int rows = 1500 + 211 * ((run * 7) % 5) + 13 * run;
        std::string text = "timestamp, name, power.draw [W]\n";
        for (int i = 0; i < rows; ++i) {
          text += fmt::format("2023/03/{:02} 1{}:{:02}:{:02}.000, NVIDIA T4, {} W\n", run + 1, i / 3600, i / 60 % 60,
                              i % 60, watts);
        }
        study.files.push_back(report_of(text, {}, fmt::format("raw/{}/{}/power-{}.csv", machine, network, run)));
        study.seconds.push_back(rows - 1);
        study.truth.push_back(watts * (rows - 1));
        study.sums.push_back(watts * rows);
      }
    }
  }
  return study;
}

// The published table: its durations are 5 s shorter than the traces.
std::string table_of(const Study& study, const std::function<double(std::size_t)>& energy, int runs) {
  std::string text = "environment,network,run,duration (s),energy (J)\n";
  std::size_t i = 0;
  for (const char* machine : {"Cloud", "Gamer's PC"}) {
    for (const char* network : {"resnet50", "vgg16"}) {
      for (int run = 0; run < runs; ++run, ++i) {
        text += fmt::format("{},{},{},{},{}\n", machine, network, run, study.seconds[i] - 5.0, energy(i));
      }
    }
  }
  return text;
}

ResultsTable results(std::string text, const ColumnNames& columns = {}) {
  auto table = read_results(*reader_of(std::move(text), "results.csv"), columns);
  EXPECT_TRUE(table) << (table ? "" : table.error().message);
  return table ? *std::move(table) : ResultsTable{};
}

TEST(Against, RunsThatAgreeHaveNoFinding) {
  const Study study = make_study(4);
  const auto report =
      hold_against(study.files, results(table_of(study, [&](auto i) { return study.truth[i] * 0.996; }, 4)), 0.01);
  ASSERT_THAT(report.runs, SizeIs(16));
  for (const MatchedRun& run : report.runs) {
    EXPECT_TRUE(run.agrees) << run.line;
    EXPECT_NEAR(run.duration.value - run.claimed_duration->value, 5.0, 1e-6);
  }
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.rows_without_file, 0);
}

TEST(Against, TheSumOfPowerTimesTheDurationIsNamed) {
  const Study study = make_study(4);
  const auto wrong = [&](std::size_t i) { return study.sums[i] * (study.seconds[i] - 5.0); };
  const auto report = hold_against(study.files, results(table_of(study, wrong, 4)), 0.01);
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ(report.findings[0].code, "sum_times_duration");
  EXPECT_THAT(report.findings[0].seen, HasSubstr("16 of 16 runs"));
}

TEST(Against, MillijoulesAreNamedThoughTracesHaveAThousandReadings) {
  const Study study = make_study(4);
  const auto report =
      hold_against(study.files, results(table_of(study, [&](auto i) { return 1e3 * study.truth[i]; }, 4)), 0.01);
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_THAT(report.findings[0].changes, HasSubstr("mJ taken for J"));
}

TEST(Against, OneRunThatIsOffIsFound) {
  const Study study = make_study(4);
  const auto report = hold_against(
      study.files, results(table_of(study, [&](auto i) { return study.truth[i] * (i == 6 ? 1.3 : 1.0); }, 4)), 0.01);
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ(report.findings[0].code, "claim");
  EXPECT_EQ(report.findings[0].line, 8);
  EXPECT_THAT(report.findings[0].seen, HasSubstr("1 of 16 runs"));
}

TEST(Against, TracesThatAreMissingDoNotShiftTheRest) {
  Study study = make_study(4);
  const ResultsTable table = results(table_of(study, [&](auto i) { return study.truth[i]; }, 4));
  study.files.erase(study.files.begin() + 5);
  study.files.erase(study.files.begin());
  const auto report = hold_against(study.files, table, 0.01);
  ASSERT_THAT(report.runs, SizeIs(14));
  for (const MatchedRun& run : report.runs) EXPECT_TRUE(run.agrees) << run.line;
  EXPECT_EQ(report.rows_without_file, 2);
}

TEST(Against, ATraceThatNoRowFitsIsNotForcedOnOne) {
  Study study = make_study(1);
  study.files.resize(1);
  const ResultsTable table = results("network,duration (s),energy (J)\nresnet50,90000,5\n");
  const auto report = hold_against(study.files, table, 0.01);
  EXPECT_TRUE(report.runs.empty());
  ASSERT_THAT(report.files_without_row, SizeIs(1));
  EXPECT_EQ(report.findings.at(0).code, "unmatched");
}

TEST(Against, WithoutDurationsTheOrderAloneCountsAndThatIsSaid) {
  const Study study = make_study(2);
  std::string text = "machine,network,energy_kj\n";
  std::size_t i = 0;
  for (const char* machine : {"cloud", "local"}) {
    for (const char* network : {"resnet50", "vgg16"}) {
      for (int run = 0; run < 2; ++run, ++i) text += fmt::format("{},{},{}\n", machine, network, study.truth[i] / 1e3);
    }
  }
  const auto report = hold_against(study.files, results(text), 0.01);
  EXPECT_THAT(report.runs, SizeIs(8));
  ASSERT_THAT(report.findings, SizeIs(1));
  EXPECT_EQ(report.findings[0].code, "order_alone");
}

TEST(Against, ATableWithoutAClearEnergyIsRefused) {
  const auto error_of = [](std::string text, const ColumnNames& columns = {}) {
    const auto table = read_results(*reader_of(std::move(text), "results.csv"), columns);
    return table ? Error{} : table.error();
  };
  EXPECT_THAT(error_of("a,b\n1,2\n").hint, HasSubstr("a, b"));
  EXPECT_THAT(error_of("cpu_energy,gpu_energy\n1,2\n").hint, HasSubstr("--energy-column"));
  EXPECT_THAT(error_of("energy_j\n").message, HasSubstr("no rows"));
  EXPECT_THAT(error_of("a,energy_j\n1,2\n3\n").message, HasSubstr("results.csv:3"));
  EXPECT_THAT(error_of("a,energy_j\n1,2\n", {.energy = "b"}).message, HasSubstr("'b'"));
  EXPECT_EQ(results("cpu_energy,gpu_energy\n1,2\n", {.energy = "gpu_energy"}).rows.at(0).energy->value, 2.0);
}

TEST(Match, WordsAreWholeWords) {
  EXPECT_TRUE(bears("raw/cloud/vgg16/power.csv", "vgg16"));
  EXPECT_TRUE(bears("nvidia geforce rtx 3090", "nvidia geforce rtx 3090"));
  EXPECT_FALSE(bears("raw/resnet50/power.csv", "resnet5"));
  EXPECT_FALSE(bears("raw/resnet50/power.csv", "net50"));
}

}  // namespace
}  // namespace wattlens::audit
