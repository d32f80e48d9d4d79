#include "meter/rapl_channel.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

namespace wattlens::meter {
namespace {

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

}  // namespace

record::Channel rapl_channel(RaplDomain domain, std::int64_t package, std::string_view method,
                             const record::MachineState& machine) {
  record::Channel channel;
  channel.id = fmt::format("{}.{}", word(domain), package);
  channel.kind = record::ChannelKind::counter;
  channel.method = method;
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
    channel.method += " (hypervisor)";
    channel.scope += "; as the hypervisor shows it: a share by processor time, or the socket of all tenants";
  }
  return channel;
}

base::Watts largest_rapl_power(RaplDomain domain) {
  switch (domain) {
    case RaplDomain::dram: return {600.0};
    case RaplDomain::psys: return {5000.0};
    default: return {1500.0};
  }
}

std::vector<record::Channel> absent_packages(const std::vector<record::Channel>& channels, std::string_view method,
                                             const record::MachineState& machine) {
  std::vector<record::Channel> absent;
  auto count = machine.cpu.sockets - std::ranges::count_if(channels, [](const record::Channel& channel) {
                 return channel.id.starts_with("cpu.package.");
               });
  for (std::int64_t package = 0; count > 0; ++package) {
    record::Channel channel = rapl_channel(RaplDomain::package, package, method, machine);
    if (std::ranges::find(channels, channel.id, &record::Channel::id) != channels.end()) continue;
    --count;
    channel.provenance = record::Provenance::missing;
    channel.reason = "absent";
    channel.hint = "the kernel shows no RAPL counter for this socket: sudo dmesg | grep -i rapl";
    absent.push_back(std::move(channel));
  }
  return absent;
}

}  // namespace wattlens::meter
