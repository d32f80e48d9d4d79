#include "engine/torch_session.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "engine/torch_error.h"

namespace wattlens::engine {
namespace {

struct Finished {
  Completion completion;
  std::exception_ptr failure;
};

struct Slot {
  at::Tensor input;
  at::Tensor output;
  at::Tensor logits;  // the output in float32 on the processor, row by row
  bool in_flight = false;
};

class TorchSession : public Session {
 public:
  explicit TorchSession(TorchRun run) : run_(std::move(run)), slots_(static_cast<std::size_t>(run_.info.streams)) {}

  record::WorkloadInfo describe() const override { return run_.info; }
  std::span<const Operator> operators() const override { return run_.operators; }
  std::int64_t slots() const override { return std::ssize(slots_); }

  Result<void> set_input(const TensorView& images) override {
    return without_torch_exceptions("cannot set the input", ErrorKind::run_failed, [&]() -> Result<void> {
      if (images.shape != run_.input || std::ssize(images.values) != element_count()) {
        return fail(ErrorKind::usage, fmt::format("images of shape {} with {} values given to a model that takes {}",
                                                  images.shape, images.values.size(), run_.input));
      }
      // LibTorch knows no read-only tensors; this one is only copied.
      const auto lent = at::from_blob(const_cast<float*>(images.values.data()), images.shape, at::kFloat);
      for (auto& slot : slots_) {
        if (slot.in_flight) return fail(ErrorKind::internal, "set_input while a batch is in flight");
        slot.input = at::Tensor();
        slot.input = lent.to(lent.options().device(run_.placement.device).dtype(run_.placement.type),
                             /*non_blocking=*/false, /*copy=*/true, run_.placement.format);
      }
      return {};
    });
  }

  Result<void> enqueue(std::int64_t index) override {
    if (index < 0 || index >= slots() || slots_[index].in_flight) {
      return fail(ErrorKind::internal, fmt::format("slot {} of {} is busy or does not exist", index, slots()));
    }
    auto& slot = slots_[index];
    if (!slot.input.defined()) return fail(ErrorKind::internal, "enqueue before set_input");
    if (!started_) started_ = clock_.now();
    slot.in_flight = true;
    ++in_flight_;
    start(index);
    return {};
  }

  Result<Completion> next_completion() override {
    if (in_flight_ == 0) return fail(ErrorKind::internal, "no batch is in flight");
    const auto finished = next_finished();
    auto& slot = slots_[finished.completion.slot];
    slot.in_flight = false;
    --in_flight_;
    return without_torch_exceptions("a batch failed", ErrorKind::run_failed, [&]() -> Result<Completion> {
      if (finished.failure) std::rethrow_exception(finished.failure);
      if (!run_.info.first_inference) run_.info.first_inference = finished.completion.time - *started_;
      return finished.completion;
    });
  }

  Result<TensorView> output(std::int64_t index) override {
    if (index < 0 || index >= slots() || slots_[index].in_flight || !slots_[index].output.defined()) {
      return fail(ErrorKind::internal, fmt::format("slot {} has no output", index));
    }
    return without_torch_exceptions("cannot read the output", ErrorKind::run_failed, [&]() -> Result<TensorView> {
      auto& slot = slots_[index];
      slot.logits = slot.output.to(at::kCPU, at::kFloat).contiguous();
      const auto count = static_cast<std::size_t>(slot.logits.numel());
      return TensorView{slot.logits.sizes().vec(), {slot.logits.const_data_ptr<float>(), count}};
    });
  }

 protected:
  virtual void start(std::int64_t index) = 0;  // never throws: what fails is told by next_finished()
  virtual Finished next_finished() = 0;

  const at::Device& device() const { return run_.placement.device; }
  const base::Clock& clock() const { return clock_; }

  // One batch, here and now; on a GPU it is only launched. The last output goes first, so that its memory can be used
  // again.
  Finished compute(std::int64_t index) {
    auto& slot = slots_[index];
    Finished finished{.completion = {.slot = index, .time = {}}, .failure = nullptr};
    try {
      const c10::InferenceMode inference;
      slot.output = at::Tensor();
      slot.output = run_.model->forward(slot.input);
    } catch (...) {
      finished.failure = std::current_exception();
    }
    finished.completion.time = clock_.now();
    return finished;
  }

 private:
  std::int64_t element_count() const {
    std::int64_t count = 1;
    for (const auto size : run_.input) count *= size;
    return count;
  }

  base::SystemClock clock_;
  TorchRun run_;
  std::vector<Slot> slots_;
  std::int64_t in_flight_ = 0;
  std::optional<base::MonoTime> started_;
};

class SynchronousSession final : public TorchSession {
 public:
  using TorchSession::TorchSession;

 private:
  void start(std::int64_t index) override { finished_ = compute(index); }
  Finished next_finished() override { return finished_; }

  Finished finished_;
};

// Each slot has a thread, and that thread does all of the slot's work alone.
class ThreadedSession final : public TorchSession {
 public:
  explicit ThreadedSession(TorchRun run) : TorchSession(std::move(run)) {
    for (std::int64_t index = 0; index < slots(); ++index) {
      threads_.emplace_back([this, index](const std::stop_token& stop) { work(index, stop); });
    }
  }

  ~ThreadedSession() override { threads_.clear(); }  // waits for them: they use what is destroyed next

 private:
  void start(std::int64_t index) override {
    const std::lock_guard lock(mutex_);
    wanted_.push_back(index);
    any_wanted_.notify_all();
  }

  Finished next_finished() override {
    std::unique_lock lock(mutex_);
    any_finished_.wait(lock, [this] { return !finished_.empty(); });
    auto first = std::move(finished_.front());
    finished_.pop_front();
    return first;
  }

  void work(std::int64_t index, const std::stop_token& stop) {
    at::globalContext().setFlushDenormal(true);  // holds for the thread that asks
    at::set_num_threads(1);
    std::unique_lock lock(mutex_);
    while (any_wanted_.wait(lock, stop, [&] { return std::erase(wanted_, index) > 0; })) {
      lock.unlock();
      auto finished = compute(index);
      lock.lock();
      finished_.push_back(std::move(finished));
      any_finished_.notify_one();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any any_wanted_;
  std::condition_variable any_finished_;
  std::vector<std::int64_t> wanted_;
  std::deque<Finished> finished_;  // in the order of completion
  std::vector<std::jthread> threads_;
};

// On a device that works through a stream of its own while this thread goes on.
class StreamSession final : public TorchSession {
 public:
  explicit StreamSession(TorchRun run) : TorchSession(std::move(run)) {
    for (std::int64_t index = 0; index < slots(); ++index) completed_.emplace_back(device().type());
  }

 private:
  void start(std::int64_t index) override {
    auto launched = Finished{.completion = {.slot = index, .time = {}}, .failure = nullptr};
    try {
      const c10::DeviceGuard guard(device());
      launched = compute(index);
      completed_[static_cast<std::size_t>(index)].record(current_stream());
    } catch (...) {
      launched.failure = std::current_exception();
    }
    launched_.push_back(std::move(launched));
  }

  Finished next_finished() override {
    auto first = std::move(launched_.front());
    launched_.pop_front();
    try {
      const c10::DeviceGuard guard(device());
      if (!first.failure) completed_[static_cast<std::size_t>(first.completion.slot)].synchronize();
    } catch (...) {
      first.failure = std::current_exception();
    }
    first.completion.time = clock().now();
    return first;
  }

  c10::Stream current_stream() const { return c10::impl::VirtualGuardImpl(device().type()).getStream(device()); }

  std::vector<c10::Event> completed_;  // of each slot's last batch
  std::deque<Finished> launched_;      // in the order in which the stream will complete them
};

}  // namespace

Result<std::unique_ptr<Session>> start_torch_session(TorchRun run) {
  using Started = Result<std::unique_ptr<Session>>;
  return without_torch_exceptions("cannot start the model", ErrorKind::run_failed, [&]() -> Started {
    if (!run.placement.device.is_cpu()) return std::make_unique<StreamSession>(std::move(run));
    if (run.info.streams == 1) return std::make_unique<SynchronousSession>(std::move(run));
    return std::make_unique<ThreadedSession>(std::move(run));
  });
}

}  // namespace wattlens::engine
