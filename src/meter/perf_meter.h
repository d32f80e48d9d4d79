// Energy of processor packages and memory from RAPL counters through the kernel's perf subsystem: the same registers as
// powercap's, extended to 64 bits by the kernel, in steps of 2^-32 J. Needs CAP_PERFMON or perf_event_paranoid <= 0.
// Source: arch/x86/events/rapl.c of the Linux kernel. docs/measurement.md tells what is trusted and why.
#pragma once

#include <memory>

#include "meter/meter.h"
#include "meter/perf_events.h"

namespace wattlens::meter {

// The channels of meter/rapl_meter.h. One that may not be opened, or that does not count, is `missing`. There is none
// for another root than "/": the events are those of the running kernel.
Result<std::unique_ptr<Meter>> open_perf_meter(const MeterOptions& options);

// The same with another kernel below it, whose files lie below any root. For tests.
Result<std::unique_ptr<Meter>> open_perf_meter(const MeterOptions& options, std::unique_ptr<PerfEvents> events);

}  // namespace wattlens::meter
