// What tests of the runner start from: two points of a fake workload, a constant power, a sink in memory.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiment/runner.h"
#include "fake/fake_workload.h"

namespace wattlens::experiment {

using base::Seconds;

inline constexpr double kPower = 40.0;  // W

// A counter that moves with the clock.
class ConstantPower final : public meter::Meter {
 public:
  explicit ConstantPower(const base::Clock& clock) : clock_(clock), begin_(clock.now()) {
    channel_.id = "cpu.package.0";
    channel_.method = "constant";
    channel_.provenance = record::Provenance::measured;
    channel_.update_period = Seconds{0.001};
  }
  std::string_view name() const override { return "constant"; }
  std::span<const record::Channel> channels() const override { return std::span(&channel_, 1); }
  Result<void> read(std::span<meter::Reading> out) override {
    const base::MonoTime now = clock_.now();
    out[0] = {meter::ReadStatus::ok, static_cast<std::int64_t>((now - begin_).value * kPower * 1e6), now, now};
    return {};
  }

 private:
  const base::Clock& clock_;
  base::MonoTime begin_;
  record::Channel channel_;
};

class MemorySink final : public record::RunSink {
 public:
  Result<void> begin(const record::Experiment&) override { return {}; }
  Result<void> update(const record::Experiment& experiment) override {
    latest = experiment;
    return {};
  }
  Result<void> add(const record::Run& run) override {
    if (full_after && runs.size() >= *full_after) return fail(ErrorKind::io, "disk full");
    runs.push_back(run);
    return {};
  }
  Result<void> end(const record::Experiment& experiment) override {
    ended = experiment;
    return {};
  }
  std::vector<record::Run> runs;
  std::optional<record::Experiment> latest;
  std::optional<record::Experiment> ended;
  std::optional<std::size_t> full_after;
};

class RunnerFixture : public ::testing::Test {
 protected:
  RunnerFixture() {
    plan_.axes.models = {"a", "b"};
    plan_.effort.window = Seconds{0.02};
    plan_.effort.idle = Seconds{0.1};
    plan_.effort.warm_up_limit = Seconds{0.3};
    plan_.effort.repetitions = 2;
    machine_.memory = base::mebibytes(1000);
    neighbours_.other_cores = 0.0;
  }

  Result<Outcome> run() {
    return with_instruments([&](const Instruments& tools) { return run_experiment(plan_, machine_, tools); });
  }
  Result<Outcome> resume(Continuation continuation) {
    return with_instruments(
        [&](const Instruments& tools) { return resume_experiment(std::move(continuation), plan_, machine_, tools); });
  }

  template <class Work>
  Result<Outcome> with_instruments(Work work) {
    std::vector<std::unique_ptr<meter::Meter>> all;
    all.push_back(std::make_unique<ConstantPower>(clock_));
    meter::MeterSet meters(std::move(all));
    const Instruments instruments{
        .clock = clock_,
        .meters = meters,
        .neighbours = {.mark = [] {}, .forget = [] {}, .look = [this] { return neighbours_; }},
        .make_workload =
            [this](const record::PlanPoint& point) {
              const auto special = special_.find(point.model);
              return std::make_unique<fake::FakeWorkload>(
                  clock_, cancel_, special == special_.end() ? fake::FakeWorkloadOptions{} : special->second);
            },
        .sink = sink_,
        .cancel = cancel_,
        .progress = progress_,
        .run_warnings = run_warnings_,
        .set_machine = set_machine_,
        .decided = decided_,
    };
    return work(instruments);
  }

  base::SystemClock clock_;
  base::Cancellation cancel_;
  Plan plan_;
  record::MachineState machine_;
  record::Neighbours neighbours_;
  std::map<std::string, fake::FakeWorkloadOptions, std::less<>> special_;
  MemorySink sink_;
  ProgressSink progress_;
  std::vector<record::Warning> run_warnings_;
  std::function<Result<std::vector<record::Warning>>(const record::PlanPoint&)> set_machine_;
  std::function<bool(const record::Experiment&, std::span<const record::Run>)> decided_;
};

}  // namespace wattlens::experiment
