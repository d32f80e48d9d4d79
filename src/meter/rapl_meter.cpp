#include "meter/rapl_meter.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "meter/counter.h"
#include "meter/powercap.h"
#include "meter/rapl_channel.h"
#include "meter/read_in_turn.h"
#include "meter/sysfs.h"

namespace wattlens::meter {
namespace {

using base::Seconds;

constexpr std::string_view kMethod = "powercap";
constexpr std::string_view kPermissionHint =
    "sudo chmod a+r /sys/class/powercap/intel-rapl*:*/energy_uj   (until the next start of the machine)";
constexpr std::string_view kMaskedHint =
    "start the container with --security-opt systempaths=unconfined, or measure outside it";

// A register changes about once a millisecond, and no package is without power: one that stands still for so long is
// dead. A hypervisor's figures may come once a second (QEMU: MSR_ENERGY_THREAD_SLEEP_US in vmsr_energy.h).
constexpr Seconds kLook{0.03};
constexpr Seconds kLookInGuest{1.5};
constexpr Seconds kLookStep{0.002};

base::Watts bound_of(const RaplZone& zone) {
  return zone.largest_limit ? *zone.largest_limit * 2.0 : largest_rapl_power(zone.domain);
}

struct Source {
  NumberFile file;
  Counter counter;
  std::int64_t first_uj = 0;  // as the register was at opening
  bool moved = false;         // since then
  std::int64_t value_uj = 0;
};

// One channel: the sum of the counters that together are its energy (mostly one, more where each die has its own).
struct Entry {
  std::vector<Source> sources;
  std::int64_t offset_uj = 0;
  std::int64_t last_uj = 0;
  bool stepped_down = false;  // since the last sum

  std::optional<std::int64_t> read(MonoTime time) {
    std::int64_t sum = 0;
    bool all = true;
    for (Source& source : sources) {
      std::optional<std::int64_t> value;
      // A read that fails or cannot be believed is made again at once; most such faults are gone by then.
      for (int attempt = 0; attempt < 2 && !value; ++attempt) {
        if (const auto raw = source.file.read()) value = source.counter.accept(*raw, time);
      }
      all &= value.has_value();
      if (!value) continue;
      stepped_down |= *value < source.value_uj;
      source.value_uj = *value;
      sum += *value;
    }
    if (!all) return std::nullopt;
    // The mark of a reset must not drown in what the other dies used meanwhile, nor be lost where one was not read.
    if (std::exchange(stepped_down, false)) offset_uj = last_uj - 1 - sum;
    last_uj = sum + offset_uj;
    return last_uj;
  }
};

class RaplMeter final : public Meter {
 public:
  RaplMeter(const base::Clock& clock, std::vector<record::Channel> channels, std::vector<Entry> entries)
      : clock_(clock), channels_(std::move(channels)), entries_(std::move(entries)) {}

  std::string_view name() const override { return "rapl"; }
  std::span<const record::Channel> channels() const override { return channels_; }

  Result<void> read(std::span<Reading> out) override {
    read_in_turn(clock_, entries_, out,
                 [&](Entry& entry, MonoTime time) { return entry.sources.empty() ? std::nullopt : entry.read(time); });
    return {};
  }

 private:
  const base::Clock& clock_;
  std::vector<record::Channel> channels_;
  std::vector<Entry> entries_;  // one per channel; without sources where it is missing
};

// Two zones show one counter when the one's reading lies between two readings of the other: distinct counters count
// from unrelated values, so that this cannot happen by chance.
bool same_counter(const NumberFile& a, const NumberFile& b) {
  const auto before = a.read();
  const auto middle = b.read();
  const auto after = a.read();
  return before && middle && after && *before <= *middle && *middle <= *after && *after > 0;
}

// The zones of one domain of one package, opened: MSR before MMIO, each counter once.
struct Opened {
  std::vector<Source> sources;
  int error_number = 0;  // why a zone that is needed could not be opened
  bool unreadable = false;
  bool mirrored = false;
  bool zero = false;  // a zone that is there, and does not count
};

Opened open_zones(const std::vector<const RaplZone*>& zones, bool mmio) {
  Opened opened;
  for (const RaplZone* zone : zones) {
    if (zone->mmio != mmio) continue;
    NumberFile file(zone->folder / "energy_uj");
    if (file.error_number() != 0) {
      opened.error_number = file.error_number();
      opened.unreadable = true;
      continue;
    }
    const bool mirror =
        std::ranges::any_of(opened.sources, [&](const Source& other) { return same_counter(other.file, file); });
    opened.mirrored |= mirror;
    if (mirror) continue;
    auto first = file.read();
    if (!first) first = file.read();
    // A register that counts is 0 for one unit of energy in each of its rounds only.
    if (first && *first == 0) first = file.read();
    opened.zero |= first && *first == 0;
    opened.unreadable |= !first || *first == 0;
    opened.sources.push_back({std::move(file), Counter(bound_of(*zone), zone->range_uj), first.value_or(0)});
  }
  return opened;
}

// What the zones of one domain of one package became.
struct Listed {
  RaplDomain domain = RaplDomain::other;
  std::int64_t package = 0;
  record::Channel channel;
  Entry entry;
};

void mark_missing(record::Channel& channel, const Opened& opened) {
  channel.provenance = record::Provenance::missing;
  const bool permission = opened.error_number == EACCES || opened.error_number == EPERM;
  channel.reason = permission                      ? "permission"
                   : opened.error_number == ENOENT ? "absent"
                   : opened.zero                   ? "zero"
                                                   : "unreadable";
  channel.hint =
      permission ? std::string(kPermissionHint) : "look for rapl in the kernel's log: sudo dmesg | grep -i rapl";
}

std::vector<Listed> list_channels(const RaplZones& found, const MeterOptions& options) {
  std::map<std::pair<RaplDomain, std::int64_t>, std::vector<const RaplZone*>> groups;
  for (const RaplZone& zone : found.zones) {
    if (zone.domain != RaplDomain::other) groups[{zone.domain, zone.package}].push_back(&zone);
  }
  std::vector<Listed> all;
  for (const auto& [key, zones] : groups) {
    const auto& [domain, package] = key;
    Listed& listed =
        all.emplace_back(Listed{domain, package, rapl_channel(domain, package, kMethod, options.machine), {}});
    Opened opened = open_zones(zones, false);
    if (opened.sources.empty() || opened.unreadable) {
      // The same registers through memory; only where the first way is closed, so that nothing counts twice.
      Opened other = open_zones(zones, true);
      if (!other.sources.empty() && !other.unreadable) opened = std::move(other);
    }
    if (opened.mirrored) listed.channel.scope += " (its dies show one counter)";
    if (opened.sources.empty() || opened.unreadable) {
      mark_missing(listed.channel, opened);
    } else {
      listed.entry.sources = std::move(opened.sources);
    }
  }
  return all;
}

// Packages must move. What lies in one that does not, or that reads 0, must move too: what is idle in a package that
// counts may stand still.
bool is_dead(const Listed& listed, const std::vector<Listed>& all) {
  if (listed.domain == RaplDomain::psys || listed.entry.sources.empty()) return false;
  if (std::ranges::all_of(listed.entry.sources, &Source::moved)) return false;
  if (listed.domain == RaplDomain::package) return true;
  return std::ranges::any_of(all, [&](const Listed& other) {
    return other.domain == RaplDomain::package && other.package == listed.package &&
           (other.channel.reason == "zero" || is_dead(other, all));
  });
}

// Some virtual machines show a register that stands at a value of long ago; then the model must stand in. Nothing loads
// the machine: whoever runs this is load enough for a package.
void mark_dead(std::vector<Listed>& all, const MeterOptions& options) {
  base::Clock& clock = *options.clock;
  const bool guest = !options.machine.virtual_machine.empty();
  const MonoTime end = clock.now() + (guest ? kLookInGuest : kLook);
  const auto dead = [&](const Listed& listed) { return is_dead(listed, all); };
  while (std::ranges::any_of(all, dead) && clock.now() < end) {
    clock.sleep_until(clock.now() + kLookStep);
    for (Listed& listed : all) {
      for (Source& source : listed.entry.sources) {
        const auto now = source.file.read();
        source.moved |= now && *now != source.first_uj;
      }
    }
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (dead(all[i])) found.push_back(i);
  }
  for (const std::size_t i : found) {
    record::Channel& channel = all[i].channel;
    channel.provenance = record::Provenance::missing;
    channel.reason = "stuck";
    channel.hint = guest ? "this virtual machine shows a counter of its host, but does not move it"
                         : "the kernel shows the counter, but it does not count: sudo dmesg | grep -i rapl";
    all[i].entry.sources.clear();
  }
}

std::unexpected<Error> not_here(const RaplZones& found, const record::MachineState& machine) {
  if (found.reason == "masked") {
    return fail(ErrorKind::not_measurable, "the container hides the RAPL counters", std::string(kMaskedHint));
  }
  if (!machine.virtual_machine.empty()) {
    return fail(ErrorKind::not_measurable, "no RAPL counters: this virtual machine does not pass them on",
                "measure on a bare machine, or ask the host's owner for its energy readings");
  }
  if (machine.cpu.vendor != "GenuineIntel" && machine.cpu.vendor != "AuthenticAMD") {
    return fail(ErrorKind::not_measurable, "no RAPL counters: only Intel's and AMD's processors have them");
  }
  return fail(ErrorKind::not_measurable, "the kernel shows no RAPL counters below /sys/class/powercap",
              "sudo modprobe intel_rapl_msr   (it serves AMD too)");
}

}  // namespace

Result<std::unique_ptr<Meter>> open_rapl_meter(const MeterOptions& options) {
  const RaplZones found = find_rapl_zones(options.root);
  if (found.zones.empty()) return not_here(found, options.machine);
  std::vector<Listed> all = list_channels(found, options);
  mark_dead(all, options);
  std::vector<record::Channel> channels;
  std::vector<Entry> entries;
  for (Listed& listed : all) {
    listed.entry.read(options.clock->now());  // it begins here
    channels.push_back(std::move(listed.channel));
    entries.push_back(std::move(listed.entry));
  }
  // A socket without a zone must be missed by the total, not left out of it.
  for (record::Channel& channel : absent_packages(channels, kMethod, options.machine)) {
    channels.push_back(std::move(channel));
    entries.emplace_back();
  }
  return std::make_unique<RaplMeter>(*options.clock, std::move(channels), std::move(entries));
}

}  // namespace wattlens::meter
