// Every fault that a sensor can have is one file of tests/scenarios: what is simulated, and the words that must come
// out. Each goes through the simulated meter and, where the kernel would show it as files, through the RAPL meter.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "fake/fake_clock.h"
#include "fake/paths.h"
#include "fake/temp_tree.h"
#include "machine/machine.h"
#include "meter/stamp.h"
#include "meter/window_energy.h"
#include "simulation/scenario_file.h"
#include "simulation/simulated_meter.h"
#include "simulation/tree.h"

namespace wattlens::simulation {
namespace {

using base::MonoTime;

const base::Path kFolder = fake::test_folder() / "scenarios";

// One way to read a scenario: the simulated meter, or its files.
class Route {
 public:
  Route(const Scenario& scenario, bool files) : scenario_(scenario), start_(clock_.now()) {
    if (files) {
      open_files();
    } else {
      meters_.emplace(open_simulated_meters(scenario, clock_));
    }
  }

  // What the sampler would have kept for the window, tick by tick.
  record::Samples sample() {
    const Expectation& expected = scenario_.expected;
    record::Samples samples;
    for (const record::Channel& channel : channels()) samples.channels.push_back(channel.id);
    samples.values.resize(channels().size());
    const double poll = 1.0 / expected.rate.value;
    const double begin = std::max(0.0, expected.begin.value - 0.25);
    const double end = expected.end.value;
    const double opened = (clock_.now() - start_).value;
    for (std::int64_t i = 0; static_cast<double>(i) * poll <= end + 1.0 + 3.0 * poll; ++i) {
      const double time = static_cast<double>(i) * poll;
      if (time < opened) continue;
      look(Seconds{time});
      if (time < begin) continue;  // forgotten by then
      keep(samples);
      if (time >= end && all_read()) break;
    }
    count_from_first(samples);
    return samples;
  }

  std::span<const record::Channel> channels() const { return meters_->channels(); }
  record::Window window() const {
    record::Window window;
    window.begin = start_ + scenario_.expected.begin;
    window.end = start_ + scenario_.expected.end;
    window.batches = scenario_.expected.batches;
    return window;
  }

 private:
  void open_files() {
    tree_.emplace();
    const Expectation& expected = scenario_.expected;
    if (!expected.machine.empty()) tree_->copy_from(fake::test_folder() / "machines" / expected.machine);
    const auto write_now = [this] {
      ASSERT_TRUE(write_tree(scenario_, clock_.now() - start_, tree_->root()).has_value());
    };
    write_now();
    clock_.after_sleep = write_now;
    record::MachineState machine = machine::read_machine(tree_->root());
    if (expected.sockets > 0) machine.cpu.sockets = expected.sockets;
    meters_.emplace(meter::MeterSet::open({.root = tree_->root(), .clock = &clock_, .machine = machine}));
  }

  void look(Seconds time) {
    clock_.set(start_ + time);
    if (clock_.after_sleep) clock_.after_sleep();
    readings_.resize(channels().size());
    meters_->read(readings_);
    answers_.resize(readings_.size());
    for (std::size_t i = 0; i < readings_.size(); ++i) {
      if (readings_[i].status == meter::ReadStatus::ok) answers_[i] = true;
    }
  }

  void keep(record::Samples& samples) const {
    const meter::Stamp stamp = meter::stamp_of(readings_, clock_.now());
    samples.time_us.push_back(stamp.time_us);
    samples.bracket_us.push_back(stamp.bracket_us);
    for (std::size_t i = 0; i < readings_.size(); ++i) {
      const bool ok = readings_[i].status == meter::ReadStatus::ok;
      samples.values[i].push_back(ok ? readings_[i].value : record::Samples::kNoReading);
    }
  }

  bool all_read() const {
    for (std::size_t i = 0; i < readings_.size(); ++i) {
      if (answers_[i] && readings_[i].status != meter::ReadStatus::ok) return false;
    }
    return true;
  }

  void count_from_first(record::Samples& samples) const {
    for (std::size_t i = 0; i < channels().size(); ++i) {
      if (channels()[i].kind == record::ChannelKind::power) continue;
      std::optional<std::int64_t> first;
      for (std::int64_t& value : samples.values[i]) {
        if (value == record::Samples::kNoReading) continue;
        if (!first) first = value;
        value -= *first;
      }
    }
  }

  const Scenario& scenario_;
  fake::FakeClock clock_;
  MonoTime start_;
  std::optional<fake::TempTree> tree_;
  std::optional<meter::MeterSet> meters_;
  std::vector<meter::Reading> readings_;
  std::vector<bool> answers_;
};

Joules truth_of(const Scenario& scenario, const std::string& id) {
  const auto sensor = std::ranges::find(scenario.sensors, id, &Sensor::id);
  if (sensor == scenario.sensors.end()) return {};
  return true_energy(scenario, *sensor, scenario.expected.end) -
         true_energy(scenario, *sensor, scenario.expected.begin);
}

void expect_truth(const record::Energy& energy, Joules truth, const std::string& what) {
  ASSERT_TRUE(energy.value.has_value()) << what << ": " << energy.reason;
  const auto& interval = energy.absolute ? energy.absolute : energy.relative;
  ASSERT_TRUE(interval.has_value()) << what;
  EXPECT_LE(interval->low.value, truth.value) << what;
  EXPECT_GE(interval->high.value, truth.value) << what;
}

void expect_energy(const Scenario& scenario, const ExpectedEnergy& expected, const record::Window& window) {
  const bool total = expected.channel == "total";
  const auto found = std::ranges::find(window.channels, expected.channel, &record::ChannelEnergy::channel);
  ASSERT_TRUE(total || found != window.channels.end()) << "no channel " << expected.channel;
  const record::Energy& energy = total ? window.total : found->gross;
  if (expected.outcome == "value") {
    EXPECT_TRUE(energy.value.has_value()) << expected.channel << ": " << energy.reason;
    return;
  }
  if (expected.outcome != "truth") {
    EXPECT_FALSE(energy.value.has_value()) << expected.channel << ": " << (energy.value ? energy.value->value : 0.0);
    EXPECT_EQ(energy.reason, expected.outcome) << expected.channel;
    return;
  }
  Joules truth = truth_of(scenario, expected.channel);
  if (total) {
    for (const std::string& id : window.sums) truth += truth_of(scenario, id);
  }
  expect_truth(energy, truth, expected.channel);
}

void expect_words(const Scenario& scenario, bool files) {
  SCOPED_TRACE(files ? "as files" : "by the simulated meter");
  Route route(scenario, files);
  const record::Samples samples = route.sample();
  record::Window window = route.window();
  std::set<std::string> codes;
  const meter::WindowRule rule{.used = scenario.expected.used};
  for (const auto& warning : meter::measure_window(route.channels(), samples, {}, window, rule)) {
    codes.insert(warning.code);
  }
  const auto& wanted = scenario.expected.warnings;
  EXPECT_EQ(codes, std::set<std::string>(wanted.begin(), wanted.end()));
  for (const ExpectedEnergy& energy : scenario.expected.energies) expect_energy(scenario, energy, window);
  if (!scenario.expected.method.empty()) {
    EXPECT_EQ(window.total.method, scenario.expected.method);
  }
  if (!scenario.expected.sums.empty()) {
    EXPECT_EQ(window.sums, scenario.expected.sums);
  }
}

std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) names.push_back(entry.path().stem().string());
  std::ranges::sort(names);
  return names;
}

Scenario load(const std::string& name) {
  const auto scenario = read_scenario(kFolder / (name + ".toml"));
  EXPECT_TRUE(scenario.has_value()) << scenario.error().message;
  return scenario.value_or(Scenario{});
}

class Scenarios : public testing::TestWithParam<std::string> {};

TEST_P(Scenarios, EndInTheWordsThatTheyExpect) {
  const Scenario scenario = load(GetParam());
  ASSERT_FALSE(scenario.expected.energies.empty()) << "it expects nothing";
  if (scenario.expected.through != "files") expect_words(scenario, false);
  if (scenario.expected.through != "meter") expect_words(scenario, true);
}

std::string test_name(const testing::TestParamInfo<std::string>& scenario) {
  std::string name = scenario.param;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::ValuesIn(scenario_names()), test_name);

// The row of docs/faults.md: the file, what it is, and what comes out.
std::string row_of(const std::string& name, const Scenario& scenario) {
  std::vector<std::string> words;
  for (const ExpectedEnergy& energy : scenario.expected.energies) {
    words.push_back(fmt::format("{}: {}", energy.channel, energy.outcome));
  }
  const auto& warnings = scenario.expected.warnings;
  return fmt::format("| `{}` | {} | {} | {} |\n", name, scenario.title, base::join(words, ", "),
                     warnings.empty() ? "–" : base::join(warnings, ", "));
}

TEST(FaultTable, TheDocumentSaysWhatTheScenariosSay) {
  const auto document = base::read_text(fake::source_folder() / "docs/faults.md");
  ASSERT_TRUE(document.has_value());
  std::string table;
  for (const std::string& name : scenario_names()) table += row_of(name, load(name));
  EXPECT_TRUE(document->contains(table)) << "docs/faults.md must hold this table:\n" << table;
}

}  // namespace
}  // namespace wattlens::simulation
