// A workload of known speed that does nothing but wait, and can be told to fail.
#pragma once

#include <optional>
#include <string>

#include "base/cancel.h"
#include "base/clock.h"
#include "workload/workload.h"

namespace wattlens::fake {

struct FakeWorkloadOptions {
  base::Seconds batch{0.002};
  std::int64_t batch_size = 1;
  base::Seconds ready{0.0};  // what preparing takes
  std::optional<Error> prepare_error;
  std::optional<Error> run_error;
  std::int64_t good_runs = 0;  // calls of run() before run_error
  record::CheckStatus check = record::CheckStatus::passed;
  base::Bytes memory = base::mebibytes(10.0);
};

class FakeWorkload final : public workload::Workload {
 public:
  FakeWorkload(base::Clock& clock, const base::Cancellation& cancel, FakeWorkloadOptions options)
      : clock_(clock), cancel_(cancel), options_(std::move(options)) {}

  record::WorkloadInfo describe() const override {
    record::WorkloadInfo info;
    info.engine_version = "fake 1";
    info.peak_memory = options_.memory;
    info.first_inference = options_.batch;
    return info;
  }
  Result<void> prepare() override {
    if (options_.prepare_error) return std::unexpected(*options_.prepare_error);
    const base::MonoTime begin = clock_.now();
    clock_.sleep_until(begin + options_.ready);
    preparation_ = {{"ready", begin, clock_.now()}};
    return {};
  }
  std::vector<record::Phase> preparation() const override { return preparation_; }
  Result<record::OutputCheck> check_output() override {
    record::OutputCheck check;
    check.status = options_.check;
    check.reference = "known truth";
    check.error = options_.check == record::CheckStatus::failed ? 0.5 : 1e-6;
    check.tolerance = 1e-4;
    return check;
  }
  Result<workload::WorkDone> run(const workload::WindowRequest& request) override {
    if (options_.run_error && options_.good_runs-- <= 0) return std::unexpected(*options_.run_error);
    workload::WorkDone done;
    done.begin = clock_.now();
    base::MonoTime next = done.begin;
    do {
      next = next + options_.batch;
      if (cancel_.sleep_until(clock_, next)) return fail(ErrorKind::cancelled, "interrupted");
      done.completions.push_back(clock_.now());
      done.images += options_.batch_size;
    } while (clock_.now() - done.begin < request.duration ||
             static_cast<std::int64_t>(done.completions.size()) < request.min_batches);
    done.end = done.completions.back();
    return done;
  }

 private:
  base::Clock& clock_;
  const base::Cancellation& cancel_;
  FakeWorkloadOptions options_;
  std::vector<record::Phase> preparation_;
};

}  // namespace wattlens::fake
