// Calibrations that are kept for a machine: a file of them, and which one holds for a channel. Thread-safe, but for two
// programs that write the file at once: the later one wins.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/result.h"
#include "calibration/figures.h"
#include "record/channel.h"
#include "record/machine_state.h"

namespace wattlens::calibration {

// Which sensor of which part, read through which driver: figures hold for nothing else.
struct SensorIdentity {
  std::string channel;  // "gpu.0"
  std::string method;   // "nvml power (instant)"
  std::string part;     // the board's id, or the processor's name
  std::string driver;   // "570.86", or the kernel's version up to its second number

  friend bool operator==(const SensorIdentity&, const SensorIdentity&) = default;
};

SensorIdentity identity_of(const record::Channel& channel, const record::MachineState& machine);

struct KeptCalibration {
  SensorIdentity sensor;
  std::string date;  // "2026-11-21"
  std::string load;  // what it was made with
  std::string wattlens_version;
  Figures figures;
};

// JSON of schema "wattlens.calibrations/1"; an unknown member is an error of kind usage that names `where`.
Result<std::vector<KeptCalibration>> parse_kept(std::string_view text, std::string_view where);
std::string to_text(std::span<const KeptCalibration> kept);

// {"update_period_s": {"value": 0.1, "low": …, "high": …}, "duty": {"reason": "…"}, …}
base::Json to_json(const Figures& figures);

// No file is no calibration.
Result<std::vector<KeptCalibration>> read_kept(const base::Path& file);
// Replaces the file as a whole; makes its folder where it is missing.
Result<void> write_kept(const base::Path& file, std::span<const KeptCalibration> kept);

// Puts one in the place of an older one of the same channel.
void keep(KeptCalibration calibration, std::vector<KeptCalibration>& kept);

// What was measured of its sensor takes the place of what was known of its kind: update period, averaging window, lag
// and duty, where they were resolved; `figures_from` of the channel says so. A remark where there is one for the
// channel that does not hold: of another board, another way to read it, or another driver.
std::optional<record::Warning> apply_kept(std::span<const KeptCalibration> kept, const record::MachineState& machine,
                                          record::Channel& channel);

}  // namespace wattlens::calibration
