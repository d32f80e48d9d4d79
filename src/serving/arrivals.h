// How requests arrive: the processes of the batching studies, and the schedule that each gives.
//
// Deterministic: the same process and seed give the same schedule on every machine (base/random.h). Errors are of kind
// usage and quote what cannot be read. Thread-safe, but for the file of a trace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/result.h"
#include "base/units.h"

namespace wattlens::serving {

enum class ArrivalKind {
  jittered,  // gaps of 1/rate * U(0.8, 1.2): nearly even, as in Yarally et al. (SEAA 2023)
  poisson,   // independent exponential gaps with mean 1/rate
  closed,    // each of `clients` sends its next request the moment its last one is answered
  trace,     // the times of a file (serving/trace.h)
};

struct Arrivals {
  ArrivalKind kind = ArrivalKind::poisson;
  base::Hertz rate;          // requests per second; jittered and poisson only
  std::int64_t clients = 0;  // closed only
  base::Path trace;          // trace only
  double speed_up = 1.0;     // trace only: its times are divided by this

  bool operator==(const Arrivals&) const = default;
};

inline constexpr std::int64_t kMostClients = 65'536;
inline constexpr std::int64_t kMostRequests = 100'000'000;

// "jittered:16", "poisson:16", "closed:8", "trace:FILE", "trace:FILE*10" (ten times as fast).
Result<Arrivals> parse_arrivals(std::string_view text);
std::string to_text(const Arrivals& arrivals);  // parse_arrivals() reads the same back

// All but a closed loop, where requests come as answers go.
bool is_open_loop(const Arrivals& arrivals);

// When each request comes, in nanoseconds from the begin of the window: ascending, one for each of `requests`. The
// first request of jittered and Poisson arrivals comes after one gap; that of a trace comes at 0. Open loop only.
// Errors: a trace that cannot be read, or holds fewer requests than asked for; a schedule of more than a century.
Result<std::vector<std::int64_t>> schedule(const Arrivals& arrivals, std::int64_t requests, std::uint64_t seed);

}  // namespace wattlens::serving
