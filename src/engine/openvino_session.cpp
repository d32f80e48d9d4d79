#include "engine/openvino_session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <openvino/openvino.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <map>
#include <utility>

#include "engine/openvino_error.h"
#include "engine/slot_session.h"

namespace wattlens::engine {
namespace {

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

class OpenvinoSession : public SlotSession {
 public:
  OpenvinoSession(std::vector<ov::InferRequest> requests, SessionFacts facts)
      : SlotSession(std::move(facts.info), std::move(facts.operators), std::ssize(requests), facts.any_batch),
        requests_(std::move(requests)),
        layout_(facts.layout),
        output_(facts.output) {
    if (!facts.any_batch) return;
    for (std::size_t slot = 0; slot < requests_.size(); ++slot) {
      whole_.emplace_back(ov::element::f32, tensor_shape());
    }
    given_.resize(requests_.size());
  }

 protected:
  Result<void> copy_input(std::int64_t slot, const TensorView& images) override {
    return without_exceptions("cannot set the input", ErrorKind::run_failed, [&]() -> Result<void> {
      auto tensor = whole_.empty() ? requests_[slot].get_input_tensor() : whole_[slot];
      copy_images(images, {tensor.data<float>(), images.values.size()}, layout_);
      return {};
    });
  }

  Result<void> start(std::int64_t slot, std::int64_t images) override {
    return without_exceptions("cannot run a batch", ErrorKind::run_failed, [&]() -> Result<void> {
      if (!whole_.empty()) give(slot, images);
      launch(requests_[slot], slot);
      return {};
    });
  }

  Result<void> settle(const Finished& finished) override {
    return without_exceptions("a batch failed", ErrorKind::run_failed, [&]() -> Result<void> {
      if (finished.failure) std::rethrow_exception(finished.failure);
      release(requests_[finished.completion.slot]);
      return {};
    });
  }

  Result<TensorView> read_output(std::int64_t slot) override {
    return without_exceptions("cannot read the output", ErrorKind::run_failed, [&]() -> Result<TensorView> {
      const auto tensor = requests_[slot].get_output_tensor(output_);
      return TensorView{dimensions(tensor.get_shape()), {tensor.data<const float>(), tensor.get_size()}};
    });
  }

  // May throw, as OpenVINO does.
  virtual void launch(ov::InferRequest& request, std::int64_t slot) = 0;
  virtual void release(ov::InferRequest&) {}

  std::vector<ov::InferRequest>& requests() { return requests_; }

 private:
  ov::Shape tensor_shape() const {
    const auto& nchw = describe().input_shape;
    ov::Shape shape(nchw.begin(), nchw.end());
    if (layout_ == network::ImageLayout::nhwc) shape = {shape[0], shape[2], shape[3], shape[1]};
    return shape;
  }

  // The first images of all that the slot holds, without a copy.
  void give(std::int64_t slot, std::int64_t images) {
    if (given_[slot] == images) return;
    const ov::Coordinate begin(whole_[slot].get_shape().size(), 0);
    ov::Coordinate end(whole_[slot].get_shape());
    end[0] = static_cast<std::size_t>(images);
    given_[slot] = 0;
    requests_[slot].set_input_tensor(ov::Tensor(whole_[slot], begin, end));
    given_[slot] = images;
  }

  std::vector<ov::InferRequest> requests_;  // one of each slot
  std::vector<ov::Tensor> whole_;           // the largest batch of each slot, where it is compiled for any; else empty
  std::vector<std::int64_t> given_;         // of that, how many images the request has; 0: not known
  network::ImageLayout layout_;
  std::size_t output_;
};

// One slot; a batch runs in the thread that enqueues it, which spares two changes of thread per batch.
class SynchronousSession final : public OpenvinoSession {
 public:
  using OpenvinoSession::OpenvinoSession;

 private:
  void launch(ov::InferRequest& request, std::int64_t slot) override {
    request.infer();
    finished_ = {.completion = {.slot = slot, .time = clock().now()}, .failure = nullptr};
  }
  Finished wait() override { return finished_; }

  Finished finished_;
};

class AsynchronousSession final : public OpenvinoSession {
 public:
  AsynchronousSession(std::vector<ov::InferRequest> requests, SessionFacts facts)
      : OpenvinoSession(std::move(requests), std::move(facts)) {
    for (std::int64_t slot = 0; auto& request : this->requests()) {
      request.set_callback([this, slot](std::exception_ptr failure) {  // in a thread of OpenVINO's
        finished_.push({.completion = {.slot = slot, .time = clock().now()}, .failure = std::move(failure)});
      });
      ++slot;
    }
  }

  // A request waits for its batch when it ends, and its callback refers to this object: they end first.
  ~AsynchronousSession() override { requests().clear(); }

 private:
  void launch(ov::InferRequest& request, std::int64_t) override { request.start_async(); }
  Finished wait() override { return finished_.pop(); }

  // OpenVINO takes the callback out of the request while it runs and puts it back after. Were the request started again
  // before that, its next completion could go unheard; wait() returns only after the callback is back.
  void release(ov::InferRequest& request) override { request.wait(); }

  FinishedQueue finished_;
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
