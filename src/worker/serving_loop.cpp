#include "worker/serving_loop.h"

#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <atomic>
#include <utility>

namespace wattlens::worker {
namespace {

using base::MonoTime;

// The kernel may let a sleeping thread lie for 50 us more, to wake several at once. Not here: that would be the
// schedule's lateness.
class ExactTimers {
 public:
  ExactTimers() : before_(::prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0)) { ::prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }
  ~ExactTimers() {
    if (before_ > 0) ::prctl(PR_SET_TIMERSLACK, before_, 0, 0, 0);
  }
  ExactTimers(const ExactTimers&) = delete;
  ExactTimers& operator=(const ExactTimers&) = delete;

 private:
  int before_;
};

class ServingLoop {
 public:
  ServingLoop(engine::Session& session, const ServeRequest& request, base::Clock& clock, std::span<std::int64_t> memory)
      : session_(session),
        request_(request),
        clock_(clock),
        arrivals_(memory.first(static_cast<std::size_t>(request.requests))),
        records_(memory.subspan(arrivals_.size())) {}

  Result<Ran> run() {
    begin_ = clock_.now();
    if (request_.clients > 0) send(0, std::min(request_.clients, request_.requests));
    if (request_.clients == 0) scheduled_ = request_.requests;
    while (served_ < request_.requests) {
      const std::int64_t now = since_begin(clock_.now());
      look_for_arrivals(now);
      const serving::Queue queue{
          .waiting = arrived_ - served_,
          .oldest_ns = arrived_ > served_ ? arrivals_[static_cast<std::size_t>(served_)] : 0,
          .ended = arrived_ == request_.requests,
      };
      const serving::Decision decision = serving::decide(request_.policy, queue, now);
      if (decision.take > 0) {
        WATTLENS_CHECK(serve(decision.take));
      } else {
        sleep(decision);
      }
    }
    return Ran{begin_, MonoTime{begin_.ns + free_at_}, batches_, {}};
  }

 private:
  std::int64_t since_begin(MonoTime time) const { return time.ns - begin_.ns; }

  void look_for_arrivals(std::int64_t now) {
    while (arrived_ < scheduled_ && arrivals_[static_cast<std::size_t>(arrived_)] <= now) ++arrived_;
  }

  // Of a closed loop: so many clients send their next request.
  void send(std::int64_t time, std::int64_t count) {
    for (; count > 0 && scheduled_ < request_.requests; --count) {
      arrivals_[static_cast<std::size_t>(scheduled_++)] = time;
    }
  }

  // Until a decision may turn out otherwise: enough wait, the last one has come, or the policy's own time.
  void sleep(const serving::Decision& decision) {
    const std::int64_t enough = std::min(served_ + std::max<std::int64_t>(decision.wait_for, 1), request_.requests);
    std::int64_t until = decision.until_ns.value_or(INT64_MAX);
    if (enough <= scheduled_) until = std::min(until, arrivals_[static_cast<std::size_t>(enough - 1)]);
    due_ = std::max(due_, until);
    clock_.sleep_until({begin_.ns + until});
  }

  Result<void> serve(std::int64_t images) {
    const std::int64_t begun = since_begin(clock_.now());
    WATTLENS_CHECK(session_.enqueue(0, images));
    WATTLENS_TRY(const engine::Completion completion, session_.next_completion());
    const std::int64_t complete = since_begin(completion.time);
    const auto record = records_.subspan(4 * static_cast<std::size_t>(batches_++), 4);
    record[0] = std::min(due_, begun);
    record[1] = begun;
    record[2] = complete;
    std::atomic_ref(record[3]).store(images, std::memory_order_release);  // last: the client may look on
    served_ += images;
    free_at_ = complete;
    due_ = complete;
    if (request_.clients > 0) send(complete, images);
    return {};
  }

  engine::Session& session_;
  const ServeRequest& request_;
  base::Clock& clock_;
  std::span<std::int64_t> arrivals_;
  std::span<std::int64_t> records_;
  MonoTime begin_;
  std::int64_t scheduled_ = 0;  // requests whose time is known
  std::int64_t arrived_ = 0;    // of these, how many have come
  std::int64_t served_ = 0;
  std::int64_t batches_ = 0;
  std::int64_t due_ = 0;      // since when the next batch could have begun
  std::int64_t free_at_ = 0;  // when the last batch was complete
};

}  // namespace

Result<Ran> serve_requests(engine::Session& session, const ServeRequest& request, base::Clock& clock,
                           std::span<std::int64_t> memory) {
  if (session.slots() != 1) {
    return fail(ErrorKind::usage, fmt::format("requests cannot be served by {} batches at a time", session.slots()),
                "use the latency hint");
  }
  if (memory.size() / kWordsPerRequest < static_cast<std::size_t>(request.requests)) {
    return fail(ErrorKind::usage, fmt::format("{} requests do not fit into the shared memory", request.requests),
                "serve fewer requests in one window");
  }
  if (request.clients > 0) {
    const serving::Arrivals clients{.kind = serving::ArrivalKind::closed, .clients = request.clients};
    WATTLENS_CHECK(serving::check_served(request.policy, clients));
  }
  const ExactTimers exact;
  return ServingLoop(session, request, clock, memory).run();
}

}  // namespace wattlens::worker
