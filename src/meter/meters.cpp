#include <array>

#include "meter/hwmon_meter.h"
#include "meter/load_meter.h"
#include "meter/meter.h"
#include "meter/nvml_meter.h"
#include "meter/perf_meter.h"
#include "meter/rapl_meter.h"

namespace wattlens::meter {
namespace {

// Best first: a channel is taken from the first meter that measures it. The model comes last.
constexpr auto kMeters = std::to_array<MeterKind>({
    {"perf_event", [](const MeterOptions& options) { return open_perf_meter(options); }},
    {"rapl", open_rapl_meter},
    {"nvml", open_nvml_meter},
    {"hwmon", open_hwmon_meter},
    {"load_model", open_load_meter},
});

}  // namespace

std::span<const MeterKind> all_meters() { return kMeters; }

}  // namespace wattlens::meter
