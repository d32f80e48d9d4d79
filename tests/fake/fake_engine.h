// An engine with known true behaviour: a batch takes a known time and computes a known function of its images.
//
// Logits k of an image are its first numbers k, so that whoever knows the input knows the output; under bf16 and f16
// they lose the digits that these types do not hold. Faults are asked for by name.
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "engine/engine.h"

namespace wattlens::fake {

struct EngineBehaviour {
  base::Seconds batch_time{0.001};  // of one batch, plus ...
  base::Seconds image_time{0.0};    // ... of each image in it
  std::int64_t slots = 1;
  std::int64_t most_images = std::numeric_limits<std::int64_t>::max();  // more: out of memory
  // "crash", "killed", "stopped", "greedy", "hang", "exception", "failure", "no_memory", "wrong_output", "wrong_row",
  // "wrong_last_slot", "wrong_bf16", "nan_output", "constant_output", "drifting_output"
  std::string fault = {};
  std::int64_t fault_from = 1;   // faults of a batch begin with this one, counted from 1 since the compilation ...
  std::int64_t fault_batch = 0;  // ... in models of this batch size only; 0: in all
  base::Path fault_once = {};    // ... and only in the first process that makes this file; empty: in all
  base::Path references = {};    // a folder of reference outputs: those networks give these, whatever the images
};

inline float rounded_to(float value, std::string_view precision) {
  if (precision == "f32") return value;
  const std::uint32_t dropped = precision == "bf16" ? 16 : 13;
  const auto bits = std::bit_cast<std::uint32_t>(value) + (1U << (dropped - 1));
  return std::bit_cast<float>(bits & ~((1U << dropped) - 1));
}

// The reference outputs of that file at that size, image after image; empty where there are none.
inline std::vector<float> read_references(const base::Path& file, std::int64_t image_size) {
  std::vector<float> logits;
  const auto text = base::read_text(file);
  const auto json = text ? base::parse_json(*text, file.string()) : base::Json{};
  if (!json || !json->is_object()) return logits;
  for (const auto& size : json->at("sizes")) {
    if (size.at("image_size") != image_size) continue;
    for (const auto& row : size.at("logits")) {
      for (const auto& logit : row) logits.push_back(logit.get<float>());
    }
  }
  return logits;
}

class FakeSession final : public engine::Session {
 public:
  FakeSession(const EngineBehaviour& behaviour, const engine::ModelSource& source, engine::SessionOptions options)
      : behaviour_(behaviour),
        classes_(source.classes),
        options_(std::move(options)),
        references_(read_references(behaviour.references / (source.network + ".json"), options_.image_size)),
        due_(static_cast<std::size_t>(behaviour.slots)) {}

  record::WorkloadInfo describe() const override {
    record::WorkloadInfo info;
    info.engine_version = "1.0";
    info.device_name = "fake device";
    info.execution_precision = options_.precision;
    info.threads = 1;
    info.streams = behaviour_.slots;
    info.conditions = {"most in flight: " + std::to_string(most_in_flight_)};
    return info;
  }

  std::span<const engine::Operator> operators() const override { return operators_; }
  std::int64_t slots() const override { return behaviour_.slots; }

  Result<void> set_input(const engine::TensorView& images) override {
    const auto size = options_.image_size;
    if (images.shape != std::vector<std::int64_t>{options_.batch, 3, size, size}) {
      return fail(ErrorKind::usage, "the images have another shape than the model");
    }
    last_batch_ = options_.batch;
    logits_.assign(static_cast<std::size_t>(options_.batch * classes_), 0.0F);
    return set_slot_input(0, images);
  }

  // One input for all slots.
  Result<void> set_slot_input(std::int64_t, const engine::TensorView& images) override {
    const std::int64_t batch = images.shape.front();
    const std::size_t image = images.values.size() / static_cast<std::size_t>(batch);
    logits_.resize(static_cast<std::size_t>(options_.batch * classes_));
    for (std::int64_t i = 0; i < batch; ++i) {
      const auto from = images.values.subspan(static_cast<std::size_t>(i) * image, image);
      for (std::int64_t k = 0; k < classes_; ++k) {
        logits_[static_cast<std::size_t>(i * classes_ + k)] =
            rounded_to(from[static_cast<std::size_t>(k) % image], options_.precision);
      }
    }
    for (std::size_t i = 0; !references_.empty() && i < logits_.size(); ++i) {
      logits_[i] = rounded_to(references_[i % references_.size()], options_.precision);
    }
    spoil();
    return {};
  }

  Result<void> enqueue(std::int64_t slot, std::int64_t batch) override {
    if (fault_is_due()) {
      if (behaviour_.fault == "crash") std::raise(SIGSEGV);
      if (behaviour_.fault == "killed") std::raise(SIGKILL);  // as the out-of-memory killer does
      if (behaviour_.fault == "stopped") std::raise(SIGSTOP);
      if (behaviour_.fault == "greedy") take_all_memory();
      if (behaviour_.fault == "hang") clock_.sleep_until(clock_.now() + base::Seconds{3600});
    }
    if (behaviour_.fault == "exception") throw std::bad_alloc();
    if (behaviour_.fault == "failure") return fail(ErrorKind::run_failed, "the device is on fire", "call somebody");
    if (behaviour_.fault == "no_memory") return fail(ErrorKind::run_failed, "cannot run: can't alloc");
    most_in_flight_ = std::max(most_in_flight_, ++in_flight_);
    const auto images = static_cast<double>(batch);
    last_batch_ = batch;
    due_[static_cast<std::size_t>(slot)] = clock_.now() + behaviour_.batch_time + images * behaviour_.image_time;
    return {};
  }

  Result<engine::Completion> next_completion() override {
    const auto first =
        std::min_element(due_.begin(), due_.end(), [](const auto& a, const auto& b) { return a && (!b || *a < *b); });
    while (clock_.now() < **first) clock_.sleep_until(**first);
    first->reset();
    --in_flight_;
    return engine::Completion{first - due_.begin(), clock_.now()};
  }

  Result<engine::TensorView> output(std::int64_t slot) override {
    if (behaviour_.fault == "drifting_output") logits_[0] += 1.0F;
    if (behaviour_.fault == "wrong_last_slot" && slot + 1 == slots()) logits_[0] += 1.0F;
    return engine::TensorView{{last_batch_, classes_},
                              std::span(logits_).first(static_cast<std::size_t>(last_batch_ * classes_))};
  }

 private:
  bool fault_is_due() {
    if (++batches_ < behaviour_.fault_from) return false;
    if (behaviour_.fault_batch != 0 && behaviour_.fault_batch != options_.batch) return false;
    if (behaviour_.fault_once.empty()) return true;
    const int made = ::open(behaviour_.fault_once.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    return made >= 0;
  }

  // Until there is none: throws std::bad_alloc under a limit. Untouched, so that the machine does not suffer.
  void take_all_memory() {
    while (true) hoard_.push_back(std::make_unique_for_overwrite<char[]>(std::size_t{1} << 26));
  }

  void spoil() {
    if (behaviour_.fault == "wrong_output") logits_[1] += 0.5F;
    if (behaviour_.fault == "wrong_bf16" && options_.precision == "bf16") logits_[1] += 0.5F;
    if (behaviour_.fault == "wrong_row") logits_.back() += 0.5F;
    if (behaviour_.fault == "nan_output") logits_.back() = std::nanf("");
    if (behaviour_.fault == "constant_output") std::fill(logits_.begin(), logits_.end(), 1.0F);
  }

  EngineBehaviour behaviour_;
  std::int64_t classes_;
  engine::SessionOptions options_;
  std::vector<float> references_;
  base::SystemClock clock_;
  std::vector<std::optional<base::MonoTime>> due_;
  std::int64_t in_flight_ = 0;
  std::int64_t most_in_flight_ = 0;
  std::int64_t last_batch_ = 0;
  std::int64_t batches_ = 0;
  std::vector<std::unique_ptr<char[]>> hoard_;
  std::vector<float> logits_;
  std::vector<engine::Operator> operators_ = {
      {"MatMul", "logits", {{options_.batch, 48}, {48, 6}}, {{options_.batch, 6}}, {{"mix", {48, 6}}}}};
};

class FakeEngine final : public engine::Engine {
 public:
  explicit FakeEngine(EngineBehaviour behaviour) : behaviour_(std::move(behaviour)) {}

  std::string_view name() const override { return "fake"; }
  std::string_view version() const override { return "1.0"; }
  std::vector<engine::DeviceInfo> devices() const override { return {{"cpu", "fake device", {"f32", "bf16", "f16"}}}; }

  Result<std::unique_ptr<engine::Session>> compile(const engine::ModelSource& source,
                                                   const engine::SessionOptions& options) override {
    if (source.network == "no_such_network") {
      return fail(ErrorKind::usage, "there is no network \"no_such_network\"", "wattlens network list");
    }
    if (options.batch > behaviour_.most_images) throw std::bad_alloc();
    return std::make_unique<FakeSession>(behaviour_, source, options);
  }

 private:
  EngineBehaviour behaviour_;
};

}  // namespace wattlens::fake
