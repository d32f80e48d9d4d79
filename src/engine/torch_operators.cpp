#include "engine/torch_operators.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/function_schema.h>
#include <ATen/core/ivalue.h>
#include <ATen/record_function.h>

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace wattlens::engine {
namespace {

struct Recording {
  const NamedTensors& weights;
  std::vector<Operator> operators{};
  int depth = 0;  // operators that were begun and have not ended
};

// LibTorch calls back through plain functions: this is where they find the recording of their thread.
Recording*& current_recording() {
  thread_local Recording* recording = nullptr;
  return recording;
}

// Of the interpreter, LibTorch hands over the whole stack: what belongs to the operator lies at its end.
std::span<const c10::IValue> last(std::span<const c10::IValue> values, std::size_t count) {
  return values.last(std::min(count, values.size()));
}

template <class Visit>
void for_each_tensor(const c10::IValue& value, const Visit& visit) {
  if (value.isTensor()) {
    if (value.toTensor().defined()) visit(value.toTensor());
  } else if (value.isTensorList()) {
    for (const at::Tensor& tensor : value.toTensorVector()) visit(tensor);
  }
}

std::unique_ptr<at::ObserverContext> begin_operator(const at::RecordFunction& function) {
  Recording& recording = *current_recording();
  if (recording.depth++ > 0) return nullptr;
  Operator entry{.type = function.name(), .name = {}, .inputs = {}, .outputs = {}};
  if (const auto schema = function.operator_schema()) {
    const std::span<const c10::IValue> inputs(function.inputs().begin(), function.inputs().size());
    for (const auto& input : last(inputs, schema->arguments().size())) {
      for_each_tensor(input, [&](const at::Tensor& tensor) {
        entry.inputs.push_back(tensor.sizes().vec());
        const auto weight = recording.weights.find(tensor.unsafeGetTensorImpl());
        if (weight != recording.weights.end()) entry.weights.push_back({weight->second, entry.inputs.back()});
      });
    }
  }
  recording.operators.push_back(std::move(entry));
  return nullptr;
}

void end_operator(const at::RecordFunction& function, at::ObserverContext*) {
  Recording& recording = *current_recording();
  if (--recording.depth > 0) return;
  if (const auto schema = function.operator_schema()) {
    auto& outputs = recording.operators.back().outputs;
    for (const auto& output : last(function.outputs(), schema->returns().size())) {
      for_each_tensor(output, [&](const at::Tensor& tensor) { outputs.push_back(tensor.sizes().vec()); });
    }
  }
}

// Records for as long as it lives.
class Recorder {
 public:
  explicit Recorder(Recording& recording) {
    current_recording() = &recording;
    handle_ = at::addThreadLocalCallback(at::RecordFunctionCallback(begin_operator, end_operator)
                                             .needsInputs(true)
                                             .needsOutputs(true)
                                             .scopes({at::RecordScope::FUNCTION}));
  }
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder() {
    at::removeCallback(handle_);
    current_recording() = nullptr;
  }

 private:
  at::CallbackHandle handle_;
};

}  // namespace

std::vector<Operator> record_operators(const NamedTensors& weights, const std::function<void()>& run) {
  Recording recording{.weights = weights};
  {
    const Recorder recorder(recording);
    run();
  }
  std::erase_if(recording.operators, [](const Operator& entry) { return entry.outputs.empty(); });
  return std::move(recording.operators);
}

}  // namespace wattlens::engine
