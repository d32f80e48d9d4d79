// All meters of a machine as one list of channels, each channel taken from the best meter that can read it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

  // Lets `change` put in what is known better of each channel: its period, window, duty, gain. Not its id, kind or
  // provenance.
  void describe_anew(const std::function<void(record::Channel&)>& change);

  // Reads every channel once; `out` has one place per channel. Where another meter reads the same counter, and the
  // chosen one's reads begin to fail, the channel goes on from there with the other's: see changes().
  void read(std::span<Reading> out);

  // "source_changed", once for each other source that a channel went to since opening. The channel still has the method
  // that it was opened with.
  std::span<const record::Warning> changes() const { return changes_; }

 private:
  // One way to read a channel.
  struct Source {
    std::size_t meter = 0;
    std::size_t channel = 0;
    // What the channel shows above what this source reads; nothing until both were read at one time.
    std::optional<std::int64_t> offset_uj;
  };
  struct Feed {
    std::vector<Source> sources;  // the best first; more than one for counters only
    std::size_t current = 0;
    std::int64_t last_uj = 0;  // that the channel showed
  };
  void choose();
  void offer(Source source);
  const record::Channel& channel_of(const Source& source) const;
  const Reading& reading_of(const Source& source) const { return scratch_[source.meter][source.channel]; }
  Reading follow(std::size_t channel);
  void tell_of_change(const std::string& id, const record::Channel& from, const record::Channel& to);

  std::vector<std::unique_ptr<Meter>> meters_;
  std::vector<record::Channel> channels_;
  std::vector<Feed> feeds_;                    // of channels_[i]
  std::vector<std::vector<Reading>> scratch_;  // one list per meter
  std::vector<AbsentMeter> absent_;
  std::vector<record::Warning> changes_;
};

}  // namespace wattlens::meter
