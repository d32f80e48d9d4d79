#include "simulation/scenario_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/toml_reader.h"
#include "simulation/scenario_keys.h"

namespace wattlens::simulation {
namespace {

using keys::boolean;
using keys::integer;
using keys::kMostJoules;
using keys::kMostSeconds;
using keys::kMostWatts;
using keys::kShortest;
using keys::number;
using keys::optional_integer;
using keys::quantity;
using keys::table;
using keys::tables;
using keys::text;
using keys::texts;
using keys::time;
using keys::watts;
using keys::word;
using Key = base::TomlKey;
using Keys = std::vector<Key>;
using Reader = base::TomlReader;

Result<std::pair<double, double>> read_pair(const Reader& reader, const toml::node& node, std::string_view name,
                                            double most_first, double most_second) {
  const toml::array* pair = node.as_array();
  if (pair == nullptr || pair->size() != 2) {
    return reader.error(node.source(), fmt::format("{}: expected two numbers", name), "write [1.0, 2.0]");
  }
  WATTLENS_TRY(const double first, reader.number((*pair)[0], name, 0.0, most_first));
  WATTLENS_TRY(const double second, reader.number((*pair)[1], name, 0.0, most_second));
  return std::pair(first, second);
}

Key steps(const Reader& reader, std::vector<Step>& field) {
  return {"steps", [&reader, &field](const toml::node& node) -> Result<void> {
            const toml::array* list = node.as_array();
            if (list == nullptr) return reader.error(node.source(), "steps: expected a list", "write [[1.0, 50.0]]");
            for (const toml::node& element : *list) {
              WATTLENS_TRY(const auto step, read_pair(reader, element, "steps", kMostSeconds, kMostWatts));
              if (!field.empty() && field.back().at.value >= step.first) {
                return reader.error(element.source(), "steps: their times do not ascend", "");
              }
              field.push_back({{step.first}, {step.second}});
            }
            return {};
          }};
}

Result<void> read_power(const Reader& reader, const toml::table& from, const std::string& where, Power& power) {
  const Keys keys = {
      watts(reader, "constant_w", power.constant),
      quantity(reader, "per_image_j", power.per_image, 0.0, kMostJoules),
      steps(reader, power.steps),
      watts(reader, "load_w", power.load),
      table(reader, "square",
            [&](const toml::table& inner) {
              Square& square = power.square.emplace(Square{.period = {1.0}});
              return reader.read_table(
                  inner,
                  Keys{watts(reader, "low_w", square.low), watts(reader, "high_w", square.high),
                       time(reader, "period_s", square.period, kShortest),
                       number(reader, "share", square.share, 0.0, 1.0), time(reader, "phase_s", square.phase)},
                  " in square");
            }),
      table(reader, "ramp",
            [&](const toml::table& inner) -> Result<void> {
              Ramp& ramp = power.ramp.emplace(Ramp{.end = {1.0}});
              WATTLENS_CHECK(
                  reader.read_table(inner,
                                    Keys{time(reader, "begin_s", ramp.begin), time(reader, "end_s", ramp.end),
                                         watts(reader, "low_w", ramp.low), watts(reader, "high_w", ramp.high)},
                                    " in ramp"));
              if (ramp.end <= ramp.begin) return reader.error(inner.source(), "ramp: ends before it begins", "");
              return {};
            }),
      table(reader, "bursts",
            [&](const toml::table& inner) -> Result<void> {
              Bursts& bursts = power.bursts.emplace(Bursts{.length = {0.01}, .every = {1.0}});
              WATTLENS_CHECK(reader.read_table(
                  inner,
                  Keys{watts(reader, "high_w", bursts.high), time(reader, "length_s", bursts.length),
                       time(reader, "every_s", bursts.every, kShortest),
                       integer(reader, "seed", bursts.seed, 0, std::numeric_limits<std::int64_t>::max())},
                  " in bursts"));
              if (bursts.length > bursts.every) {
                return reader.error(inner.source(), "bursts: one is longer than the time between two", "");
              }
              return {};
            }),
  };
  return reader.read_table(from, keys, where);
}

constexpr std::array<std::pair<const char*, record::ChannelKind>, 2> kKinds{
    {{"counter", record::ChannelKind::counter}, {"power", record::ChannelKind::power}}};

constexpr std::array<std::pair<const char*, FaultKind>, 9> kFaults{{{"stuck", FaultKind::stuck},
                                                                    {"zero", FaultKind::zero},
                                                                    {"backwards", FaultKind::backwards},
                                                                    {"spike", FaultKind::spike},
                                                                    {"failed", FaultKind::failed},
                                                                    {"empty", FaultKind::empty},
                                                                    {"permission", FaultKind::permission},
                                                                    {"unplugged", FaultKind::unplugged},
                                                                    {"reset", FaultKind::reset}}};

// What stands in a [[sensor]] and fits no member of Sensor as it is.
struct SensorText {
  std::optional<double> duty;
  std::vector<std::string> interfaces;
};

Key interfaces(const Reader& reader, std::vector<std::string>& field) {
  return {"interfaces", [&reader, &field](const toml::node& node) -> Result<void> {
            static const std::vector<std::string> kKnown = {"msr", "mmio"};
            const toml::array* list = node.as_array();
            if (list == nullptr || list->empty()) {
              return reader.error(node.source(), "interfaces: expected a list", "write [\"msr\", \"mmio\"]");
            }
            for (const toml::node& element : *list) {
              WATTLENS_TRY(std::string found, reader.word(element, "interfaces", kKnown));
              field.push_back(std::move(found));
            }
            return {};
          }};
}

Result<void> check_sensor(const Reader& reader, const toml::table& from, const SensorText& said, Sensor& sensor) {
  const auto refuse = [&](std::string_view message) {
    return reader.error(from.source(), message, "see docs/simulate.md");
  };
  if (sensor.id.empty()) return refuse("a sensor has no id");
  if (sensor.power.empty()) return refuse("a sensor has no power");
  if (said.duty && sensor.window) return refuse("duty and window_s say the same: give one");
  if (said.duty) sensor.window = *said.duty * sensor.period;
  if (sensor.window && sensor.window->value <= 0.0) sensor.window.reset();
  const bool counts = sensor.kind == record::ChannelKind::counter;
  if (counts && sensor.window && sensor.period.value <= 0.0) return refuse("a counter that averages needs period_s");
  if (sensor.period.value > 0.0 && sensor.period.value < kShortest) return refuse("period_s is below 10 us");
  if (sensor.jitter > sensor.period) return refuse("jitter_s is longer than period_s");
  if (sensor.gain_high < sensor.gain_low) return refuse("gain_high is below gain_low");
  if (!said.interfaces.empty()) {
    sensor.msr = std::ranges::find(said.interfaces, "msr") != said.interfaces.end();
    sensor.mmio = std::ranges::find(said.interfaces, "mmio") != said.interfaces.end();
  }
  return {};
}

Result<Sensor> parse_sensor(const Reader& reader, const toml::table& from) {
  Sensor sensor;
  SensorText said;
  const Keys keys = {
      text(reader, "id", sensor.id),
      text(reader, "power", sensor.power),
      text(reader, "scope", sensor.scope),
      text(reader, "checks", sensor.checks),
      word(reader, "kind", sensor.kind, kKinds),
      number(reader, "unit_j", sensor.unit, 1e-9, 1e3),
      number(reader, "unit_w", sensor.unit, 1e-9, 1e3),
      optional_integer(reader, "width_bits", sensor.width_bits, 8, 60),
      quantity(reader, "start_j", sensor.start, 0.0, kMostJoules),
      time(reader, "period_s", sensor.period),
      time(reader, "phase_s", sensor.phase),
      time(reader, "jitter_s", sensor.jitter),
      time(reader, "window_s", sensor.window),
      {"duty",
       [&](const toml::node& node) -> Result<void> {
         WATTLENS_TRY(said.duty, reader.number(node, "duty", 1e-6, 1.0));
         return {};
       }},
      time(reader, "lag_s", sensor.lag),
      number(reader, "gain", sensor.gain, 0.0, 10.0),
      quantity(reader, "offset_w", sensor.offset, -kMostWatts, kMostWatts),
      watts(reader, "noise_w", sensor.noise),
      time(reader, "nominal_period_s", sensor.nominal_period),
      number(reader, "gain_low", sensor.gain_low, -0.99, 10.0),
      number(reader, "gain_high", sensor.gain_high, -0.99, 10.0),
      quantity(reader, "limit_w", sensor.limit, 1e-3, kMostWatts),
      integer(reader, "dies", sensor.dies, 1, 16),
      boolean(reader, "mirrored", sensor.mirrored),
      interfaces(reader, said.interfaces),
  };
  WATTLENS_CHECK(reader.read_table(from, keys, " in [[sensor]]"));
  WATTLENS_CHECK(check_sensor(reader, from, said, sensor));
  return sensor;
}

Result<Fault> parse_fault(const Reader& reader, const toml::table& from) {
  Fault fault;
  const Keys keys = {
      word(reader, "kind", fault.kind, kFaults),
      text(reader, "sensor", fault.sensor),
      optional_integer(reader, "die", fault.die, 0, 15),
      time(reader, "begin_s", fault.begin),
      time(reader, "end_s", fault.end),
      number(reader, "amount_j", fault.amount, -kMostJoules, kMostJoules),
      number(reader, "amount_w", fault.amount, -kMostWatts, kMostWatts),
      number(reader, "share", fault.share, 0.0, 1.0),
  };
  WATTLENS_CHECK(reader.read_table(from, keys, " in [[fault]]"));
  if (!from.contains("kind")) return reader.error(from.source(), "a fault has no kind", "");
  if (fault.end < fault.begin) return reader.error(from.source(), "a fault ends before it begins", "");
  return fault;
}

Key energies(const Reader& reader, std::vector<ExpectedEnergy>& field) {
  return table(reader, "energies", [&reader, &field](const toml::table& inner) -> Result<void> {
    for (const auto& [key, node] : inner) {
      WATTLENS_TRY(std::string said, reader.scalar_text(node));
      field.push_back({std::string(key.str()), std::move(said)});
    }
    return {};
  });
}

Result<void> read_expectation(const Reader& reader, const toml::table& from, Expectation& expected) {
  const Keys keys = {
      {"window_s",
       [&](const toml::node& node) -> Result<void> {
         WATTLENS_TRY(const auto window, read_pair(reader, node, "window_s", kMostSeconds, kMostSeconds));
         expected.begin = {window.first};
         expected.end = {window.second};
         return {};
       }},
      integer(reader, "batches", expected.batches, 0, 1'000'000),
      quantity(reader, "rate_hz", expected.rate, 0.1, 1e4),
      text(reader, "machine", expected.machine),
      integer(reader, "sockets", expected.sockets, 0, 64),
      text(reader, "through", expected.through),
      text(reader, "method", expected.method),
      texts(reader, "warnings", expected.warnings),
      texts(reader, "sums", expected.sums),
      texts(reader, "used", expected.used),
      energies(reader, expected.energies),
  };
  return reader.read_table(from, keys, " in [expect]");
}

// Work is known when it is done, not before, and its past is not kept.
Result<void> check_work(const Scenario& scenario, std::string_view file) {
  for (const Sensor& sensor : scenario.sensors) {
    if (!(scenario.powers.at(sensor.power).per_image > Joules{})) continue;
    const bool plain = sensor.kind == record::ChannelKind::counter && !sensor.window && sensor.noise == Watts{} &&
                       sensor.lag == Seconds{};
    if (plain) continue;
    return fail(ErrorKind::usage, fmt::format("{}: '{}' cannot see per_image_j", file, sensor.id),
                "only a counter without window_s, duty, lag_s and noise_w can follow the work");
  }
  return {};
}

// Names that one part of the file uses must be in another.
Result<void> check_names(const Scenario& scenario, std::string_view file) {
  std::vector<std::string> powers;
  for (const auto& [name, power] : scenario.powers) powers.push_back(name);
  std::vector<std::string> ids;
  const auto refuse = [&](std::string_view what, const std::string& name, std::span<const std::string> known) {
    const auto nearest = base::nearest_names(name, known, 1);
    return fail(ErrorKind::usage, fmt::format("{}: {} '{}'", file, what, name),
                nearest.empty() ? fmt::format("known: {}", base::join(known, ", "))
                                : fmt::format("did you mean '{}'?", nearest.front()));
  };
  for (const Sensor& sensor : scenario.sensors) {
    if (!scenario.powers.contains(sensor.power)) return refuse("no [power] of the name", sensor.power, powers);
    if (std::ranges::find(ids, sensor.id) != ids.end()) {
      return fail(ErrorKind::usage, fmt::format("{}: two sensors are called '{}'", file, sensor.id));
    }
    ids.push_back(sensor.id);
  }
  if (ids.empty()) return fail(ErrorKind::usage, fmt::format("{}: there is no sensor", file), "add a [[sensor]]");
  for (const Sensor& sensor : scenario.sensors) {
    if (sensor.checks.empty()) continue;
    std::vector<std::string> others = ids;
    std::erase(others, sensor.id);
    if (std::ranges::find(others, sensor.checks) == others.end()) {
      return refuse(fmt::format("{} checks no other sensor", sensor.id), sensor.checks, others);
    }
  }
  WATTLENS_CHECK(check_work(scenario, file));
  for (const Fault& fault : scenario.faults) {
    if (!fault.sensor.empty() && std::ranges::find(ids, fault.sensor) == ids.end()) {
      return refuse("a fault of the unknown sensor", fault.sensor, ids);
    }
  }
  return {};
}

}  // namespace

Result<Scenario> parse_scenario(std::string_view text_of_file, std::string_view name) {
  const Reader reader(name);
  WATTLENS_TRY(const toml::table file, reader.parse(text_of_file));
  Scenario scenario;
  const Keys keys = {
      text(reader, "title", scenario.title),
      integer(reader, "seed", scenario.seed, 0, std::numeric_limits<std::int64_t>::max()),
      quantity(reader, "read_time_s", scenario.read_time, 0.0, 1.0),
      table(reader, "power",
            [&](const toml::table& inner) -> Result<void> {
              for (const auto& [key, node] : inner) {
                const std::string power(key.str());
                WATTLENS_TRY(const toml::table* terms, reader.as_table(node, power));
                WATTLENS_CHECK(
                    read_power(reader, *terms, fmt::format(" in [power.{}]", power), scenario.powers[power]));
              }
              return {};
            }),
      tables(reader, "sensor",
             [&](const toml::table& inner) -> Result<void> {
               WATTLENS_TRY(Sensor sensor, parse_sensor(reader, inner));
               scenario.sensors.push_back(std::move(sensor));
               return {};
             }),
      tables(reader, "fault",
             [&](const toml::table& inner) -> Result<void> {
               WATTLENS_TRY(Fault fault, parse_fault(reader, inner));
               scenario.faults.push_back(std::move(fault));
               return {};
             }),
      table(reader, "expect",
            [&](const toml::table& inner) { return read_expectation(reader, inner, scenario.expected); }),
  };
  WATTLENS_CHECK(reader.read_table(file, keys, ""));
  WATTLENS_CHECK(check_names(scenario, name));
  return scenario;
}

Result<Scenario> read_scenario(const base::Path& path) {
  WATTLENS_TRY(const std::string content, base::read_text(path));
  return parse_scenario(content, path.string());
}

}  // namespace wattlens::simulation
