#include "engine/openvino_session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openvino/openvino.hpp>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/openvino_error.h"

namespace wattlens::engine {
namespace {

struct Finished {
  Completion completion;
  std::exception_ptr failure;
};

struct Slot {
  ov::InferRequest request;
  bool in_flight = false;
  bool has_output = false;
};

std::vector<std::int64_t> dimensions(const ov::Shape& shape) { return {shape.begin(), shape.end()}; }

// Images come as [batch, channels, height, width]. Turning them here, before anything is timed, leaves the model as its
// file has it.
void copy_images(const TensorView& images, std::span<float> into, network::ImageLayout layout) {
  if (layout == network::ImageLayout::nchw) {
    std::ranges::copy(images.values, into.begin());
    return;
  }
  const auto channels = static_cast<std::size_t>(images.shape[1]);
  const auto pixels = static_cast<std::size_t>(images.shape[2] * images.shape[3]);
  for (std::size_t i = 0; i < into.size(); ++i) {
    const std::size_t image = i / (channels * pixels);
    const std::size_t pixel = i / channels % pixels;
    into[i] = images.values[(image * channels + i % channels) * pixels + pixel];
  }
}

class OpenvinoSession : public Session {
 public:
  OpenvinoSession(std::vector<ov::InferRequest> requests, SessionFacts facts) : facts_(std::move(facts)) {
    for (auto& request : requests) slots_.push_back({.request = std::move(request)});
  }

  record::WorkloadInfo describe() const override { return facts_.info; }
  std::span<const Operator> operators() const override { return facts_.operators; }
  std::int64_t slots() const override { return std::ssize(slots_); }

  Result<void> set_input(const TensorView& images) override {
    return without_exceptions("cannot set the input", ErrorKind::run_failed, [&]() -> Result<void> {
      for (auto& slot : slots_) {
        if (slot.in_flight) return fail(ErrorKind::internal, "set_input while a batch is in flight");
        auto tensor = slot.request.get_input_tensor();
        const auto& shape = facts_.info.input_shape;
        if (images.shape != shape || images.values.size() != tensor.get_size()) {
          return fail(ErrorKind::usage, fmt::format("images of shape {} with {} values given to a model that takes {}",
                                                    images.shape, images.values.size(), shape));
        }
        copy_images(images, {tensor.data<float>(), tensor.get_size()}, facts_.layout);
      }
      has_input_ = true;
      return {};
    });
  }

  Result<void> enqueue(std::int64_t index) override {
    if (!has_input_)
      return fail(ErrorKind::internal, "enqueue before set_input: the input would be whatever memory held");
    if (index < 0 || index >= slots() || slots_[index].in_flight) {
      return fail(ErrorKind::internal, fmt::format("slot {} of {} is busy or does not exist", index, slots()));
    }
    auto& slot = slots_[index];
    return without_exceptions("cannot run a batch", ErrorKind::run_failed, [&]() -> Result<void> {
      if (!started_) started_ = clock_.now();
      slot.in_flight = true;
      ++in_flight_;
      try {
        start(slot, index);
      } catch (...) {
        slot.in_flight = false;
        --in_flight_;
        throw;
      }
      return {};
    });
  }

  Result<Completion> next_completion() override {
    if (in_flight_ == 0) return fail(ErrorKind::internal, "no batch is in flight");
    const auto finished = next_finished();
    auto& slot = slots_[finished.completion.slot];
    slot.in_flight = false;
    --in_flight_;
    return without_exceptions("a batch failed", ErrorKind::run_failed, [&]() -> Result<Completion> {
      if (finished.failure) std::rethrow_exception(finished.failure);
      settle(slot);
      slot.has_output = true;
      if (!facts_.info.first_inference) facts_.info.first_inference = finished.completion.time - *started_;
      return finished.completion;
    });
  }

  Result<TensorView> output(std::int64_t index) override {
    if (index < 0 || index >= slots() || slots_[index].in_flight || !slots_[index].has_output) {
      return fail(ErrorKind::internal, fmt::format("slot {} has no output", index));
    }
    return without_exceptions("cannot read the output", ErrorKind::run_failed, [&]() -> Result<TensorView> {
      const auto tensor = slots_[index].request.get_output_tensor(facts_.output);
      return TensorView{dimensions(tensor.get_shape()), {tensor.data<const float>(), tensor.get_size()}};
    });
  }

 protected:
  virtual void start(Slot& slot, std::int64_t index) = 0;
  virtual Finished next_finished() = 0;
  virtual void settle(Slot&) {}

  std::vector<Slot>& all_slots() { return slots_; }
  const base::Clock& clock() const { return clock_; }

 private:
  base::SystemClock clock_;
  SessionFacts facts_;
  std::vector<Slot> slots_;
  std::int64_t in_flight_ = 0;
  bool has_input_ = false;
  std::optional<base::MonoTime> started_;
};

// One slot; a batch runs in the thread that enqueues it, which spares two changes of thread per batch.
class SynchronousSession final : public OpenvinoSession {
 public:
  using OpenvinoSession::OpenvinoSession;

 private:
  void start(Slot& slot, std::int64_t index) override {
    slot.request.infer();
    finished_ = {.completion = {.slot = index, .time = clock().now()}, .failure = nullptr};
  }
  Finished next_finished() override { return finished_; }

  Finished finished_;
};

class AsynchronousSession final : public OpenvinoSession {
 public:
  AsynchronousSession(std::vector<ov::InferRequest> requests, SessionFacts facts)
      : OpenvinoSession(std::move(requests), std::move(facts)) {
    for (std::int64_t index = 0; auto& slot : all_slots()) {
      slot.request.set_callback([this, index](std::exception_ptr failure) { finish(index, std::move(failure)); });
      ++index;
    }
  }

  // A request waits for its batch when it ends, and its callback refers to this object: they end first.
  ~AsynchronousSession() override { all_slots().clear(); }

 private:
  void start(Slot& slot, std::int64_t) override { slot.request.start_async(); }

  Finished next_finished() override {
    std::unique_lock lock(mutex_);
    any_finished_.wait(lock, [this] { return !finished_.empty(); });
    auto first = std::move(finished_.front());
    finished_.pop_front();
    return first;
  }

  // OpenVINO takes the callback out of the request while it runs and puts it back after. Were the request started again
  // before that, its next completion could go unheard; wait() returns only after the callback is back.
  void settle(Slot& slot) override { slot.request.wait(); }

  void finish(std::int64_t index, std::exception_ptr failure) {  // in a thread of OpenVINO's
    const auto time = clock().now();
    const std::lock_guard lock(mutex_);
    finished_.push_back({.completion = {.slot = index, .time = time}, .failure = std::move(failure)});
    any_finished_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable any_finished_;
  std::deque<Finished> finished_;  // in the order of completion
};

bool does_most_of_the_work(std::string_view layer) {
  static constexpr std::array<std::string_view, 7> kHeavy{
      "Convolution", "GroupConvolution",         "Deconvolution", "FullyConnected", "MatMul",
      "gemm",        "ScaledDotProductAttention"};
  return std::ranges::find(kHeavy, layer) != kHeavy.end();
}

}  // namespace

Result<std::unique_ptr<Session>> start_session(ov::CompiledModel& model, bool asynchronous, SessionFacts facts) {
  using Started = Result<std::unique_ptr<Session>>;
  return without_exceptions("cannot allocate the requests", ErrorKind::run_failed, [&]() -> Started {
    const auto wanted = asynchronous ? model.get_property(ov::optimal_number_of_infer_requests) : 1U;
    std::vector<ov::InferRequest> requests;
    for (std::uint32_t i = 0; i < std::max(wanted, 1U); ++i) requests.push_back(model.create_infer_request());
    facts.info.conditions.push_back(fmt::format("requests in flight: {}", requests.size()));
    if (asynchronous) {
      return std::make_unique<AsynchronousSession>(std::move(requests), std::move(facts));
    }
    return std::make_unique<SynchronousSession>(std::move(requests), std::move(facts));
  });
}

Result<std::string> execution_precision(const ov::CompiledModel& model, std::vector<std::string>& conditions) {
  const auto* const doing = "cannot ask the compiled model for its precision";
  return without_exceptions(doing, ErrorKind::run_failed, [&]() -> Result<std::string> {
    std::map<std::string, int> layers;
    for (const auto& node : model.get_runtime_model()->get_ordered_ops()) {
      auto& facts = node->get_rt_info();
      const auto type = facts.find("layerType");
      const auto precision = facts.find("runtimePrecision");
      if (type == facts.end() || precision == facts.end()) continue;
      if (does_most_of_the_work(type->second.as<std::string>())) ++layers[precision->second.as<std::string>()];
    }
    if (layers.empty()) return model.get_property(ov::hint::inference_precision).to_string();
    if (layers.size() > 1) {
      std::vector<std::string> parts;
      parts.reserve(layers.size());
      for (const auto& [precision, count] : layers) parts.push_back(fmt::format("{} {}", count, precision));
      conditions.push_back(fmt::format("layers that do most of the work: {}", fmt::join(parts, ", ")));
    }
    return std::ranges::max_element(layers, {}, [](const auto& entry) { return entry.second; })->first;
  });
}

}  // namespace wattlens::engine
