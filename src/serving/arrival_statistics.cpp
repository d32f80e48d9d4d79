#include "serving/arrival_statistics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace wattlens::serving {
namespace {

constexpr std::int64_t kLeastWindows = 10;
constexpr double kEvenBelow = 0.5;
constexpr double kBurstyAbove = 2.0;

// Only whole windows count.
std::optional<Dispersion> dispersion(std::span<const std::int64_t> times_ns, double window_ns) {
  const auto first = static_cast<double>(times_ns.front());
  const auto windows = static_cast<std::int64_t>((static_cast<double>(times_ns.back()) - first) / window_ns);
  if (windows < kLeastWindows) return std::nullopt;
  std::vector<double> counts(static_cast<std::size_t>(windows));
  for (const std::int64_t time : times_ns) {
    const auto at = static_cast<std::size_t>((static_cast<double>(time) - first) / window_ns);
    if (at < counts.size()) counts[at] += 1.0;
  }
  const auto size = static_cast<double>(windows);
  double mean = 0.0;
  for (const double count : counts) mean += count / size;
  double squares = 0.0;
  for (const double count : counts) squares += (count - mean) * (count - mean);
  return Dispersion{
      .window = {window_ns * 1e-9}, .index = squares / (size - 1.0) / mean, .peak = std::ranges::max(counts) / mean};
}

}  // namespace

Result<ArrivalStatistics> describe_arrivals(std::span<const std::int64_t> times_ns) {
  if (times_ns.size() < 2 || times_ns.back() <= times_ns.front()) {
    return fail(ErrorKind::usage, "arrivals cannot be described: there are no two requests at different times",
                "give a longer trace");
  }
  const auto gaps = static_cast<double>(times_ns.size() - 1);
  const double mean_ns = (static_cast<double>(times_ns.back()) - static_cast<double>(times_ns.front())) / gaps;
  double squares = 0.0;
  for (std::size_t i = 1; i < times_ns.size(); ++i) {
    const double off = static_cast<double>(times_ns[i] - times_ns[i - 1]) - mean_ns;
    squares += off * off;
  }
  ArrivalStatistics statistics{.requests = static_cast<std::int64_t>(times_ns.size()),
                               .span = {mean_ns * gaps * 1e-9},
                               .rate = {1e9 / mean_ns},
                               .gap_variation = std::sqrt(squares / gaps) / mean_ns,
                               .short_term = dispersion(times_ns, 10.0 * mean_ns),
                               .long_term = dispersion(times_ns, 100.0 * mean_ns)};
  if (statistics.short_term) {
    const double index = statistics.short_term->index;
    statistics.regularity = index < kEvenBelow      ? Regularity::even
                            : index <= kBurstyAbove ? Regularity::poisson_like
                                                    : Regularity::bursty;
  }
  return statistics;
}

std::string_view to_string(Regularity regularity) {
  switch (regularity) {
    case Regularity::even: return "even";
    case Regularity::poisson_like: return "nearly Poisson";
    case Regularity::bursty: break;
  }
  return "bursty";
}

std::string to_sentence(const ArrivalStatistics& statistics) {
  std::string text = fmt::format("{} requests in {:.4g} s ({:.3g}/s)", statistics.requests, statistics.span.value,
                                 statistics.rate.value);
  text += statistics.regularity ? fmt::format(", {}", to_string(*statistics.regularity)) : ", too few to tell more";
  text += fmt::format(": the gaps vary by {:.3g} of their mean", statistics.gap_variation);
  for (const auto& dispersion : {statistics.short_term, statistics.long_term}) {
    if (!dispersion) continue;
    text += fmt::format(
        "; counts in {:.2g} s vary {:.3g} times as a Poisson process's, the highest is {:.3g} times the mean",
        dispersion->window.value, dispersion->index, dispersion->peak);
  }
  return text + ".";
}

}  // namespace wattlens::serving
