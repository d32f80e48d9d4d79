// A scenario is refused, or read; then its sensors can be looked at, and counters that have none of these faults do not
// fall.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "simulation/register.h"
#include "simulation/scenario_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace wattlens::simulation;
  const auto scenario = parse_scenario({reinterpret_cast<const char*>(data), size}, "input.toml");
  if (!scenario) return 0;
  for (const Sensor& sensor : scenario->sensors) {
    Register source(*scenario, sensor);
    RawReading last;
    for (int i = 0; i < 20; ++i) {
      const RawReading now = source.read(Seconds{0.05 * i});
      if (now.value < 0) std::abort();
      const bool counts = sensor.kind == wattlens::record::ChannelKind::counter && !sensor.width_bits;
      if (counts && scenario->faults.empty() && now.value < last.value) std::abort();
      last = now;
    }
  }
  return 0;
}
