#include "report/meters_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "base/json.h"
#include "report/machine_formats.h"

namespace wattlens::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr base::Seconds kPoll{0.001};

record::Channel channel(const std::string& id, record::Provenance provenance) {
  record::Channel made;
  made.id = id;
  made.method = "powercap";
  made.provenance = provenance;
  made.update_period = base::Seconds{0.001};
  return made;
}

record::ChannelEnergy energy(const std::string& id, double joules, std::int64_t updates) {
  record::ChannelEnergy made;
  made.channel = id;
  made.updates = updates;
  made.gross.value = base::Joules{joules};
  made.gross.provenance = record::Provenance::measured;
  made.gross.relative = {base::Joules{joules - 2.0}, base::Joules{joules + 2.0}};
  return made;
}

record::ChannelEnergy missing(const std::string& id, const std::string& reason) {
  record::ChannelEnergy made;
  made.channel = id;
  made.gross.reason = reason;
  made.gross.hint = "do this";
  return made;
}

record::Window two_seconds() {
  record::Window window;
  window.end.ns = 2'000'000'000;
  return window;
}

TEST(MetersTable, PowerIsEnergyPerTimeAndThePeriodIsWhatWasSeen) {
  const std::vector channels = {channel("cpu.package.0", record::Provenance::measured)};
  record::Window window = two_seconds();
  window.channels = {energy("cpu.package.0", 100.0, 400)};  // every 5 ms
  const base::Json row = row_json(meters_table(channels, window, kPoll), 0);
  EXPECT_EQ(row["power_w"]["value"], 50.0);
  EXPECT_EQ(row["power_w"]["low"], 49.0);
  EXPECT_EQ(row["power_w"]["high"], 51.0);
  EXPECT_EQ(row["observed_period_s"], 0.005);
  EXPECT_EQ(row["update_period_s"], 0.001);
  EXPECT_EQ(row["updates"], 400);
}

TEST(MetersTable, AMissingChannelHasAReasonAndNoPower) {
  const std::vector channels = {channel("cpu.dram.0", record::Provenance::missing)};
  record::Window window = two_seconds();
  window.channels = {missing("cpu.dram.0", "permission")};
  const Table table = meters_table(channels, window, kPoll);
  const base::Json row = row_json(table, 0);
  EXPECT_EQ(row["power_w"]["provenance"], "missing");
  EXPECT_EQ(row["power_w"]["reason"], "permission");
  EXPECT_TRUE(row["observed_period_s"].is_null());
  EXPECT_TRUE(row["gain_low"].is_null()) << "what is not known is not 0";
  EXPECT_THAT(in_format(table, Format::table, {}, kMetersSchema, "channels"), Not(HasSubstr("not known")));
}

TEST(MetersTable, ACounterThatMovesWheneverItIsReadHasABoundAlone) {
  const std::vector channels = {channel("cpu.package.0", record::Provenance::measured)};
  record::Window window = two_seconds();
  window.channels = {energy("cpu.package.0", 100.0, 1990)};
  const Table table = meters_table(channels, window, kPoll);
  EXPECT_TRUE(row_json(table, 0)["observed_period_s"].is_null());
  EXPECT_THAT(in_format(table, Format::table, {}, kMetersSchema, "channels"), HasSubstr("2 or less"));
}

TEST(WatchView, ShowsATraceAndSaysWhyALookGaveNothing) {
  WatchedChannel good{.channel = channel("cpu.package.0", record::Provenance::measured),
                      .last = energy("cpu.package.0", 30.0, 30),
                      .look = {1.0},
                      .sum = {.value = base::Joules{90.0}, .provenance = record::Provenance::modelled},
                      .trace = {10.0, 50.0, 30.0}};
  WatchedChannel stuck{.channel = channel("gpu.0", record::Provenance::measured),
                       .last = missing("gpu.0", "stuck"),
                       .look = {1.0},
                       .lost = 1,
                       .trace = {std::numeric_limits<double>::quiet_NaN()}};
  const std::string view = watch_view({3.0}, std::vector{good, stuck}, {});
  EXPECT_THAT(view, HasSubstr("3 s watched"));
  EXPECT_THAT(view, HasSubstr("▁█▅"));
  EXPECT_THAT(view, HasSubstr("gpu.0: stuck; to mend it: do this"));
  const Table table = watch_table({3.0}, std::vector{good, stuck});
  EXPECT_EQ(row_json(table, 0)["energy_j"]["value"], 90.0);
  EXPECT_EQ(row_json(table, 0)["energy_j"]["provenance"], "modelled");
  EXPECT_EQ(row_json(table, 1)["energy_j"]["provenance"], "missing") << "what was never read is not 0 J";
  EXPECT_EQ(row_json(table, 1)["lost_looks"], 1);
  good.lost = 2;
  EXPECT_THAT(watch_view({3.0}, std::vector{good}, {}), HasSubstr("at least ~90"));
}

}  // namespace
}  // namespace wattlens::report
