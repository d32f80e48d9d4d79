#include "wall/component_power.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "base/timestamp.h"

namespace wattlens::wall {
namespace {

using base::Joules;
using base::Seconds;
using record::Samples;

constexpr double kMicro = 1e-6;

// The energy of one channel at every sample: a gauge's is added up by the trapezoid rule; a sample without a reading
// takes the last one. Empty where there is none at all.
std::optional<std::vector<double>> energy_of(const Samples& samples, std::size_t index, bool gauge) {
  const std::vector<std::int64_t>& values = samples.values[index];
  std::vector<double> energies(samples.size());
  std::optional<double> last;
  double sum = 0.0;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    std::optional<double> now = last;
    if (values[i] != Samples::kNoReading) now = static_cast<double>(values[i]) * kMicro;
    if (gauge) {
      const double step = i == 0 ? 0.0 : static_cast<double>(samples.time_us[i] - samples.time_us[i - 1]) * kMicro;
      if (now) sum += 0.5 * (*now + last.value_or(*now)) * step;
      energies[i] = sum;
    } else {
      energies[i] = now.value_or(0.0);
    }
    last = now;
  }
  if (!last) return std::nullopt;
  return energies;
}

// A run's `elapsed` was taken at its end, when its last sample was.
std::optional<std::int64_t> world_time(const record::Experiment& experiment, const record::Run& run) {
  const auto created = base::TimeReader().read(experiment.created_at);
  if (!created || !experiment.resumptions.empty() || run.elapsed.value <= 0.0) return std::nullopt;
  const auto& times = run.samples.time_us;
  const double until = run.elapsed.value - static_cast<double>(times.back() - times.front()) * kMicro;
  return *created + static_cast<std::int64_t>(until * 1e9);
}

struct Stretch {
  std::vector<Seconds> times;
  std::vector<Joules> energies;
};

std::optional<Stretch> stretch_of(const Samples& samples, const std::vector<std::string>& sums,
                                  const record::Experiment& experiment, std::int64_t origin_us) {
  std::vector<double> total(samples.size(), 0.0);
  for (const std::string& id : sums) {
    const auto place = std::ranges::find(samples.channels, id);
    const auto channel = std::ranges::find(experiment.channels, id, &record::Channel::id);
    if (place == samples.channels.end() || channel == experiment.channels.end()) return std::nullopt;
    const auto energies = energy_of(samples, static_cast<std::size_t>(place - samples.channels.begin()),
                                    channel->kind == record::ChannelKind::power);
    if (!energies) return std::nullopt;
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += (*energies)[i];
  }
  // Between two movements of a counter its power is not 0: only the samples at which the sum moved count.
  Stretch stretch;
  for (std::size_t i = 0; i < total.size(); ++i) {
    if (i > 0 && total[i] <= total[i - 1]) continue;
    stretch.times.push_back({static_cast<double>(samples.time_us[i] - origin_us) * kMicro});
    stretch.energies.push_back({total[i]});
  }
  return stretch;
}

}  // namespace

double ComponentPower::Stretch::at(double time) const {
  const auto next = std::ranges::upper_bound(times, time);
  if (next == times.begin()) return energies.front();
  if (next == times.end()) return energies.back();
  const auto i = static_cast<std::size_t>(next - times.begin());
  const double share = (time - times[i - 1]) / (times[i] - times[i - 1]);
  return energies[i - 1] + share * (energies[i] - energies[i - 1]);
}

void ComponentPower::add(std::vector<Seconds> times, std::vector<Joules> energies) {
  Stretch stretch;
  for (std::size_t i = 0; i < times.size() && i < energies.size(); ++i) {
    if (!stretch.times.empty() && times[i].value <= stretch.times.back()) continue;
    stretch.times.push_back(times[i].value);
    stretch.energies.push_back(energies[i].value);
  }
  if (stretch.times.size() > 1) stretches_.push_back(std::move(stretch));
}

Seconds ComponentPower::begin() const { return {stretches_.empty() ? 0.0 : stretches_.front().times.front()}; }
Seconds ComponentPower::end() const { return {stretches_.empty() ? 0.0 : stretches_.back().times.back()}; }

Seconds ComponentPower::covered() const {
  double sum = 0.0;
  for (const Stretch& stretch : stretches_) sum += stretch.times.back() - stretch.times.front();
  return {sum};
}

std::optional<base::Watts> ComponentPower::mean(Seconds from, Seconds to) const {
  const auto after = std::ranges::upper_bound(stretches_, from.value, {},
                                              [](const Stretch& stretch) { return stretch.times.front(); });
  if (after == stretches_.begin() || to <= from) return std::nullopt;
  const Stretch& stretch = *(after - 1);
  if (stretch.times.back() < to.value) return std::nullopt;
  return Joules{stretch.at(to.value) - stretch.at(from.value)} / (to - from);
}

Result<ExperimentPower> experiment_power(const record::Experiment& experiment, const std::vector<record::Run>& runs) {
  ExperimentPower found;
  std::int64_t origin_us = 0;
  for (const record::Run& run : runs) {
    if (run.windows.empty() || run.windows.front().sums.empty() || run.samples.size() < 2) continue;
    const std::vector<std::string>& sums = run.windows.front().sums;
    if (found.sums.empty()) {
      found.sums = sums;
      origin_us = run.samples.time_us.front();
      found.began_at = world_time(experiment, run);
    } else if (found.sums != sums) {
      return fail(ErrorKind::not_measurable,
                  fmt::format("the runs of {} add up different channels ({}; {})", experiment.id,
                              base::join(found.sums, ", "), base::join(sums, ", ")),
                  "take an experiment in which no sensor failed");
    }
    auto stretch = stretch_of(run.samples, sums, experiment, origin_us);
    if (!stretch || stretch->times.size() < 2) continue;
    if (!found.power.empty() && stretch->times.front() < found.power.end()) {
      return fail(ErrorKind::not_measurable,
                  fmt::format("the samples of {} do not follow each other: the machine was restarted between its parts",
                              experiment.id),
                  "take an experiment that was made in one go");
    }
    found.power.add(std::move(stretch->times), std::move(stretch->energies));
  }
  if (found.power.empty()) {
    return fail(ErrorKind::not_measurable, fmt::format("{} has no samples of power", experiment.id),
                "wattlens doctor tells which sensor there is; a stored experiment keeps its samples");
  }
  for (const record::Channel& channel : experiment.channels) {
    const bool in = std::ranges::find(found.sums, channel.id) != found.sums.end();
    if (in && channel.provenance == record::Provenance::modelled) found.modelled = true;
    if (channel.provenance == record::Provenance::missing) found.leaves_out.push_back(channel.id);
  }
  return found;
}

}  // namespace wattlens::wall
