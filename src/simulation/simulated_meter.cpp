#include "simulation/simulated_meter.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "meter/counter.h"
#include "simulation/register.h"

namespace wattlens::simulation {
namespace {

using base::MonoTime;

// Where a scenario gives no limit: more than a board uses.
constexpr Watts kBound{5000.0};

// One register, unwrapped where it counts.
struct Die {
  Register source;
  std::optional<meter::Counter> counter;

  std::optional<std::int64_t> read(Seconds time, MonoTime stamp) {
    // A read that fails or cannot be believed is made again at once.
    for (int attempt = 0; attempt < 2; ++attempt) {
      const RawReading raw = source.read(time, attempt);
      if (raw.status != RawStatus::ok) continue;
      if (!counter) return raw.value;
      if (const auto value = counter->accept(raw.value, stamp)) return value;
    }
    return std::nullopt;
  }
};

// One channel: the sum of its dies. A step down of one of them is one of the sum, whatever the others did meanwhile.
struct Entry {
  std::vector<Die> dies;
  std::vector<std::int64_t> last;
  bool stepped_down = false;
  std::int64_t offset = 0;
  std::int64_t shown = 0;

  std::optional<std::int64_t> read(Seconds time, MonoTime stamp) {
    std::int64_t sum = 0;
    bool all = true;
    for (std::size_t i = 0; i < dies.size(); ++i) {
      const auto value = dies[i].read(time, stamp);
      all &= value.has_value();
      if (!value) continue;
      stepped_down |= dies[i].counter && *value < last[i];
      last[i] = *value;
      sum += *value;
    }
    if (!all) return std::nullopt;
    if (std::exchange(stepped_down, false)) offset = shown - 1 - sum;
    shown = sum + offset;
    return shown;
  }
};

std::vector<std::string> parts_of(const std::string& id) {
  constexpr std::string_view kPackage = "cpu.package.";
  if (!id.starts_with(kPackage)) return {};
  const std::string number = id.substr(kPackage.size());
  return {"cpu.cores." + number, "cpu.uncore." + number};
}

std::vector<std::string> covered_by(const Scenario& scenario, const Sensor& sensor) {
  std::vector<std::string> covered = parts_of(sensor.id);
  for (const Sensor& other : scenario.sensors) {
    if (other.checks == sensor.id) covered.push_back(other.id);
  }
  return covered;
}

// Why a sensor cannot be used from the start; empty where it can.
std::string missing_from_the_start(const Scenario& scenario, const Sensor& sensor) {
  for (const Fault& fault : scenario.faults) {
    const bool here = (fault.sensor.empty() || fault.sensor == sensor.id) && fault.begin.value <= 0.0;
    if (here && fault.kind == FaultKind::permission) return "permission";
    if (here && fault.kind == FaultKind::unplugged) return "absent";
  }
  return {};
}

record::Channel describe(const Scenario& scenario, const Sensor& sensor) {
  record::Channel channel;
  channel.id = sensor.id;
  channel.kind = sensor.kind;
  channel.method = "simulated";
  channel.scope = sensor.scope.empty() ? fmt::format("simulated: {}", scenario.title) : sensor.scope;
  channel.covers = covered_by(scenario, sensor);
  channel.checks = sensor.checks;
  channel.provenance = record::Provenance::simulated;
  channel.update_period = sensor.nominal_period;
  channel.largest_power = sensor.limit;
  if (sensor.window && sensor.kind == record::ChannelKind::power) channel.averaging_window = sensor.window;
  if (sensor.lag > Seconds{}) channel.lag = sensor.lag;
  if (sensor.window && *sensor.window < sensor.period) channel.duty = *sensor.window / sensor.period;
  channel.gain_low = sensor.gain_low;
  channel.gain_high = sensor.gain_high;
  channel.reason = missing_from_the_start(scenario, sensor);
  if (!channel.reason.empty()) {
    channel.provenance = record::Provenance::missing;
    channel.hint = "the scenario of the simulation wants it so";
  }
  return channel;
}

class SimulatedMeter final : public meter::Meter {
 public:
  SimulatedMeter(Scenario scenario, const base::Clock& clock, ImagesDone images)
      : scenario_(std::move(scenario)), clock_(clock), start_(clock.now()), random_(scenario_.seed) {
    if (images) {
      const double before = images(start_);
      scenario_.images = [this, before, images = std::move(images)](Seconds time) {
        return images(start_ + time) - before;
      };
    }
    for (const Sensor& sensor : scenario_.sensors) {
      channels_.push_back(describe(scenario_, sensor));
      Entry& entry = entries_.emplace_back();
      const int dies = sensor.mirrored ? 1 : sensor.dies;
      for (int die = 0; die < dies; ++die) add_die(sensor, die, entry);
      entry.last.resize(entry.dies.size());
    }
  }
  SimulatedMeter(const SimulatedMeter&) = delete;
  SimulatedMeter& operator=(const SimulatedMeter&) = delete;

  std::string_view name() const override { return "simulation"; }
  std::span<const record::Channel> channels() const override { return channels_; }

  Result<void> read(std::span<meter::Reading> out) override {
    const MonoTime before = clock_.now();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      out[i] = {};
      if (channels_[i].provenance == record::Provenance::missing) continue;
      // The register is looked at at some time inside the bracket.
      const MonoTime looked = before + random_.uniform() * scenario_.read_time;
      const auto value = entries_[i].read(looked - start_, looked);
      if (!value) continue;
      out[i] = {meter::ReadStatus::ok, *value, before, std::max(clock_.now(), before + scenario_.read_time)};
    }
    return {};
  }

  void switch_load(bool on) {
    for (auto& [name, power] : scenario_.powers) {
      power.load_steps.push_back({clock_.now() - start_, on ? power.load : Watts{}});
    }
  }

 private:
  void add_die(const Sensor& sensor, int die, Entry& entry) {
    Die& added = entry.dies.emplace_back(Die{Register(scenario_, sensor, die), std::nullopt});
    if (sensor.kind != record::ChannelKind::counter) return;
    const Watts bound = sensor.limit ? 2.0 * *sensor.limit : kBound;
    added.counter.emplace(bound, added.source.range_uj());
    const RawReading first = added.source.read({});
    if (first.status == RawStatus::ok) added.counter->accept(first.value, start_);
  }

  Scenario scenario_;
  const base::Clock& clock_;
  MonoTime start_;
  base::Random random_;
  std::vector<record::Channel> channels_;
  std::vector<Entry> entries_;  // one per channel
};

}  // namespace

std::unique_ptr<meter::Meter> make_simulated_meter(Scenario scenario, const base::Clock& clock, ImagesDone images) {
  return std::make_unique<SimulatedMeter>(std::move(scenario), clock, std::move(images));
}

LoadableMeter make_loadable_meter(Scenario scenario, const base::Clock& clock) {
  auto meter = std::make_unique<SimulatedMeter>(std::move(scenario), clock, ImagesDone{});
  SimulatedMeter& its = *meter;
  return {std::move(meter), [&its](bool on) { its.switch_load(on); }};
}

meter::MeterSet open_simulated_meters(Scenario scenario, const base::Clock& clock, ImagesDone images) {
  std::vector<std::unique_ptr<meter::Meter>> meters;
  meters.push_back(make_simulated_meter(std::move(scenario), clock, std::move(images)));
  return meter::MeterSet(std::move(meters));
}

record::Warning simulated_warning(const Scenario& scenario) {
  return {"simulated", "",
          fmt::format("every joule is simulated ({}): nothing was measured",
                      scenario.title.empty() ? "a scenario" : scenario.title),
          "leave out --simulate to measure"};
}

}  // namespace wattlens::simulation
