// All meters of a machine as one list of channels, each channel taken from the best meter that can read it.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "meter/meter.h"

namespace wattlens::meter {

// Why a whole sensor family is not there; for `doctor`.
struct AbsentMeter {
  std::string name;
  std::string reason;
  std::string hint;
};

// Not thread-safe.
class MeterSet {
 public:
  // Opens every meter of the list. Never fails: what cannot be opened is in absent().
  static MeterSet open(const MeterOptions& options, std::span<const MeterKind> kinds = all_meters());
  // For tests and simulations.
  explicit MeterSet(std::vector<std::unique_ptr<Meter>> meters);

  // One entry per channel id, readable or missing. The load model stands in only where nothing of its family (the first
  // word of the id: "cpu", "gpu") is measured, so that a total never mixes the two; what it replaces is in absent().
  std::span<const record::Channel> channels() const { return channels_; }
  std::span<const AbsentMeter> absent() const { return absent_; }
  bool anything_measured() const;

  // Reads every channel once; `out` has one place per channel.
  void read(std::span<Reading> out);

 private:
  struct Source {
    std::size_t meter = 0;
    std::size_t channel = 0;
  };
  void choose();

  std::vector<std::unique_ptr<Meter>> meters_;
  std::vector<record::Channel> channels_;
  std::vector<Source> sources_;                // of channels_[i]
  std::vector<std::vector<Reading>> scratch_;  // one list per meter
  std::vector<AbsentMeter> absent_;
};

}  // namespace wattlens::meter
