// What the main() of a worker does: it opens its engine and serves it to the wattlens that started the process.
#pragma once

#include <memory>
#include <string_view>

#include "base/result.h"
#include "engine/engine.h"

namespace wattlens::worker {

using OpenEngine = Result<std::unique_ptr<engine::Engine>>();

// The exit status: 0 after a normal end, 1 after a broken connection, 2 where nobody but a person started `name`. Ends
// the process without taking the engine apart.
int serve_and_exit(std::string_view name, OpenEngine* open);

}  // namespace wattlens::worker
