#include "experiment/warm_up.h"

#include <algorithm>
#include <span>
#include <vector>

#include "experiment/schedule.h"
#include "stats/stationarity.h"
#include "stats/summary.h"

namespace wattlens::experiment {
namespace {

using base::Seconds;

// Changes below this share of the later level are noise: the stop rule's target is as wide.
constexpr double kNoise = 0.02;
constexpr std::size_t kMostWindows = 20;

// Neighbouring values averaged, `group` or more at a time, so that at most kMostWindows remain: single batches scatter
// more than windows do, and batches that are in flight together end together.
std::vector<double> in_windows(std::span<const double> values, std::size_t group) {
  const std::size_t windows = std::min(values.size() / group, kMostWindows);
  std::vector<double> means(windows);
  for (std::size_t w = 0; w < windows; ++w) {
    const std::size_t first = w * values.size() / windows;
    const std::size_t last = (w + 1) * values.size() / windows;
    for (std::size_t i = first; i < last; ++i) means[w] += values[i] / static_cast<double>(last - first);
  }
  return means;
}

bool settled(std::span<const double> values, std::size_t group = 1) {
  // The last two thirds, so that what happened at first does not hold up the end for ever.
  const std::span<const double> last = values.subspan(values.size() / 3);
  const std::span<const double> judged = last.size() >= group * stats::kStationarityWindows ? last : values;
  const auto answer = stats::is_stationary(in_windows(judged, group), kNoise);
  return answer && *answer;
}

// Mean power between samples about 1/kMostWindows of the time apart, in watts.
std::vector<double> power_windows(const record::Samples& samples, std::size_t channel) {
  std::vector<double> powers;
  const std::vector<std::int64_t>& values = samples.values[channel];
  const std::size_t step = std::max<std::size_t>(1, samples.size() / kMostWindows);
  for (std::size_t i = step; i < samples.size(); i += step) {
    const std::int64_t before = values[i - step];
    const std::int64_t after = values[i];
    const std::int64_t time = samples.time_us[i] - samples.time_us[i - step];
    if (before == record::Samples::kNoReading || after == record::Samples::kNoReading || time <= 0) continue;
    powers.push_back(static_cast<double>(after - before) / static_cast<double>(time));
  }
  return powers;
}

bool power_settled(std::span<const record::Channel> channels, const record::Samples& samples) {
  for (std::size_t i = 0; i < samples.channels.size(); ++i) {
    const auto channel = std::ranges::find(channels, samples.channels[i], &record::Channel::id);
    // A modelled power follows the load, which the rate has judged already.
    if (channel == channels.end() || channel->kind != record::ChannelKind::counter) continue;
    const std::vector<double> powers = power_windows(samples, i);
    if (powers.size() >= stats::kStationarityWindows && !settled(powers)) return false;
  }
  return true;
}

}  // namespace

std::vector<double> batch_durations(const workload::WorkDone& work) {
  std::vector<double> durations;
  durations.reserve(work.completions.size());
  base::MonoTime previous = work.begin;
  for (const base::MonoTime completion : work.completions) {
    durations.push_back((completion - previous).value);
    previous = completion;
  }
  return durations;
}

Result<WarmUp> warm_up(workload::Workload& workload, std::span<const record::Channel> channels, meter::Sampler& sampler,
                       Seconds limit, workload::Preprocessing preprocessing) {
  WarmUp result;
  std::vector<double> durations;
  base::MonoTime begin;
  const auto streams = static_cast<std::size_t>(std::max<std::int64_t>(1, workload.describe().streams));
  while (true) {
    WATTLENS_TRY(const workload::WorkDone work,
                 workload.run({.duration = kShortestWarmUp, .min_batches = 1, .preprocessing = preprocessing}));
    if (durations.empty()) begin = work.begin;
    const std::vector<double> added = batch_durations(work);
    durations.insert(durations.end(), added.begin(), added.end());
    result.batches = static_cast<std::int64_t>(durations.size());
    result.duration = work.end - begin;
    result.stationary = settled(durations, streams) && power_settled(channels, sampler.take(begin, work.end));
    if (result.stationary || result.duration >= limit) break;
  }
  const std::span<const double> last = std::span(durations).subspan(durations.size() / 2);
  result.batch = base::seconds(stats::median(last).value_or(durations.back()));
  return result;
}

Result<WarmUp> warm_up_for_requests(workload::Workload& workload, workload::Preprocessing preprocessing) {
  WATTLENS_TRY(
      const workload::WorkDone work,
      workload.run({.duration = kShortestWarmUp, .min_batches = 1, .images = 1, .preprocessing = preprocessing}));
  const std::int64_t batches = std::ssize(work.completions);
  const Seconds duration = work.end - work.begin;
  return WarmUp{.duration = duration,
                .stationary = true,
                .batches = batches,
                .batch = duration / static_cast<double>(std::max<std::int64_t>(1, batches))};
}

}  // namespace wattlens::experiment
