// One series of readings of a log, looked at once, in order, in fixed memory: what its checks and its integral need.
//
// Three kinds: a power gauge (W), an accumulated energy (J), and the energy since the row before (J). Of the latter two
// the power between neighbours is looked at as that of a gauge is. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "audit/log_histogram.h"
#include "base/units.h"

namespace wattlens::audit {

enum class SeriesKind { power, counter, increment };

struct SeriesInfo {
  std::string name;  // the column, or the event
  SeriesKind kind = SeriesKind::power;
  std::string unit;         // in which the log has it
  bool unit_named = false;  // by the log; else it is a convention or a guess
  std::string part;         // "gpu", "cpu", "ram", "psys", "node"; empty: not told
  std::string device;       // "NVIDIA GeForce RTX 3090"; empty: not told
  std::string sensor;       // as in data/sensor_profiles.json: "nvml.usage"; empty: not one of those
};

// From one reading to the next.
struct Step {
  base::Seconds duration;
  base::Watts power;  // mean of both ends, or of the energy between
  std::int64_t line = 0;
};

struct EqualRun {
  std::int64_t readings = 0;
  base::Seconds duration;
  std::int64_t line = 0;  // of its first reading
};

// A counter that went down.
struct Decrease {
  base::Joules before;
  base::Joules after;
  base::Seconds duration;
  std::int64_t line = 0;
  std::optional<base::Joules> range;  // where the counter began anew, if the power then is like that before
};

struct Moment {
  base::Seconds time;  // since the first reading, along the steps forward
  base::Watts power;
  std::int64_t line = 0;
};

struct KeptReading {
  std::int64_t time_ns = 0;
  double value = 0.0;  // W or J
};

inline constexpr std::size_t kEdgeReadings = 2048;  // remembered of either end
inline constexpr base::Seconds kDaylightSaving{3600.0};

class SeriesScan {
 public:
  explicit SeriesScan(SeriesInfo info) : info_(std::move(info)) {}

  // When the first increment begins, where the log tells it. Before the first add().
  void begin(std::int64_t time_ns);
  void keep_readings() { keeps_ = true; }  // all of them, which takes memory
  // `value` in W or J. Readings come in the order of the log.
  void add(std::int64_t time_ns, double value, std::int64_t line);
  void set_limit(base::Watts limit) { limit_ = limit; }  // what the part is allowed to draw, as the log tells

  const SeriesInfo& info() const { return info_; }

  std::int64_t samples() const { return samples_; }
  std::int64_t first_line() const { return first_line_; }
  std::int64_t zeros() const { return zeros_; }
  std::int64_t negatives() const { return negatives_; }
  std::int64_t first_negative_line() const { return first_negative_line_; }
  std::int64_t duplicates() const { return duplicates_; }
  std::int64_t first_duplicate_line() const { return first_duplicate_line_; }
  const std::vector<Step>& steps_back() const { return steps_back_; }  // the first of them; duration < 0
  std::int64_t steps_back_count() const { return steps_back_count_; }
  const std::vector<Step>& longest_steps() const { return longest_steps_; }  // longest first, after finish()
  const std::vector<Step>& highest() const { return highest_; }              // by power, highest first, after finish()
  const std::vector<Decrease>& decreases() const { return decreases_; }
  std::int64_t decrease_count() const { return decrease_count_; }
  const EqualRun& longest_equal_run() const { return longest_equal_run_; }
  std::int64_t changes() const { return changes_; }  // readings that differ from the one before
  const std::vector<Moment>& first_moments() const { return first_moments_; }
  std::vector<Moment> last_moments() const;
  const std::vector<KeptReading>& kept() const { return kept_; }  // in the order of the log
  std::optional<base::Watts> limit() const { return limit_; }

  std::int64_t first_ns() const { return first_ns_; }
  base::Seconds covered() const { return covered_; }  // by steps forward
  base::Joules energy() const { return energy_; }     // trapezoid, or what the counter counted
  // Of a counter: the last reading less the first, as it stands.
  base::Joules plain_difference() const { return {last_value_ - first_value_}; }
  base::Joules sampling_error() const;                        // one standard deviation
  base::Watts sum_of_power() const { return sum_of_power_; }  // of all readings: what some take for an energy
  base::Watts lowest() const { return lowest_; }
  base::Watts highest_power() const { return highest_power_; }
  const LogHistogram& power() const { return watts_; }
  const LogHistogram& step() const { return steps_; }  // s

  void finish();  // after the last reading

 private:
  // `value` is in the unit of the series' kind, as it was read.
  void add_forward(base::Seconds step, double value, std::int64_t line);
  base::Joules counted(base::Seconds step, double value, std::int64_t line);
  void add_power(base::Watts power, std::int64_t line);
  void add_run(base::Seconds step, double value, std::int64_t line);

  SeriesInfo info_;
  std::int64_t samples_ = 0;
  std::int64_t first_line_ = 0;
  std::int64_t zeros_ = 0;
  std::int64_t negatives_ = 0;
  std::int64_t first_negative_line_ = 0;
  std::int64_t duplicates_ = 0;
  std::int64_t first_duplicate_line_ = 0;
  std::int64_t steps_back_count_ = 0;
  std::int64_t decrease_count_ = 0;
  std::int64_t changes_ = 0;
  bool begun_ = false;
  bool keeps_ = false;
  std::int64_t first_ns_ = 0;
  std::int64_t last_ns_ = 0;
  double first_value_ = 0.0;
  double last_value_ = 0.0;
  base::Watts last_power_;
  bool has_power_ = false;
  base::Seconds covered_;
  base::Joules energy_;
  double sampling_variance_ = 0.0;  // J^2
  base::Watts sum_of_power_;
  base::Watts lowest_;
  base::Watts highest_power_;
  EqualRun run_;
  EqualRun longest_equal_run_;
  std::optional<base::Watts> limit_;
  LogHistogram watts_;
  LogHistogram steps_;
  std::vector<Step> steps_back_;
  std::vector<Step> longest_steps_;  // a heap until finish()
  std::vector<Step> highest_;        // likewise
  std::vector<Decrease> decreases_;
  std::vector<Moment> first_moments_;
  std::vector<Moment> ring_;
  std::size_t ring_next_ = 0;
  std::vector<KeptReading> kept_;
};

}  // namespace wattlens::audit
