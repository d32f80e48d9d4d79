// Samples around a command, taken by the thread that waits for it: just before and just after four times per update of
// the fastest counter (every 0.25 to 1 ms), every 10 ms while it runs. Once per update would not do: the reading that
// happens to show the last edge before the command would then lie late after it more often than not.
//
// It takes no longer than the sensors ask for: before and after the command each counter is given the time to show two
// edges, at most 2.5 of its update periods (1.5 s where nothing is known of it); 15 ms where counters are fast; nothing
// where there is no counter. A channel whose reading fails is waited for for 1 s. The load model is not waited for
// before a command, and after it only where the command lasted as long as one of the model's steps. Memory is bounded:
// in a long command the samples of its middle are thinned, which costs a counter nothing. Not thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "meter/meter_set.h"
#include "record/run.h"

namespace wattlens::meter {

class CommandLog {
 public:
  static constexpr base::Seconds kPeriod{0.01};  // between samples while the command runs
  using Stop = std::function<bool()>;            // asked before each sample: true ends a look

  CommandLog(MeterSet& meters, base::Clock& clock);  // both outlive it

  // Returns as soon as an edge of the slowest counter was seen, so that the command begins just after it.
  void look_before(base::Seconds at_least, const Stop& stop);
  void begin(base::MonoTime begin) { begin_ = begin; }
  void sample();
  void look_after(base::MonoTime end, base::Seconds at_least, const Stop& stop);

  // Counters count from the first sample.
  const record::Samples& samples() const { return samples_; }
  std::int64_t wake_ups() const { return wake_ups_; }
  // Sum of the channels' mean power since a time, over those of `ids`; for what is shown while the command runs.
  base::Watts power_since(base::MonoTime time, const std::vector<std::string>& ids) const;

 private:
  // What a look has shown of one channel.
  struct Seen {
    std::int64_t value = record::Samples::kNoReading;
    std::int64_t edges = 0;  // in this look
    bool failed = false;     // the last reading
    base::MonoTime last_edge;
    base::Seconds longest_gap;  // between edges, in all looks and the command
    std::int64_t start = record::Samples::kNoReading;
  };

  void look(base::Seconds at_least, std::optional<base::Seconds> command, const Stop& stop);
  bool enough(std::size_t channel, base::Seconds looked, std::optional<base::Seconds> command) const;
  base::Seconds look_period() const;
  void thin();

  MeterSet& meters_;
  base::Clock& clock_;
  record::Samples samples_;
  std::vector<Reading> readings_;
  std::vector<Seen> seen_;
  base::MonoTime begin_;
  base::Seconds read_took_;  // the last time
  std::int64_t wake_ups_ = 0;
};

}  // namespace wattlens::meter
