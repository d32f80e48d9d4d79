// The operators that LibTorch calls while a model runs, with the shapes of what goes in and comes out.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/engine.h"

namespace c10 {
struct TensorImpl;
}

namespace wattlens::engine {

// The floating-point tensors that a model holds. Two names of one tensor are one entry.
using NamedTensors = std::unordered_map<const c10::TensorImpl*, std::string>;

// Those that `run` calls in this thread; not those that they call in turn. An input that is among `weights` is one of
// the operator's weights. Throws what `run` throws. Calls must not be nested.
std::vector<Operator> record_operators(const NamedTensors& weights, const std::function<void()>& run);

}  // namespace wattlens::engine
