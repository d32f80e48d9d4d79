// A discrete-event simulation of one server: when requests come, how a policy joins them, what a batch costs; hence the
// energy per request and the response times.
//
// Assumes one server that runs one batch at a time, requests served in the order they came, no request lost, and a cost
// that depends on a batch's size alone. Decisions are those of policy.h, which the worker's serving loop takes too. The
// same seed gives the same outcome on every machine. Pure and thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/units.h"
#include "serving/arrivals.h"
#include "serving/policy.h"
#include "serving/service_model.h"

namespace wattlens::serving {

// Of the requests of a window. Quantiles as in stats::quantile (Hyndman and Fan 1996, type 7).
struct Times {
  base::Seconds mean;
  base::Seconds p50;
  base::Seconds p95;
  base::Seconds p99;
  base::Seconds max;
};

// Whether more was asked of a server than it can do. `load` is the offered rate over the capacity: what the policy's
// full batches give when they follow each other without a gap. `growth` is how much longer the requests of the last
// quarter waited, on average, than those of the second: seconds, negative where the queue went down. Saturated: the
// load is at least 1 and the waiting grew. Then response times and throughput tell of the window's length, not of the
// server.
struct Saturation {
  double load = 0.0;  // 0 in a closed loop, which cannot be overloaded
  base::Seconds growth;
  bool saturated = false;
};

struct Outcome {
  std::int64_t requests = 0;
  std::int64_t batches = 0;
  std::vector<std::int64_t> batches_by_size;  // [size]; up to the policy's most
  double mean_batch = 0.0;
  base::Seconds span;        // from the window's begin to the end of the last batch
  base::Seconds busy;        // of it, running batches
  double utilisation = 0.0;  // busy / span
  base::Hertz throughput;    // requests / span
  base::Joules energy;       // gross: batches, and idle power in between
  base::Joules net_energy;   // gross less idle power over the whole span
  base::Joules per_request;  // gross
  base::Joules net_per_request;
  Times response;  // from a request's coming to the end of its batch
  Times waiting;   // from a request's coming to the begin of its batch
  Saturation saturation;
};

// One batch as it ran: requests [first, first + count) in the order they came, nanoseconds from the window's begin.
struct ServedBatch {
  std::int64_t first = 0;
  std::int64_t count = 0;
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;
};

// What comes: times (open loop), or clients that each send the next request when the last one is answered; all send
// their first at 0.
struct Demand {
  std::span<const std::int64_t> times_ns;  // ascending, not negative; open loop
  std::int64_t clients = 0;                // closed loop
  std::int64_t requests = 0;               // closed loop; as many as there are times in an open one
};

// `seed` chooses the noise of the batches. `served`, where given, gets every batch in order. Errors (usage): no
// request; times that descend; a policy whose batches are larger than what was measured; a closed loop that would wait
// for ever.
Result<Outcome> simulate(const Demand& demand, const Policy& policy, const ServiceTable& service, std::uint64_t seed,
                         std::vector<ServedBatch>* served = nullptr);

// The size of the batches that the policy runs when any number of requests waits.
std::int64_t full_batch(const Policy& policy);

// As in Outcome, for requests that came at these times and waited so long, simulated or measured, in that order.
Saturation find_saturation(std::span<const std::int64_t> times_ns, std::span<const std::int64_t> waiting_ns,
                           base::Hertz capacity);

}  // namespace wattlens::serving
