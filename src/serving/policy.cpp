#include "serving/policy.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/duration.h"
#include "base/text.h"

namespace wattlens::serving {
namespace {

constexpr std::string_view kHint =
    "write 16 (waits until full), 16@50ms (with a time-out), greedy, greedy:64 or dynamic:4+8@5ms";

std::unexpected<Error> refuse(std::string_view text, std::string_view why) {
  return fail(ErrorKind::usage, fmt::format("policy '{}': {}", text, why), std::string(kHint));
}

// To the nanosecond, so that the text of a policy is read back as the same.
Result<base::Seconds> parse_delay(std::string_view text, std::string_view whole) {
  WATTLENS_TRY(const base::Seconds delay, base::parse_duration(text, fmt::format("policy '{}'", whole)));
  const std::int64_t ns = base::nanoseconds(delay);
  if (ns < 1) return refuse(whole, "the delay is below a nanosecond");
  return base::Seconds{static_cast<double>(ns) * 1e-9};
}

Result<std::int64_t> parse_size(std::string_view text, std::string_view whole) {
  const auto size = base::parse_integer(text);
  if (size && *size >= 1 && *size <= kMostBatch) return *size;
  return refuse(whole, fmt::format("'{}' is no batch size from 1 to {}", text, kMostBatch));
}

// "4+8" or "4+8:32"
Result<Policy> parse_sizes(std::string_view sizes, std::string_view whole) {
  Policy policy{.kind = PolicyKind::dynamic};
  const std::size_t colon = sizes.find(':');
  for (const std::string_view part : base::split(sizes.substr(0, colon), '+')) {
    WATTLENS_TRY(const std::int64_t size, parse_size(part, whole));
    policy.preferred.push_back(size);
  }
  std::ranges::sort(policy.preferred);
  policy.preferred.erase(std::ranges::unique(policy.preferred).begin(), policy.preferred.end());
  policy.most = policy.preferred.back();
  if (colon == std::string_view::npos) return policy;
  WATTLENS_TRY(policy.most, parse_size(sizes.substr(colon + 1), whole));
  if (policy.most >= policy.preferred.back()) return policy;
  return refuse(whole, fmt::format("prefers {}, but allows {} at most", policy.preferred.back(), policy.most));
}

// As many as may be taken without waiting; 0: wait. What Triton's GetDynamicBatch() does with requests of one image
// (triton-inference-server/core, src/dynamic_batch_scheduler.cc).
std::int64_t dynamic_take(const Policy& policy, const Queue& queue, bool delay_is_over) noexcept {
  const std::int64_t all = std::min(queue.waiting, policy.most);
  std::int64_t best = 0;
  for (const std::int64_t size : policy.preferred) {
    if (size <= all) best = size;
  }
  const bool delays = policy.max_delay.value > 0.0;
  if (best > 0 && !(delays && delay_is_over)) return best;
  return best > 0 || delay_is_over || !delays || queue.ended ? all : 0;
}

}  // namespace

Result<Policy> parse_policy(std::string_view text) {
  std::string_view rest = base::trim(text);
  const std::size_t at = rest.find('@');
  base::Seconds delay;
  if (at != std::string_view::npos) {
    WATTLENS_TRY(delay, parse_delay(rest.substr(at + 1), text));
    rest = rest.substr(0, at);
  }
  const std::size_t colon = rest.find(':');
  const std::string_view kind = rest.substr(0, colon);
  if (kind == "greedy") {
    if (at != std::string_view::npos) return refuse(text, "greedy never waits, so it has no delay");
    Policy policy{.kind = PolicyKind::greedy, .most = kGreedyMost};
    if (colon != std::string_view::npos) {
      WATTLENS_TRY(policy.most, parse_size(rest.substr(colon + 1), text));
    }
    return policy;
  }
  if (kind == "dynamic") {
    if (colon == std::string_view::npos) return refuse(text, "no batch size is preferred");
    WATTLENS_TRY(Policy policy, parse_sizes(rest.substr(colon + 1), text));
    policy.max_delay = delay;
    return policy;
  }
  WATTLENS_TRY(const std::int64_t most, parse_size(rest, text));
  const bool timeout = at != std::string_view::npos;
  return Policy{.kind = timeout ? PolicyKind::timeout : PolicyKind::fixed, .most = most, .max_delay = delay};
}

std::string to_text(const Policy& policy) {
  switch (policy.kind) {
    case PolicyKind::fixed: return fmt::format("{}", policy.most);
    case PolicyKind::timeout: return fmt::format("{}@{}", policy.most, base::duration_text(policy.max_delay));
    case PolicyKind::greedy: return policy.most == kGreedyMost ? "greedy" : fmt::format("greedy:{}", policy.most);
    case PolicyKind::dynamic: break;
  }
  std::string text = fmt::format("dynamic:{}", fmt::join(policy.preferred, "+"));
  if (policy.most != policy.preferred.back()) text += fmt::format(":{}", policy.most);
  if (policy.max_delay.value > 0.0) text += fmt::format("@{}", base::duration_text(policy.max_delay));
  return text;
}

Decision decide(const Policy& policy, const Queue& queue, std::int64_t now_ns) noexcept {
  const bool waits = policy.kind == PolicyKind::fixed || policy.kind == PolicyKind::timeout;
  if (queue.waiting < 1) {
    return {.wait_for = policy.kind == PolicyKind::fixed ? policy.most : 1};  // a time-out begins with the first
  }
  if (policy.kind == PolicyKind::greedy) return {.take = std::min(queue.waiting, policy.most)};
  if (waits && (queue.waiting >= policy.most || queue.ended)) return {.take = std::min(queue.waiting, policy.most)};
  if (policy.kind == PolicyKind::fixed) return {.wait_for = policy.most};
  const std::int64_t end_ns = queue.oldest_ns + base::nanoseconds(policy.max_delay);
  const bool delay_is_over = now_ns >= end_ns;
  if (policy.kind == PolicyKind::timeout) {
    if (delay_is_over) return {.take = queue.waiting};
    return {.wait_for = policy.most, .until_ns = end_ns};
  }
  if (const std::int64_t take = dynamic_take(policy, queue, delay_is_over); take > 0) return {.take = take};
  return {.wait_for = policy.preferred.front(), .until_ns = end_ns};  // fewer than the smallest preferred size wait
}

Result<void> check_served(const Policy& policy, const Arrivals& arrivals) {
  const bool starves = policy.kind == PolicyKind::fixed && !is_open_loop(arrivals) && arrivals.clients < policy.most;
  if (!starves) return {};
  return fail(ErrorKind::usage,
              fmt::format("a batch of {} never fills: {} clients have at most {} requests waiting", policy.most,
                          arrivals.clients, arrivals.clients),
              fmt::format("use the policy {}@50ms or greedy, or at least {} clients", policy.most, policy.most));
}

}  // namespace wattlens::serving
