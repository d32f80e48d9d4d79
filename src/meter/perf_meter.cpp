#include "meter/perf_meter.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "meter/counter.h"
#include "meter/rapl_channel.h"
#include "meter/read_in_turn.h"
#include "meter/sysfs.h"

namespace wattlens::meter {
namespace {

using base::Path;
using base::Seconds;

constexpr std::string_view kMethod = "perf_event";
// Registers change about once a millisecond and no package is without power: one that stands still for so long is dead.
constexpr Seconds kLook{0.03};
constexpr Seconds kLookStep{0.002};

struct EventName {
  std::string_view file;
  RaplDomain domain;
};

constexpr auto kEvents = std::to_array<EventName>({{"energy-pkg", RaplDomain::package},
                                                   {"energy-cores", RaplDomain::cores},
                                                   {"energy-gpu", RaplDomain::uncore},
                                                   {"energy-ram", RaplDomain::dram},
                                                   {"energy-psys", RaplDomain::psys}});

// One event of the unit, as its files tell.
struct Event {
  RaplDomain domain = RaplDomain::other;
  std::uint64_t config = 0;
  double joules_per_count = 0.0;
};

// "event=0x02"; a form with other terms is not known.
std::optional<std::uint64_t> parse_config(std::string_view text) {
  constexpr std::string_view kBegin = "event=0x";
  if (!text.starts_with(kBegin)) return std::nullopt;
  text.remove_prefix(kBegin.size());
  std::uint64_t config = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), config, 16);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return config;
}

std::vector<Event> find_events(const Path& unit) {
  std::vector<Event> events;
  for (const EventName& name : kEvents) {
    const std::string file = (unit / "events" / name.file).string();
    const auto config = parse_config(sysfs_text(file));
    const auto scale = base::parse_number(sysfs_text(file + ".scale"));
    if (!config || !scale || !(*scale > 0.0) || sysfs_text(file + ".unit") != "Joules") continue;
    events.push_back({name.domain, *config, *scale});
  }
  return events;
}

// "0,28" or "0-1,4".
std::vector<int> parse_processors(std::string_view text) {
  constexpr std::int64_t kMost = 1 << 16;
  std::vector<int> processors;
  for (const std::string_view part : base::split(text, ',')) {
    const std::size_t dash = part.find('-');
    const auto first = base::parse_integer(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : base::parse_integer(part.substr(dash + 1));
    if (!first || !last || *first < 0 || *last >= kMost) continue;
    for (std::int64_t i = *first; i <= *last; ++i) processors.push_back(static_cast<int>(i));
  }
  return processors;
}

// The processors through which each package is read, one per die.
std::map<std::int64_t, std::vector<int>> packages_of(const Path& root, const std::vector<int>& processors,
                                                     const record::MachineState& machine) {
  std::map<std::int64_t, std::vector<int>> packages;
  for (const int processor : processors) {
    const auto package = base::parse_integer(
        sysfs_text(root / "sys/devices/system/cpu" / fmt::format("cpu{}", processor) / "topology/physical_package_id"));
    auto& members = packages[std::max<std::int64_t>(0, package.value_or(0))];
    // AMD's counter is the package's; kernels 6.9 to 6.11 list a processor for each of its dies all the same
    // (rapl_pkg_pmu_is_pkg_scope in rapl.c). Intel's is the die's.
    if (machine.cpu.vendor != "GenuineIntel" && !members.empty()) continue;
    members.push_back(processor);
  }
  return packages;
}

struct Source {
  base::FileDescriptor event;
  Counter counter;
};

// One channel: the sum over the dies of its package. Without sources where it is missing.
struct Entry {
  std::vector<Source> sources;
  double uj_per_count = 0.0;

  std::optional<std::int64_t> read(PerfEvents& events, MonoTime time) {
    std::int64_t sum = 0;
    for (Source& source : sources) {
      std::optional<std::int64_t> value;
      // A read that fails or cannot be believed is made again at once; most such faults are gone by then.
      for (int attempt = 0; attempt < 2 && !value; ++attempt) {
        const auto count = events.read(source.event);
        if (count) value = source.counter.accept(std::llround(static_cast<double>(*count) * uj_per_count), time);
      }
      if (!value) return std::nullopt;
      sum += *value;
    }
    return sum;
  }
};

class PerfMeter final : public Meter {
 public:
  PerfMeter(const base::Clock& clock, std::unique_ptr<PerfEvents> events, std::vector<record::Channel> channels,
            std::vector<Entry> entries)
      : clock_(clock), events_(std::move(events)), channels_(std::move(channels)), entries_(std::move(entries)) {}

  std::string_view name() const override { return "perf_event"; }
  std::span<const record::Channel> channels() const override { return channels_; }

  Result<void> read(std::span<Reading> out) override {
    read_in_turn(clock_, entries_, out, [&](Entry& entry, MonoTime time) {
      return entry.sources.empty() ? std::nullopt : entry.read(*events_, time);
    });
    return {};
  }

 private:
  const base::Clock& clock_;
  std::unique_ptr<PerfEvents> events_;
  std::vector<record::Channel> channels_;
  std::vector<Entry> entries_;  // one per channel
};

void mark_missing(record::Channel& channel, std::string reason, std::string hint) {
  channel.provenance = record::Provenance::missing;
  channel.reason = std::move(reason);
  channel.hint = std::move(hint);
}

std::string permission_hint(const MeterOptions& options) {
  if (!options.machine.container.empty()) return "start the container with --cap-add PERFMON, or measure outside it";
  const std::string level = sysfs_text(options.root / "proc/sys/kernel/perf_event_paranoid");
  return fmt::format(
      "needs CAP_PERFMON: sudo setcap cap_perfmon+ep \"$(readlink -f \"$(command -v wattlens)\")\"; or for all users "
      "until the next start: sudo sysctl kernel.perf_event_paranoid=0{}",
      level.empty() ? "" : fmt::format("   (now {})", level));
}

// A channel on its way into the meter.
struct Found {
  RaplDomain domain = RaplDomain::other;
  std::int64_t package = 0;
  record::Channel channel;
  Entry entry;
};

// The event on every die of a package, each counting from its opening.
Found open_channel(const Event& event, std::int64_t package, const std::vector<int>& processors,
                   const MeterOptions& options, std::uint32_t type, PerfEvents& events) {
  Found found{event.domain, package, rapl_channel(event.domain, package, kMethod, options.machine), {}};
  found.entry.uj_per_count = event.joules_per_count * 1e6;
  for (const int processor : processors) {
    auto opened = events.open(type, event.config, processor);
    if (opened) {
      found.entry.sources.push_back({std::move(*opened), Counter(largest_rapl_power(event.domain), std::nullopt)});
      continue;
    }
    const bool permission = opened.error() == EACCES || opened.error() == EPERM;
    mark_missing(found.channel, permission ? "permission" : "unreadable",
                 permission ? permission_hint(options)
                            : fmt::format("the kernel refuses the event on processor {} (error {}): is it online?",
                                          processor, opened.error()));
    found.entry.sources.clear();
    break;
  }
  return found;
}

bool counts(PerfEvents& events, const Found& found) {
  return std::ranges::all_of(found.entry.sources,
                             [&](const Source& source) { return events.read(source.event).value_or(0) > 0; });
}

// Many virtual machines show the events and never count. What belongs to a package that stands still is dead.
void mark_dead_packages(base::Clock& clock, PerfEvents& events, std::vector<Found>& all) {
  const auto is_dead = [&](const Found& found) {
    return found.domain == RaplDomain::package && !counts(events, found);
  };
  const MonoTime end = clock.now() + kLook;
  while (std::ranges::any_of(all, is_dead) && clock.now() < end) clock.sleep_until(clock.now() + kLookStep);
  std::set<std::int64_t> dead;
  for (const Found& found : all) {
    if (is_dead(found)) dead.insert(found.package);
  }
  for (Found& found : all) {
    if (!dead.contains(found.package) || found.entry.sources.empty()) continue;
    mark_missing(found.channel, "zero", "the kernel shows the event, but it does not count");
    found.entry.sources.clear();
  }
}

}  // namespace

Result<std::unique_ptr<Meter>> open_perf_meter(const MeterOptions& options) {
  if (options.root != "/") {
    return fail(ErrorKind::not_measurable, "events are those of the running kernel, not of another root");
  }
  return open_perf_meter(options, system_perf_events());
}

Result<std::unique_ptr<Meter>> open_perf_meter(const MeterOptions& options, std::unique_ptr<PerfEvents> events) {
  const Path unit = options.root / "sys/bus/event_source/devices/power";
  const auto type = base::parse_integer(sysfs_text(unit / "type"));
  const std::vector<Event> found = find_events(unit);
  if (!type || *type < 0 || found.empty()) {
    return fail(ErrorKind::not_measurable, "the kernel shows no RAPL events below /sys/bus/event_source/devices/power",
                options.machine.virtual_machine.empty() ? "sudo modprobe rapl" : "");
  }
  const auto packages = packages_of(options.root, parse_processors(sysfs_text(unit / "cpumask")), options.machine);
  std::vector<Found> all;
  for (const auto& [package, processors] : packages) {
    for (const Event& event : found) {
      all.push_back(open_channel(event, package, processors, options, static_cast<std::uint32_t>(*type), *events));
    }
  }
  mark_dead_packages(*options.clock, *events, all);
  std::vector<record::Channel> channels;
  std::vector<Entry> entries;
  for (Found& one : all) {
    channels.push_back(std::move(one.channel));
    entries.push_back(std::move(one.entry));
  }
  for (record::Channel& channel : absent_packages(channels, kMethod, options.machine)) {
    channels.push_back(std::move(channel));
    entries.emplace_back();
  }
  return std::make_unique<PerfMeter>(*options.clock, std::move(events), std::move(channels), std::move(entries));
}

}  // namespace wattlens::meter
