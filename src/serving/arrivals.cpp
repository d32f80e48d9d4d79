#include "serving/arrivals.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

#include "base/random.h"
#include "base/text.h"
#include "serving/trace.h"

namespace wattlens::serving {
namespace {

constexpr std::string_view kHint =
    "write poisson:16, jittered:16 (requests/s), closed:8 (clients), trace:FILE or "
    "trace:FILE*10 (ten times as fast)";
constexpr double kLowestRate = 1e-6;
constexpr double kHighestRate = 1e6;
constexpr double kLongest = 3.2e9;  // seconds: 64 bits of nanoseconds hold twice as much
constexpr double kJitter = 0.2;

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(ErrorKind::usage, fmt::format("arrivals '{}': {}", text, why), std::string(kHint));
}

Result<Arrivals> parse_trace(std::string_view text, std::string_view rest) {
  Arrivals arrivals{.kind = ArrivalKind::trace};
  if (const std::size_t star = rest.rfind('*'); star != std::string_view::npos) {
    if (const auto factor = base::parse_number(rest.substr(star + 1))) {
      if (!(*factor >= 1e-6 && *factor <= 1e6)) return refuse(text, "the speed-up is not within 1e-6 and 1e6");
      arrivals.speed_up = *factor;
      rest = rest.substr(0, star);
    }
  }
  if (rest.empty()) return refuse(text, "no file is named");
  arrivals.trace = base::Path(rest);
  return arrivals;
}

template <class Gap>
Result<std::vector<std::int64_t>> from_gaps(const Arrivals& arrivals, std::int64_t requests, Gap gap) {
  const double mean_ns = 1e9 / arrivals.rate.value;
  if (static_cast<double>(requests) * mean_ns > kLongest * 1e9) {
    return fail(ErrorKind::usage, fmt::format("{} requests at {}/s take over a century", requests, arrivals.rate.value),
                "ask for fewer requests or a higher rate");
  }
  std::vector<std::int64_t> times;
  times.reserve(static_cast<std::size_t>(requests));
  double time = 0.0;
  for (std::int64_t i = 0; i < requests; ++i) {
    time += mean_ns * gap();
    times.push_back(std::llround(time));
  }
  return times;
}

Result<std::vector<std::int64_t>> from_trace(const Arrivals& arrivals, std::int64_t requests) {
  WATTLENS_TRY(std::vector<std::int64_t> times, read_trace(arrivals.trace, requests));
  if (std::cmp_less(times.size(), requests)) {
    return fail(ErrorKind::usage,
                fmt::format("{} holds {} requests, {} are wanted", arrivals.trace.string(), times.size(), requests),
                fmt::format("ask for {} requests at most", times.size()));
  }
  if (arrivals.speed_up == 1.0) return times;
  if (static_cast<double>(times.back()) / arrivals.speed_up > kLongest * 1e9) {
    return fail(ErrorKind::usage, fmt::format("{} takes over a century", to_text(arrivals)), "use a larger factor");
  }
  for (std::int64_t& time : times) time = std::llround(static_cast<double>(time) / arrivals.speed_up);
  return times;
}

}  // namespace

Result<Arrivals> parse_arrivals(std::string_view text) {
  const std::string_view whole = base::trim(text);
  const std::size_t colon = whole.find(':');
  const std::string_view kind = whole.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? std::string_view() : whole.substr(colon + 1);
  if (kind == "trace") return parse_trace(text, rest);
  if (kind == "closed") {
    const auto clients = base::parse_integer(rest);
    if (!clients || *clients < 1 || *clients > kMostClients) {
      return refuse(text, fmt::format("'{}' is no number of clients from 1 to {}", rest, kMostClients));
    }
    return Arrivals{.kind = ArrivalKind::closed, .clients = *clients};
  }
  if (kind != "jittered" && kind != "poisson") {
    return refuse(text, fmt::format("'{}' is none of jittered, poisson, closed, trace", kind));
  }
  const auto rate = base::parse_number(rest);
  if (!rate || !(*rate >= kLowestRate && *rate <= kHighestRate)) {
    return refuse(text, fmt::format("'{}' is no rate from 1e-6 to 1e6 requests/s", rest));
  }
  return Arrivals{.kind = kind == "poisson" ? ArrivalKind::poisson : ArrivalKind::jittered, .rate = {*rate}};
}

std::string to_text(const Arrivals& arrivals) {
  switch (arrivals.kind) {
    case ArrivalKind::jittered: return fmt::format("jittered:{}", arrivals.rate.value);
    case ArrivalKind::poisson: return fmt::format("poisson:{}", arrivals.rate.value);
    case ArrivalKind::closed: return fmt::format("closed:{}", arrivals.clients);
    case ArrivalKind::trace: break;
  }
  const std::string path = arrivals.trace.string();
  const std::size_t star = path.rfind('*');
  const bool like_a_factor = star != std::string::npos && base::parse_number(path.substr(star + 1));
  if (arrivals.speed_up == 1.0 && !like_a_factor) return fmt::format("trace:{}", path);
  return fmt::format("trace:{}*{}", path, arrivals.speed_up);
}

bool is_open_loop(const Arrivals& arrivals) { return arrivals.kind != ArrivalKind::closed; }

Result<std::vector<std::int64_t>> schedule(const Arrivals& arrivals, std::int64_t requests, std::uint64_t seed) {
  if (requests < 1 || requests > kMostRequests) {
    return fail(ErrorKind::usage, fmt::format("{} requests cannot be scheduled", requests),
                fmt::format("ask for 1 to {}", kMostRequests));
  }
  base::Random random(base::derive_seed(seed, "arrivals"));
  switch (arrivals.kind) {
    case ArrivalKind::jittered:
      return from_gaps(arrivals, requests, [&random] { return random.uniform(1.0 - kJitter, 1.0 + kJitter); });
    case ArrivalKind::poisson: return from_gaps(arrivals, requests, [&random] { return random.exponential(); });
    case ArrivalKind::trace: return from_trace(arrivals, requests);
    case ArrivalKind::closed: break;
  }
  return fail(ErrorKind::internal, "a closed loop has no schedule");
}

}  // namespace wattlens::serving
