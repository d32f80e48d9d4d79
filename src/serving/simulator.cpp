#include "serving/simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"

namespace wattlens::serving {
namespace {

using base::Seconds;

constexpr double kLongestNs = 4e18;

Seconds from_ns(double ns) { return {ns * 1e-9}; }

// Rearranges the values.
Times times_of(std::vector<std::int64_t>& values) {
  double sum = 0.0;
  for (const std::int64_t value : values) sum += static_cast<double>(value);
  Times times{.mean = from_ns(sum / static_cast<double>(values.size()))};
  // From the highest quantile down: each search leaves the lower values in front of it.
  auto end = values.end();
  const auto quantile = [&](double probability) {
    const double position = probability * static_cast<double>(values.size() - 1);
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(position);
    std::nth_element(values.begin(), at, end);
    end = at + 1;
    const double share = position - std::floor(position);
    if (share == 0.0) return from_ns(static_cast<double>(*at));
    // What lies behind a found value is not below it.
    const auto next = std::min_element(at + 1, values.end());
    return from_ns(std::lerp(static_cast<double>(*at), static_cast<double>(*next), share));
  };
  times.max = from_ns(static_cast<double>(*std::ranges::max_element(values)));
  times.p99 = quantile(0.99);
  times.p95 = quantile(0.95);
  times.p50 = quantile(0.50);
  return times;
}

class Simulation {
 public:
  Simulation(const Demand& demand, const Policy& policy, const ServiceTable& service, std::uint64_t seed,
             std::vector<ServedBatch>* served)
      : policy_(policy),
        service_(service),
        random_(base::derive_seed(seed, "service")),
        served_(served),
        clients_(demand.clients),
        total_(demand.clients > 0 ? demand.requests : static_cast<std::int64_t>(demand.times_ns.size())),
        times_(demand.times_ns) {
    response_ns_.reserve(static_cast<std::size_t>(total_));
    waiting_ns_.reserve(static_cast<std::size_t>(total_));
    outcome_.batches_by_size.resize(static_cast<std::size_t>(policy.most) + 1);
    if (clients_ > 0) {
      sent_.reserve(static_cast<std::size_t>(total_));
      send(std::min(clients_, total_), 0);
    }
  }

  Outcome run() {
    while (head_ < total_) {
      while (arrived_ < known() && times_[static_cast<std::size_t>(arrived_)] <= now_) ++arrived_;
      const Queue queue{.waiting = arrived_ - head_,
                        .oldest_ns = head_ < arrived_ ? times_[static_cast<std::size_t>(head_)] : 0,
                        .ended = arrived_ == total_};
      const Decision decision = decide(policy_, queue, now_);
      if (decision.take > 0) {
        serve(decision.take);
      } else {
        wait(decision);
      }
    }
    return finish();
  }

 private:
  std::int64_t known() const { return static_cast<std::int64_t>(times_.size()); }

  // Clients send their next requests.
  void send(std::int64_t count, std::int64_t time_ns) {
    sent_.insert(sent_.end(), static_cast<std::size_t>(count), time_ns);
    times_ = sent_;
  }

  void serve(std::int64_t count) {
    double factor = 1.0;
    if (const auto noise = service_.noise(); !noise.empty()) factor = noise[random_.below(noise.size())];
    const std::int64_t duration = std::max<std::int64_t>(1, std::llround(service_.time_ns(count) * factor));
    const std::int64_t end = now_ + duration;
    for (const std::int64_t time : times_.subspan(static_cast<std::size_t>(head_), static_cast<std::size_t>(count))) {
      waiting_ns_.push_back(now_ - time);
      response_ns_.push_back(end - time);
    }
    if (served_ != nullptr) served_->push_back({head_, count, now_, end});
    busy_ns_ += duration;
    outcome_.energy += service_.energy(count) * factor;
    ++outcome_.batches;
    ++outcome_.batches_by_size[static_cast<std::size_t>(count)];
    head_ += count;
    now_ = end;
    if (clients_ > 0) send(std::min(count, total_ - known()), end);
  }

  // Until enough wait, the decision's time is up, or the last request has come.
  void wait(const Decision& decision) {
    const std::int64_t wanted = std::min(head_ + decision.wait_for, total_) - 1;
    std::int64_t next = decision.until_ns.value_or(INT64_MAX);
    if (wanted < known()) next = std::min(next, times_[static_cast<std::size_t>(wanted)]);
    now_ = next;
  }

  Outcome finish() {
    outcome_.requests = total_;
    const auto requests = static_cast<double>(total_);
    outcome_.mean_batch = requests / static_cast<double>(outcome_.batches);
    outcome_.span = from_ns(static_cast<double>(now_));
    outcome_.busy = from_ns(static_cast<double>(busy_ns_));
    outcome_.utilisation = outcome_.busy / outcome_.span;
    outcome_.throughput = requests / outcome_.span;
    outcome_.net_energy = outcome_.energy - service_.idle() * outcome_.busy;
    outcome_.energy += service_.idle() * (outcome_.span - outcome_.busy);
    outcome_.per_request = outcome_.energy / requests;
    outcome_.net_per_request = outcome_.net_energy / requests;
    if (clients_ == 0) {
      outcome_.saturation = find_saturation(times_, waiting_ns_, service_.capacity(full_batch(policy_)));
    }
    outcome_.response = times_of(response_ns_);
    outcome_.waiting = times_of(waiting_ns_);
    return std::move(outcome_);
  }

  const Policy& policy_;
  const ServiceTable& service_;
  base::Random random_;
  std::vector<ServedBatch>* served_;
  std::int64_t clients_;
  std::int64_t total_;
  std::span<const std::int64_t> times_;  // of the requests that are known of
  std::vector<std::int64_t> sent_;       // by clients
  std::int64_t head_ = 0;                // the oldest request that was not served
  std::int64_t arrived_ = 0;
  std::int64_t now_ = 0;
  std::int64_t busy_ns_ = 0;
  std::vector<std::int64_t> response_ns_;
  std::vector<std::int64_t> waiting_ns_;
  Outcome outcome_;
};

// Were every request served alone, in the longest time that any batch takes.
double longest_ns(const Demand& demand, const Policy& policy, const ServiceTable& service) {
  double batch = 0.0;
  for (std::int64_t size = 1; size <= policy.most; ++size) batch = std::max(batch, service.time_ns(size));
  if (!service.noise().empty()) batch *= std::ranges::max(service.noise());
  if (demand.clients > 0) return batch * static_cast<double>(demand.requests);
  return batch * static_cast<double>(demand.times_ns.size()) + static_cast<double>(demand.times_ns.back());
}

Result<void> check(const Demand& demand, const Policy& policy, const ServiceTable& service) {
  const bool closed = demand.clients > 0;
  if (closed ? demand.requests < 1 || demand.requests > kMostRequests : demand.times_ns.empty()) {
    return fail(ErrorKind::usage, "no request is to be simulated", fmt::format("ask for 1 to {}", kMostRequests));
  }
  if (!closed && (demand.times_ns.front() < 0 || !std::ranges::is_sorted(demand.times_ns))) {
    return fail(ErrorKind::usage, "the times of the requests do not ascend from 0", "sort them");
  }
  if (policy.most > service.most()) {
    return fail(ErrorKind::usage,
                fmt::format("the policy {} has batches of {}, measured were sizes up to {}", to_text(policy),
                            policy.most, service.most()),
                fmt::format("measure batch {} or use a policy with smaller ones", policy.most));
  }
  if (longest_ns(demand, policy, service) > kLongestNs) {
    return fail(ErrorKind::usage, "the requests would take over a century", "ask for fewer requests");
  }
  if (!closed) return {};
  return check_served(policy, {.kind = ArrivalKind::closed, .clients = demand.clients});
}

double mean_of(std::span<const std::int64_t> values) {
  double sum = 0.0;
  for (const std::int64_t value : values) sum += static_cast<double>(value);
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

}  // namespace

Result<Outcome> simulate(const Demand& demand, const Policy& policy, const ServiceTable& service, std::uint64_t seed,
                         std::vector<ServedBatch>* served) {
  WATTLENS_CHECK(check(demand, policy, service));
  return Simulation(demand, policy, service, seed, served).run();
}

std::int64_t full_batch(const Policy& policy) {
  const bool prefers = policy.kind == PolicyKind::dynamic && policy.max_delay.value <= 0.0;
  return prefers ? policy.preferred.back() : policy.most;
}

Saturation find_saturation(std::span<const std::int64_t> times_ns, std::span<const std::int64_t> waiting_ns,
                           base::Hertz capacity) {
  const std::size_t count = times_ns.size();
  if (count < 2 || times_ns.back() == times_ns.front()) return {};
  const Seconds span = from_ns(static_cast<double>(times_ns.back() - times_ns.front()));
  const base::Hertz offered = static_cast<double>(count - 1) / span;
  Saturation found{.load = offered / capacity};
  const std::size_t quarter = count / 4;
  found.growth = from_ns(mean_of(waiting_ns.last(quarter)) - mean_of(waiting_ns.subspan(quarter, quarter)));
  found.saturated = found.load >= 1.0 && found.growth.value > 0.0;
  return found;
}

}  // namespace wattlens::serving
