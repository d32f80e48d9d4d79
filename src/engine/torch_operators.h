// The operators that LibTorch calls while a model runs, with the shapes of what goes in and comes out.
#pragma once

#include <functional>
#include <vector>

#include "engine/engine.h"

namespace wattlens::engine {

// Those that `run` calls in this thread; not those that they call in turn. Throws what `run` throws. Calls must not be
// nested.
std::vector<Operator> record_operators(const std::function<void()>& run);

}  // namespace wattlens::engine
