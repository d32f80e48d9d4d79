#include "meter/load_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/file.h"
#include "base/json.h"
#include "fake/paths.h"

namespace wattlens::meter {
namespace {

record::MachineState machine(std::string model_name, std::string microarchitecture, std::int64_t cores) {
  record::MachineState state;
  state.cpu.model_name = std::move(model_name);
  state.cpu.microarchitecture = std::move(microarchitecture);
  state.cpu.sockets = 1;
  state.cpu.cores = cores;
  state.cpu.threads = 2 * cores;
  return state;
}

LoadModel model_for(const record::MachineState& state) {
  auto model = LoadModel::for_machine(state);
  EXPECT_TRUE(model) << (model ? "" : model.error().message);
  return *model;
}

base::Json table() { return base::Json::parse(load_model_text()); }

TEST(LoadModel, AMachineWithoutCoresHasNone) {
  const auto model = LoadModel::for_machine(record::MachineState{});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().kind, ErrorKind::not_measurable);
}

TEST(LoadModel, ThreadsStandInForCoresThatAreNotTold) {
  auto state = machine("AMD EPYC 9654 96-Core Processor", "Zen 4", 0);
  state.cpu.threads = 4;
  EXPECT_EQ(model_for(state).cores(), 4.0);
}

TEST(LoadModel, UtilisationIsHeldWithinItsRangeAndNaNStaysNaN) {
  const LoadModel model = model_for(machine("AMD EPYC 8024P 8-Core Processor", "Zen 4", 8));
  EXPECT_EQ(model.processor_power(-0.5, 8.0), model.processor_power(0.0, 8.0));
  EXPECT_EQ(model.processor_power(1.0001, 8.0), model.processor_power(1.0, 8.0));
  EXPECT_EQ(model.processor_power(std::numeric_limits<double>::infinity(), 8.0), model.processor_power(1.0, 8.0));
  EXPECT_TRUE(std::isnan(model.processor_power(std::numeric_limits<double>::quiet_NaN(), 8.0).value));
}

TEST(LoadModel, NoCoresAndNoMemoryDrawNothing) {
  const LoadModel model = model_for(machine("AMD EPYC 8024P 8-Core Processor", "Zen 4", 8));
  EXPECT_EQ(model.processor_power(0.5, 0.0).value, 0.0);
  EXPECT_EQ(model.memory_power({0.0}).value, 0.0);
}

TEST(LoadModel, PowerNeverFallsWithLoadAndIsPositiveWhenIdle) {
  const LoadModel model = model_for(machine("Intel(R) Xeon(R) Platinum 8480+", "Sapphire Rapids", 112));
  EXPECT_GT(model.processor_power(0.0, 112.0).value, 0.0);
  for (int percent = 1; percent <= 100; ++percent) {
    EXPECT_GE(model.processor_power(0.01 * percent, 112.0).value,
              model.processor_power(0.01 * percent - 0.01, 112.0).value)
        << percent;
  }
  EXPECT_GT(model.processor_power(1.0, 112.0).value, 2.0 * model.processor_power(0.0, 112.0).value);
}

TEST(LoadModel, HalfOfTheCoresDrawHalf) {
  const LoadModel model = model_for(machine("AMD EPYC 9654 96-Core Processor", "Zen 4", 96));
  EXPECT_DOUBLE_EQ(model.processor_power(0.3, 48.0).value * 2.0, model.processor_power(0.3, 96.0).value);
}

TEST(LoadModel, MemoryCountsByTheGibibyte) {
  const LoadModel model = model_for(machine("AMD EPYC 9654 96-Core Processor", "Zen 4", 96));
  const double per_gib = table().at("memory").at("w_per_gib");
  const base::Bytes memory = base::mebibytes(64.0 * 1024.0);
  EXPECT_DOUBLE_EQ(model.memory_power(memory).value, 64.0 * per_gib);
  EXPECT_LT(model.memory_gain().low, 0.0);
  EXPECT_GT(model.memory_gain().high, 0.0);
}

// The package power that RAPL gave at idle and at full load (data of the fit): each lies inside the interval.
TEST(LoadModel, HoldsTheMachinesThatItWasFittedOn) {
  struct Known {
    const char* model_name;
    const char* microarchitecture;
    std::int64_t cores;
    std::int64_t sockets;
    double idle_w;
    double full_w;
  };
  for (const Known& known : {Known{"AMD EPYC 8024P 8-Core Processor", "Zen 4", 8, 1, 18.0, 46.5},
                             Known{"Intel(R) Xeon(R) CPU E3-1240 V2 @ 3.40GHz", "Ivy Bridge", 4, 1, 5.6, 49.5},
                             Known{"Intel(R) Xeon(R) CPU E5-2620 v3 @ 2.40GHz", "Haswell", 12, 2, 15.8, 100.7},
                             Known{"AMD Ryzen Threadripper 1950X 16-Core Processor", "Zen 1", 16, 1, 43.5, 166.2}}) {
    auto state = machine(known.model_name, known.microarchitecture, known.cores);
    state.cpu.sockets = known.sockets;
    const LoadModel model = model_for(state);
    const auto inside = [&](double utilisation, double watts) {
      const double modelled = model.processor_power(utilisation, model.cores()).value;
      EXPECT_GE(watts, modelled * (1.0 + model.processor_gain().low)) << known.model_name << " at " << utilisation;
      EXPECT_LE(watts, modelled * (1.0 + model.processor_gain().high)) << known.model_name << " at " << utilisation;
    };
    inside(0.0, known.idle_w);
    inside(1.0, known.full_w);
  }
}

TEST(LoadModel, CoresOfALargerChipDrawLessEach) {
  const LoadModel small = model_for(machine("AMD EPYC 8024P 8-Core Processor", "Zen 4", 8));
  const LoadModel large = model_for(machine("AMD EPYC 9754 128-Core Processor", "Zen 4", 128));
  EXPECT_GT(small.processor_power(1.0, 1.0).value, 2.0 * large.processor_power(1.0, 1.0).value);
}

TEST(LoadModel, CoresPerChipCountAndNotCoresOfTheMachine) {
  auto one = machine("AMD EPYC 9654 96-Core Processor", "Zen 4", 96);
  auto two = machine("AMD EPYC 9654 96-Core Processor", "Zen 4", 192);
  two.cpu.sockets = 2;
  EXPECT_EQ(model_for(one).processor_power(1.0, 1.0), model_for(two).processor_power(1.0, 1.0));
}

TEST(LoadModel, AnUnknownMicroarchitectureGetsTheMiddleWithAWiderIntervalAndSaysSo) {
  const LoadModel known = model_for(machine("AMD EPYC 9654 96-Core Processor", "Zen 4", 96));
  for (const char* name : {"", "Zen 9"}) {
    const LoadModel unknown = model_for(machine("AMD EPYC 9999", name, 96));
    EXPECT_LT(unknown.processor_gain().low, known.processor_gain().low);
    EXPECT_GT(unknown.processor_gain().high, known.processor_gain().high);
    EXPECT_NE(unknown.basis().find("the middle of all known ones"), std::string::npos) << unknown.basis();
  }
  EXPECT_EQ(known.basis().find("middle"), std::string::npos);
}

TEST(LoadModel, AProcessorThatIsNotForServersHasAWiderInterval) {
  const LoadModel server = model_for(machine("AMD EPYC 7601 32-Core Processor", "Zen 1", 32));
  const LoadModel desktop = model_for(machine("AMD Ryzen 7 1700 Eight-Core Processor", "Zen 1", 8));
  EXPECT_LT(desktop.processor_gain().low, server.processor_gain().low);
  EXPECT_GT(desktop.processor_gain().high, server.processor_gain().high);
  EXPECT_NE(desktop.basis().find("not a server processor"), std::string::npos);
}

TEST(LoadModel, AGuestIsAShareOfATypicalSocketAndItsThreadsMayBeHalfCores) {
  auto host = machine("AMD EPYC", "Zen 5", 2);
  auto guest = host;
  guest.virtual_machine = "kvm";
  auto guest_without_smt = guest;
  guest_without_smt.cpu.threads = 2;
  // Two cores of a large chip, not a chip of two cores.
  EXPECT_LT(model_for(guest).processor_power(1.0, 2.0).value, 0.5 * model_for(host).processor_power(1.0, 2.0).value);
  EXPECT_GT(model_for(guest).processor_gain().high, model_for(host).processor_gain().high);
  EXPECT_NEAR(1.0 + model_for(guest_without_smt).processor_gain().low,
              0.5 * (1.0 + model_for(guest).processor_gain().low), 1e-12);
  EXPECT_NE(model_for(guest).basis().find("virtual machine"), std::string::npos);
}

TEST(LoadModel, ADamagedTableIsAnError) {
  const auto state = machine("AMD EPYC 9654 96-Core Processor", "Zen 4", 96);
  EXPECT_FALSE(LoadModel::for_machine(state, "not json"));
  EXPECT_FALSE(LoadModel::for_machine(state, "{}"));
  for (const char* name : {"microarchitectures", "populations", "default", "virtual_machine", "memory"}) {
    base::Json damaged = table();
    damaged.erase(name);
    EXPECT_FALSE(LoadModel::for_machine(state, damaged.dump())) << name;
  }
  base::Json flat = table();
  flat.at("populations").at(0).at("shape") = {1.0};
  EXPECT_FALSE(LoadModel::for_machine(state, flat.dump()));
}

TEST(LoadModelTable, IsTheFileOfTheSourceTree) {
  const auto file = base::read_text(fake::source_folder() / "data/load_model.json");
  ASSERT_TRUE(file);
  EXPECT_EQ(base::Json::parse(*file), table());
  EXPECT_EQ(table().at("schema"), "wattlens.load_model/1");
}

TEST(LoadModelTable, NamesASourceForEachFact) {
  const base::Json json = table();
  const auto known_source = [&](const base::Json& fact) {
    return json.at("sources").contains(fact.value("source", ""));
  };
  for (const auto& fact : json.at("microarchitectures")) {
    EXPECT_TRUE(known_source(fact)) << fact;
    EXPECT_GT(fact.at("full_wall_w_per_core"), fact.at("idle_wall_w_per_core")) << fact;
  }
  for (const auto& fact : json.at("populations")) EXPECT_TRUE(known_source(fact)) << fact;
  for (const char* name : {"default", "virtual_machine", "memory"}) EXPECT_TRUE(known_source(json.at(name))) << name;
}

}  // namespace
}  // namespace wattlens::meter
