// A worker's serving loop: it answers a client's requests with one engine, and times batches where they run.
// Linked only into workers. Blocks while it waits: an idle worker uses no CPU time.
#pragma once

#include "base/result.h"
#include "engine/engine.h"

namespace wattlens::worker {

// Serves until the client says "quit" or closes the connection. Fails where the client broke the protocol or the
// connection failed; what the engine cannot do is answered with an error message and serving goes on.
Result<void> serve(engine::Engine& engine, int socket);

// Answers the first request with `error`, for a worker whose engine cannot be opened.
Result<void> refuse(const Error& error, int socket);

}  // namespace wattlens::worker
