#include "meter/rapl_meter.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

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

namespace wattlens::meter {
namespace {

constexpr std::string_view kPermissionHint =
    "sudo chmod a+r /sys/class/powercap/intel-rapl*:*/energy_uj   (until the next start of the machine)";
constexpr std::string_view kMaskedHint =
    "start the container with --security-opt systempaths=unconfined, or measure outside it";

// Where a zone publishes no limit: more than twice the largest socket sold (500 W), all memory of a socket, a board.
base::Watts bound_of(const RaplZone& zone) {
  if (zone.largest_limit) return *zone.largest_limit * 2.0;
  switch (zone.domain) {
    case RaplDomain::dram: return {600.0};
    case RaplDomain::psys: return {5000.0};
    default: return {1500.0};
  }
}

std::string_view word(RaplDomain domain) {
  switch (domain) {
    case RaplDomain::package: return "cpu.package";
    case RaplDomain::cores: return "cpu.cores";
    case RaplDomain::uncore: return "cpu.uncore";
    case RaplDomain::dram: return "cpu.dram";
    case RaplDomain::psys: return "psys";
    default: return {};
  }
}

std::string scope(RaplDomain domain, std::int64_t package, bool amd) {
  switch (domain) {
    case RaplDomain::package: return fmt::format("socket {}: cores, caches, memory controller", package);
    // The kernel reads the register of one core, where AMD has one per core.
    case RaplDomain::cores: return amd ? "one core of the socket only" : fmt::format("socket {}: cores", package);
    case RaplDomain::uncore: return fmt::format("socket {}: graphics and other parts beside the cores", package);
    case RaplDomain::dram: return fmt::format("memory of socket {}", package);
    default: return "the whole board as its maker wired it; may hold battery charging";
  }
}

// Energy files stay open: reading one again costs one system call.
class EnergyFile {
 public:
  static std::optional<EnergyFile> open(const base::Path& path, int& error_number) {
    EnergyFile energy;
    energy.file_ = base::FileDescriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    error_number = energy.file_.is_open() ? 0 : errno;
    if (!energy.file_.is_open()) return std::nullopt;
    return energy;
  }

  std::optional<std::int64_t> read() const {
    char text[32];
    const ssize_t size = ::pread(file_.get(), text, sizeof text, 0);
    if (size <= 0) return std::nullopt;
    return base::parse_integer({text, static_cast<std::size_t>(size)});
  }

 private:
  base::FileDescriptor file_;
};

struct Source {
  EnergyFile file;
  Counter counter;
  std::int64_t value_uj = 0;
};

// One channel: the sum of the counters that together are its energy (mostly one, more where each die has its own).
struct Entry {
  std::vector<Source> sources;
  std::int64_t offset_uj = 0;
  std::int64_t last_uj = 0;

  std::optional<std::int64_t> read(MonoTime time) {
    bool stepped_down = false;
    std::int64_t sum = 0;
    for (Source& source : sources) {
      std::optional<std::int64_t> value;
      // A read that fails or cannot be believed is made again at once; most such faults are gone by then.
      for (int attempt = 0; attempt < 2 && !value; ++attempt) {
        if (const auto raw = source.file.read()) value = source.counter.accept(*raw, time);
      }
      if (!value) return std::nullopt;
      stepped_down |= *value < source.value_uj;
      source.value_uj = *value;
      sum += *value;
    }
    // The mark of a reset must not drown in what the other dies used meanwhile.
    if (stepped_down) offset_uj = last_uj - 1 - sum;
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
    MonoTime before = clock_.now();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      out[i] = Reading{};
      if (entries_[i].sources.empty()) continue;
      const auto value = entries_[i].read(before);
      const MonoTime after = clock_.now();
      if (value) out[i] = {ReadStatus::ok, *value, before, after};
      before = after;  // one look at the clock between two channels serves both
    }
    return {};
  }

 private:
  const base::Clock& clock_;
  std::vector<record::Channel> channels_;
  std::vector<Entry> entries_;  // one per channel; without sources where it is missing
};

// Two zones show one counter when the one's reading lies between two readings of the other: distinct counters count
// from unrelated values, so that this cannot happen by chance.
bool same_counter(const EnergyFile& a, const EnergyFile& b) {
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
};

Opened open_zones(const std::vector<const RaplZone*>& zones, bool mmio, const base::Clock& clock) {
  Opened opened;
  for (const RaplZone* zone : zones) {
    if (zone->mmio != mmio) continue;
    int error_number = 0;
    auto file = EnergyFile::open(zone->folder / "energy_uj", error_number);
    if (!file) {
      opened.error_number = error_number;
      opened.unreadable = true;
      continue;
    }
    const bool mirror =
        std::ranges::any_of(opened.sources, [&](const Source& other) { return same_counter(other.file, *file); });
    opened.mirrored |= mirror;
    if (mirror) continue;
    Source source{std::move(*file), Counter(bound_of(*zone), zone->range_uj)};
    auto first = source.file.read();
    if (!first) first = source.file.read();
    opened.unreadable |= !first;
    if (first) source.counter.accept(*first, clock.now());
    opened.sources.push_back(std::move(source));
  }
  return opened;
}

struct Listing {
  std::vector<record::Channel> channels;
  std::vector<Entry> entries;
};

record::Channel describe(RaplDomain domain, std::int64_t package, const record::MachineState& machine) {
  record::Channel channel;
  channel.id = fmt::format("{}.{}", word(domain), package);
  channel.kind = record::ChannelKind::counter;
  channel.method = "powercap";
  channel.scope = scope(domain, package, machine.cpu.vendor == "AuthenticAMD");
  if (domain == RaplDomain::package) {
    channel.covers = {fmt::format("cpu.cores.{}", package), fmt::format("cpu.uncore.{}", package)};
  }
  if (machine.virtual_machine.empty()) {
    channel.provenance = record::Provenance::measured;
    channel.update_period = base::milliseconds(1.0);
  } else {
    // Nothing tells a guest whether it sees its share by processor time or the socket of all guests.
    channel.provenance = record::Provenance::modelled;
    channel.method = "powercap (hypervisor)";
    channel.scope += "; as the hypervisor shows it: a share by processor time, or the socket of all tenants";
  }
  return channel;
}

void mark_missing(record::Channel& channel, const Opened& opened) {
  channel.provenance = record::Provenance::missing;
  const bool permission = opened.error_number == EACCES || opened.error_number == EPERM;
  channel.reason = permission ? "permission" : opened.error_number == ENOENT ? "absent" : "unreadable";
  channel.hint =
      permission ? std::string(kPermissionHint) : "look for rapl in the kernel's log: sudo dmesg | grep -i rapl";
}

Listing list_channels(const RaplZones& found, const MeterOptions& options) {
  std::map<std::pair<RaplDomain, std::int64_t>, std::vector<const RaplZone*>> groups;
  for (const RaplZone& zone : found.zones) {
    if (zone.domain != RaplDomain::other) groups[{zone.domain, zone.package}].push_back(&zone);
  }
  Listing listing;
  for (const auto& [key, zones] : groups) {
    const auto& [domain, package] = key;
    record::Channel channel = describe(domain, package, options.machine);
    Opened opened = open_zones(zones, false, *options.clock);
    if (opened.sources.empty() || opened.unreadable) {
      // The same registers through memory; only where the first way is closed, so that nothing counts twice.
      Opened other = open_zones(zones, true, *options.clock);
      if (!other.sources.empty() && !other.unreadable) opened = std::move(other);
    }
    if (opened.mirrored) channel.scope += " (its dies show one counter)";
    Entry entry;
    if (opened.sources.empty() || opened.unreadable) {
      mark_missing(channel, opened);
    } else {
      entry.sources = std::move(opened.sources);
    }
    listing.channels.push_back(std::move(channel));
    listing.entries.push_back(std::move(entry));
  }
  return listing;
}

// A socket without a zone must be missed by the total, not left out of it.
void add_absent_packages(const MeterOptions& options, Listing& listing) {
  const auto has = [&](const std::string& id) {
    return std::ranges::find(listing.channels, id, &record::Channel::id) != listing.channels.end();
  };
  auto absent = options.machine.cpu.sockets - std::ranges::count_if(listing.channels, [](const auto& channel) {
                  return channel.id.starts_with("cpu.package.");
                });
  for (std::int64_t package = 0; absent > 0; ++package) {
    if (has(fmt::format("cpu.package.{}", package))) continue;
    --absent;
    record::Channel channel = describe(RaplDomain::package, package, options.machine);
    channel.provenance = record::Provenance::missing;
    channel.reason = "absent";
    channel.hint = "the kernel shows no RAPL zone for this socket: sudo dmesg | grep -i rapl";
    listing.channels.push_back(std::move(channel));
    listing.entries.emplace_back();
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
  Listing listing = list_channels(found, options);
  add_absent_packages(options, listing);
  return std::make_unique<RaplMeter>(*options.clock, std::move(listing.channels), std::move(listing.entries));
}

}  // namespace wattlens::meter
