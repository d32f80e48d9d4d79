#include "experiment/continuation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wattlens::experiment {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

record::MachineState example_machine() {
  record::MachineState machine;
  machine.cpu.model_name = "EPYC 9755";
  machine.cpu.cores = 2;
  machine.cpu.sockets = 1;
  machine.cpu.governor = "performance";
  machine.cpu.turbo = true;
  machine.memory = base::mebibytes(8192);
  machine.git_revision = "abc";
  return machine;
}

record::Experiment example_experiment() {
  record::Experiment experiment;
  experiment.id = "20261121T100000-4f2a";
  experiment.machine = example_machine();
  record::Channel channel;
  channel.id = "cpu.package.0";
  channel.method = "powercap";
  channel.provenance = record::Provenance::measured;
  experiment.channels = {channel};
  return experiment;
}

TEST(Continuation, TheSameMachineIsTakenInSilence) {
  const auto experiment = example_experiment();
  EXPECT_TRUE(check_same_machine(experiment, experiment.machine, experiment.channels));
  EXPECT_THAT(changed_conditions(experiment, experiment.machine, experiment.channels), IsEmpty());
}

TEST(Continuation, AnotherProcessorIsRefusedAndBothAreNamed) {
  const auto experiment = example_experiment();
  record::MachineState other = example_machine();
  other.cpu.model_name = "Xeon 8480";
  const auto checked = check_same_machine(experiment, other, experiment.channels);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().kind, ErrorKind::usage);
  EXPECT_THAT(checked.error().message, HasSubstr("EPYC 9755"));
  EXPECT_THAT(checked.error().message, HasSubstr("Xeon 8480"));
  EXPECT_THAT(checked.error().hint, HasSubstr("--force"));
  const auto warnings = changed_conditions(experiment, other, experiment.channels);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, "machine_changed");
}

TEST(Continuation, OtherCoresMemoryOrSensorsAreAnotherMachine) {
  const auto experiment = example_experiment();
  record::MachineState other = example_machine();
  other.cpu.cores = 4;
  EXPECT_FALSE(check_same_machine(experiment, other, experiment.channels));
  other = example_machine();
  other.memory = base::mebibytes(4096);
  EXPECT_FALSE(check_same_machine(experiment, other, experiment.channels));
  other.memory = base::mebibytes(8100);
  EXPECT_TRUE(check_same_machine(experiment, other, experiment.channels));
  auto channels = experiment.channels;
  channels[0].provenance = record::Provenance::missing;
  EXPECT_FALSE(check_same_machine(experiment, example_machine(), channels));
  EXPECT_FALSE(check_same_machine(experiment, example_machine(), {}));
}

TEST(Continuation, ChangedSettingsAreWarnings) {
  const auto experiment = example_experiment();
  record::MachineState other = example_machine();
  other.cpu.governor = "powersave";
  other.cpu.turbo.reset();
  other.git_revision = "def";
  EXPECT_TRUE(check_same_machine(experiment, other, experiment.channels));
  const auto warnings = changed_conditions(experiment, other, experiment.channels);
  ASSERT_EQ(warnings.size(), 3U);
  EXPECT_EQ(warnings[0].code, "condition_changed");
  EXPECT_THAT(warnings[0].message, HasSubstr("performance, then powersave"));
  EXPECT_THAT(warnings[1].message, HasSubstr("on, then not known"));
}

TEST(Continuation, ComparesWithTheLastPart) {
  auto experiment = example_experiment();
  record::Resumption second{.resumed_at = "", .machine = example_machine(), .channels = experiment.channels};
  second.machine.cpu.governor = "powersave";
  experiment.resumptions.push_back(second);
  EXPECT_THAT(changed_conditions(experiment, second.machine, experiment.channels), IsEmpty());
  EXPECT_EQ(changed_conditions(experiment, example_machine(), experiment.channels).size(), 1U);
}

TEST(Continuation, WhatTheEngineSaysIsCompared) {
  record::WorkloadInfo before;
  before.engine_version = "2026.4.1";
  before.conditions = {"model cache: off"};
  EXPECT_THAT(changed_engine(before, before), IsEmpty());
  record::WorkloadInfo now = before;
  now.engine_version = "2026.5.0";
  now.conditions = {"model cache: on"};
  now.peak_memory = base::mebibytes(1);
  EXPECT_EQ(changed_engine(before, now).size(), 2U);
}

}  // namespace
}  // namespace wattlens::experiment
