#include "experiment/command_regions.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "experiment/command_measurement.h"
#include "meter/command_energy.h"
#include "meter/region_energies.h"
#include "meter/window_energy.h"
#include "regions/mark.h"
#include "regions/mark_pipe.h"
#include "regions/nesting.h"

namespace wattlens::experiment {
namespace {

using base::MonoTime;
using base::Seconds;
using record::Channel;
using record::Region;

constexpr Seconds kBetweenLooks{0.1};

// Hands windows to the energies.
class Windows final : public regions::WindowSink {
 public:
  explicit Windows(meter::RegionEnergies& energies) : energies_(energies) {}
  Slot begin(MonoTime time) override { return energies_.begin(time); }
  void end(Slot slot, MonoTime time, std::size_t region) override { energies_.end(slot, time, region); }
  void drop(Slot slot) override { energies_.drop(slot); }

 private:
  meter::RegionEnergies& energies_;
};

void warn(const regions::MarkFaults::Fault& fault, std::string code, std::string_view what, std::string hint,
          std::vector<record::Warning>& warnings) {
  if (fault.count == 0) return;
  warnings.push_back(
      {std::move(code), "", fmt::format("{} {}; the first: '{}'", fault.count, what, fault.example), std::move(hint)});
}

void warn_of_marks(const regions::MarkFaults& faults, bool pipe_was_full, std::vector<record::Warning>& warnings) {
  warn(faults.lines, "region_garbage", "lines in the pipe of the regions are no marks and were left out",
       "docs/regions.md tells the format", warnings);
  warn(faults.names, "region_name", "names of regions hold control characters or broken UTF-8, replaced by U+FFFD",
       "name regions in UTF-8", warnings);
  warn(faults.too_long, "region_name", fmt::format("names of regions were cut to {} bytes", regions::kLongestName),
       "names that begin alike are one region then: shorten them", warnings);
  if (faults.lost > 0 || pipe_was_full) {
    warnings.push_back({"region_lost", "",
                        faults.lost > 0 ? fmt::format("{} marks of regions found no room in the pipe", faults.lost)
                                        : std::string("the pipe of the regions was full: marks may be lost"),
                        "mark fewer regions, longer ones"});
  }
}

}  // namespace

struct CommandRegions::State {
  State(regions::MarkPipe opened, std::span<const Channel> channels, base::Clock& the_clock)
      : pipe(std::move(opened)), energies(channels), windows(energies), nesting(windows), clock(the_clock) {}

  regions::MarkPipe pipe;
  regions::MarkReader reader;
  meter::RegionEnergies energies;
  Windows windows;
  regions::Nesting nesting;
  base::Clock& clock;
  MonoTime looked;
};

CommandRegions::CommandRegions(std::unique_ptr<State> state) : state_(std::move(state)) {}
CommandRegions::CommandRegions(CommandRegions&&) noexcept = default;
CommandRegions::~CommandRegions() = default;

Result<CommandRegions> CommandRegions::open(const base::Path& folder, std::span<const Channel> channels,
                                            base::Clock& clock) {
  WATTLENS_TRY(regions::MarkPipe pipe, regions::MarkPipe::create(folder));
  return CommandRegions(std::make_unique<State>(std::move(pipe), channels, clock));
}

std::pair<std::string, std::string> CommandRegions::variable() const {
  return {regions::kVariable, state_->pipe.path().string()};
}

int CommandRegions::descriptor() const { return state_->pipe.descriptor(); }

void CommandRegions::start(const record::Samples& before, MonoTime begin) {
  state_->energies.take(before);
  state_->nesting.start(begin);
  state_->looked = begin;
}

bool CommandRegions::read() {
  return state_->pipe.read([this](std::string_view bytes) {
    state_->reader.read(bytes, [this](const regions::Mark& mark) { state_->nesting.take(mark, state_->clock.now()); });
  });
}

void CommandRegions::look(const record::Samples& samples, MonoTime now) {
  if (now - state_->looked < kBetweenLooks) return;
  state_->looked = now;
  state_->energies.take(samples);
}

void CommandRegions::finish(const CommandRequest& request, const record::Samples& samples,
                            std::span<const record::IdleBaseline> idle, std::int64_t process,
                            record::Measurement& measurement) {
  while (read()) {
  }
  state_->reader.end();
  state_->nesting.finish(measurement.window.end, process);
  state_->energies.take(samples);
  state_->energies.finish();

  // Where the command as a whole has no energy of a channel, none of its parts has one.
  const auto fault_of = [&](const Channel& channel) -> std::string {
    const auto found = std::ranges::find(measurement.window.channels, channel.id, &record::ChannelEnergy::channel);
    if (found == measurement.window.channels.end()) return "";
    return found->gross.reason == "stuck" || found->gross.reason == "unreadable" ? found->gross.reason : "";
  };
  record::Samples names;
  for (const Channel& channel : request.channels) names.channels.push_back(channel.id);
  const auto& named = state_->nesting.regions();
  for (std::size_t i = 0; i < named.size(); ++i) {
    Region region{.process = named[i].thread.process,
                  .thread = named[i].thread.thread,
                  .count = named[i].count,
                  .unended = named[i].unended,
                  .window = {.end = MonoTime{} + named[i].time}};
    for (std::optional<std::size_t> at = i; at; at = named[*at].parent) region.path.push_back(named[*at].name);
    std::ranges::reverse(region.path);
    const auto measure = [&](const Channel& channel, const record::Samples&, std::size_t index, MonoTime, MonoTime,
                             Seconds) {
      meter::ChannelResult result = state_->energies.result(i, index);
      if (std::string fault = fault_of(channel); !fault.empty()) result = {.reason = std::move(fault)};
      return result;
    };
    meter::measure_window(request.channels, names, idle, region.window,
                          {.measure = measure, .most_uncertain = request.most_uncertain, .used = request.used});
    if (region.count == 0) {
      region.window.total.reason = region.window.net_total.reason = "never_ended";
      for (record::ChannelEnergy& channel : region.window.channels) {
        if (channel.gross.reason == "too_short") channel.gross.reason = channel.net.reason = "never_ended";
      }
    }
    // The length of one window, not of all.
    record::Window one = region.window;
    if (region.count > 0) one.end = one.begin + named[i].time / static_cast<double>(region.count);
    const meter::Resolution resolution = meter::judge_command(request.channels, one, request.most_uncertain);
    region.resolvable = resolution.resolvable;
    region.needs_at_least = resolution.run_at_least;
    // A sensor that updates about as seldom as a window lasts has not shown how much more is needed.
    for (const Channel& channel : request.channels) {
      if (!region.needs_at_least || std::ranges::find(region.window.sums, channel.id) == region.window.sums.end()) {
        continue;
      }
      const Seconds period = channel.update_period.value_or(Seconds{});
      if (2.0 * period < one.duration()) continue;
      region.needs_at_least = std::max(*region.needs_at_least, period / request.most_uncertain);
    }
    measurement.regions.push_back(std::move(region));
  }
  for (record::Warning& warning : state_->nesting.warnings()) measurement.warnings.push_back(std::move(warning));
  warn_of_marks(state_->reader.faults(), state_->pipe.was_full(), measurement.warnings);
}

}  // namespace wattlens::experiment
