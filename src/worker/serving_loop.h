// Serves requests through a session: they come by schedule or in a closed loop, a policy joins them into batches.
//
// The schedule is known before the window begins, and a request's time counts from when it was to come, not from when
// the loop had time to look at it: a slow answer delays no later request (open loop, free of coordinated omission).
// Nobody has to be woken for a request that starts no batch; between batches the loop sleeps.
#pragma once

#include <cstdint>
#include <span>

#include "base/clock.h"
#include "base/result.h"
#include "engine/engine.h"
#include "serving/policy.h"
#include "worker/messages.h"

namespace wattlens::worker {

// `memory` holds, in an open loop, when each request comes (ns from the begin, ascending); in a closed loop that is
// written there. Behind them comes a record of four words per batch: due, begun, complete (ns from the begin), images.
// `memory` has kWordsPerRequest for each. The session has one slot and takes any batch up to the policy's largest. Not
// thread-safe; allocates nothing.
Result<Ran> serve_requests(engine::Session& session, const ServeRequest& request, base::Clock& clock,
                           std::span<std::int64_t> memory);

}  // namespace wattlens::worker
