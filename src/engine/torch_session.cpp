#include "engine/torch_session.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/Event.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "engine/slot_session.h"
#include "engine/torch_error.h"

namespace wattlens::engine {
namespace {

struct Tensors {
  at::Tensor input;
  at::Tensor output;
  at::Tensor logits;  // the output in float32 on the processor, row by row
};

class TorchSession : public SlotSession {
 public:
  explicit TorchSession(TorchRun run)
      : SlotSession(std::move(run.info), std::move(run.operators), run.info.streams, run.any_batch),
        model_(std::move(run.model)),
        placement_(run.placement),
        tensors_(static_cast<std::size_t>(slots())) {}

 protected:
  Result<void> copy_input(std::int64_t index, const TensorView& images) override {
    return without_torch_exceptions("cannot set the input", ErrorKind::run_failed, [&]() -> Result<void> {
      // LibTorch knows no read-only tensors; this one is only copied.
      const auto lent = at::from_blob(const_cast<float*>(images.values.data()), images.shape, at::kFloat);
      auto& input = tensors_[index].input;
      if (!input.defined()) {
        input = at::empty(describe().input_shape, lent.options().device(placement_.device).dtype(placement_.type),
                          placement_.format);
      }
      input.narrow(0, 0, images.shape.front()).copy_(lent);
      return {};
    });
  }

  Result<void> settle(const Finished& finished) override {
    return without_torch_exceptions("a batch failed", ErrorKind::run_failed, [&]() -> Result<void> {
      if (finished.failure) std::rethrow_exception(finished.failure);
      return {};
    });
  }

  Result<TensorView> read_output(std::int64_t index) override {
    return without_torch_exceptions("cannot read the output", ErrorKind::run_failed, [&]() -> Result<TensorView> {
      auto& slot = tensors_[index];
      slot.logits = slot.output.to(at::kCPU, at::kFloat).contiguous();
      const auto count = static_cast<std::size_t>(slot.logits.numel());
      return TensorView{slot.logits.sizes().vec(), {slot.logits.const_data_ptr<float>(), count}};
    });
  }

  const at::Device& device() const { return placement_.device; }

  // One batch, here and now; on a GPU it is only launched. The last output goes first, so that its memory can be used
  // again.
  Finished compute(std::int64_t index, std::int64_t images) {
    auto& slot = tensors_[index];
    Finished finished{.completion = {.slot = index, .time = {}}, .failure = nullptr};
    try {
      const c10::InferenceMode inference;
      slot.output = at::Tensor();
      slot.output = model_->forward(images == batch() ? slot.input : slot.input.narrow(0, 0, images));
    } catch (...) {
      finished.failure = std::current_exception();
    }
    finished.completion.time = clock().now();
    return finished;
  }

 private:
  std::shared_ptr<const TorchModel> model_;
  Placement placement_;
  std::vector<Tensors> tensors_;  // of each slot
};

class SynchronousSession final : public TorchSession {
 public:
  using TorchSession::TorchSession;

 private:
  Result<void> start(std::int64_t slot, std::int64_t images) override {
    finished_ = compute(slot, images);
    return {};
  }
  Finished wait() override { return finished_; }

  Finished finished_;
};

// Each slot has a thread, and that thread does all of the slot's work alone.
class ThreadedSession final : public TorchSession {
 public:
  explicit ThreadedSession(TorchRun run) : TorchSession(std::move(run)) {
    for (std::int64_t slot = 0; slot < slots(); ++slot) {
      threads_.emplace_back([this, slot](const std::stop_token& stop) { work(slot, stop); });
    }
  }

  ~ThreadedSession() override { threads_.clear(); }  // waits for them: they use what is destroyed next

 private:
  Result<void> start(std::int64_t slot, std::int64_t images) override {
    const std::lock_guard lock(mutex_);
    wanted_.push_back({slot, images});
    any_wanted_.notify_all();
    return {};
  }

  Finished wait() override { return finished_.pop(); }

  struct Wanted {
    std::int64_t slot = 0;
    std::int64_t images = 0;
  };

  void work(std::int64_t slot, const std::stop_token& stop) {
    at::globalContext().setFlushDenormal(true);  // holds for the thread that asks
    at::set_num_threads(1);
    std::unique_lock lock(mutex_);
    std::int64_t images = 0;
    const auto asked = [&] {
      const auto found = std::ranges::find(wanted_, slot, &Wanted::slot);
      if (found == wanted_.end()) return false;
      images = found->images;
      wanted_.erase(found);
      return true;
    };
    while (any_wanted_.wait(lock, stop, asked)) {
      lock.unlock();
      finished_.push(compute(slot, images));
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any any_wanted_;
  std::vector<Wanted> wanted_;
  FinishedQueue finished_;
  std::vector<std::jthread> threads_;
};

// On a device that works through a stream of its own while this thread goes on.
class StreamSession final : public TorchSession {
 public:
  explicit StreamSession(TorchRun run) : TorchSession(std::move(run)) {
    for (std::int64_t index = 0; index < slots(); ++index) completed_.emplace_back(device().type());
  }

 private:
  Result<void> start(std::int64_t index, std::int64_t images) override {
    auto launched = Finished{.completion = {.slot = index, .time = {}}, .failure = nullptr};
    try {
      const c10::DeviceGuard guard(device());
      launched = compute(index, images);
      completed_[static_cast<std::size_t>(index)].record(current_stream());
    } catch (...) {
      launched.failure = std::current_exception();
    }
    launched_.push_back(std::move(launched));
    return {};
  }

  Finished wait() override {
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
