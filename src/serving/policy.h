// How waiting requests are joined into batches: the policies, and the one decision that the worker's serving loop and
// the simulator both ask for.
//
// Times are nanoseconds on any one clock. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "serving/arrivals.h"

namespace wattlens::serving {

enum class PolicyKind {
  fixed,    // waits until `most` requests wait
  timeout,  // as fixed, but no longer than `max_delay` after the oldest came
  greedy,   // takes everything that waits, up to `most`; never waits for more
  dynamic,  // Triton's dynamic batcher: the largest preferred size; else waits up to `max_delay` for one
};

struct Policy {
  PolicyKind kind = PolicyKind::fixed;
  std::int64_t most = 1;                // requests in a batch at most
  std::vector<std::int64_t> preferred;  // dynamic only: ascending, none above `most`, at least one
  base::Seconds max_delay;              // timeout and dynamic; for dynamic 0 is no waiting

  bool operator==(const Policy&) const = default;
};

inline constexpr std::int64_t kMostBatch = 4096;
inline constexpr std::int64_t kGreedyMost = 128;  // as in the program of Yarally et al.

// "16" (fixed), "16@50ms" (with a time-out), "greedy" (at most 128), "greedy:64", "dynamic:4+8@5ms" (preferred sizes 4
// and 8, at most 8), "dynamic:4+8:32@5ms" (at most 32), "dynamic:32" (no delay). Errors are of kind usage.
Result<Policy> parse_policy(std::string_view text);
std::string to_text(const Policy& policy);  // parse_policy() reads the same back

// What waits at one moment.
struct Queue {
  std::int64_t waiting = 0;
  std::int64_t oldest_ns = 0;  // when the oldest waiting request came; means nothing where none waits
  bool ended = false;          // no further request will come
};

// take > 0: start a batch of so many now. Else nothing is to be done until `wait_for` requests wait, `until_ns` is
// reached, or the queue has ended, whichever comes first; then the decision is asked for anew.
struct Decision {
  std::int64_t take = 0;
  std::int64_t wait_for = 0;
  std::optional<std::int64_t> until_ns;
};

// For a policy that parse_policy() gave and a server that is free at `now_ns`. Requests are served in the order they
// came. Once the queue has ended nothing waits for company any longer: the last batch may be smaller. Does not
// allocate.
Decision decide(const Policy& policy, const Queue& queue, std::int64_t now_ns) noexcept;

// An error where requests would wait for ever: a closed loop with fewer clients than a fixed batch wants.
Result<void> check_served(const Policy& policy, const Arrivals& arrivals);

}  // namespace wattlens::serving
