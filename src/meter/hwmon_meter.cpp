#include "meter/hwmon_meter.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "meter/counter.h"
#include "meter/hwmon_sensors.h"
#include "meter/read_in_turn.h"
#include "meter/sysfs.h"

namespace wattlens::meter {
namespace {

using base::Path;
using base::Seconds;
using base::Watts;

// Where a sensor tells no limit: no board, module or machine that is sold takes as much.
constexpr Watts kLargest{20e3};
constexpr int kMostRails = 16;
constexpr Seconds kTolerance{0.001};  // of a sample that comes a little early

// The readings of one sensor; without files where it is missing.
struct Entry {
  HwmonReading reading = HwmonReading::power;
  std::vector<NumberFile> files;  // one; or a rail's voltage and current
  Watts bound = kLargest;
  Seconds poll;
  std::optional<Counter> counter;
  std::optional<MonoTime> last;
  std::optional<std::int64_t> held;  // what the last read gave

  std::optional<std::int64_t> read(MonoTime time) {
    if (last && time - *last < poll - kTolerance) return held;
    last = time;
    held = read_now(time);
    return held;
  }

 private:
  std::optional<std::int64_t> read_now(MonoTime time) {
    const auto first = files[0].read();
    if (!first) return std::nullopt;
    if (reading == HwmonReading::energy) return counter->accept(*first, time);
    const auto second = reading == HwmonReading::rail ? files[1].read() : std::optional<std::int64_t>(1);
    if (!second) return std::nullopt;
    const double power_uw = static_cast<double>(*first) * static_cast<double>(*second);  // mV x mA
    if (power_uw < 0.0 || power_uw > bound.value * 1e6) return std::nullopt;
    return static_cast<std::int64_t>(power_uw);
  }
};

class HwmonMeter final : public Meter {
 public:
  HwmonMeter(const base::Clock& clock, std::vector<record::Channel> channels, std::vector<Entry> entries)
      : clock_(clock), channels_(std::move(channels)), entries_(std::move(entries)) {}

  std::string_view name() const override { return "hwmon"; }
  std::span<const record::Channel> channels() const override { return channels_; }

  Result<void> read(std::span<Reading> out) override {
    read_in_turn(clock_, entries_, out,
                 [&](Entry& entry, MonoTime time) { return entry.files.empty() ? std::nullopt : entry.read(time); });
    return {};
  }

 private:
  const base::Clock& clock_;
  std::vector<record::Channel> channels_;
  std::vector<Entry> entries_;  // one per channel
};

// A folder of hwmon, and the device that it belongs to (whose name, such as a bus address, stays).
struct Folder {
  Path path;
  std::string driver;
  std::string device;
};

std::vector<Folder> find_folders(const Path& root) {
  std::vector<Folder> folders;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(root / "sys/class/hwmon", error)) {
    Folder folder{entry.path(), sysfs_text(entry.path() / "name"), {}};
    const Path device = std::filesystem::canonical(entry.path() / "device", error);
    folder.device = error ? entry.path().filename().string() : device.filename().string();
    folders.push_back(std::move(folder));
  }
  // The numbers of the folders change from start to start.
  std::ranges::sort(folders, {}, [](const Folder& folder) { return std::pair(folder.device, folder.path); });
  return folders;
}

// The files that a sensor of this folder is read from; none where the folder has no such sensor.
std::vector<Path> files_of(const HwmonSensor& sensor, const Folder& folder) {
  if (folder.driver != sensor.driver) return {};
  if (!sensor.needs.empty() && !is_there(folder.path / sensor.needs)) return {};
  if (!sensor.without.empty() && is_there(folder.path / sensor.without)) return {};
  for (const std::string& file : sensor.files) {
    if (is_there(folder.path / file)) return {folder.path / file};
  }
  if (sensor.reading != HwmonReading::rail) return {};
  for (int i = 1; i <= kMostRails; ++i) {
    if (sysfs_text(folder.path / fmt::format("in{}_label", i)) != sensor.rail) continue;
    return {folder.path / fmt::format("in{}_input", i), folder.path / fmt::format("curr{}_input", i)};
  }
  return {};
}

std::optional<Watts> largest_limit(const HwmonSensor& sensor, const Path& folder) {
  std::optional<Watts> largest;
  for (const std::string& file : sensor.limits) {
    const auto limit_uw = base::parse_integer(sysfs_text(folder / file));
    if (!limit_uw || *limit_uw <= 0) continue;
    const Watts limit{static_cast<double>(*limit_uw) * 1e-6};
    if (!largest || limit > *largest) largest = limit;
  }
  return largest;
}

record::Channel describe(const HwmonSensor& sensor, const Folder& folder, std::size_t number) {
  record::Channel channel;
  channel.id = sensor.channel.starts_with("node.") && number == 0 ? sensor.channel
                                                                  : fmt::format("{}.{}", sensor.channel, number);
  channel.kind = sensor.reading == HwmonReading::energy ? record::ChannelKind::counter : record::ChannelKind::power;
  channel.method = "hwmon " + sensor.driver;
  channel.scope = sensor.scope;
  channel.covers = sensor.covers;
  channel.provenance = record::Provenance::measured;
  channel.device = folder.device;
  channel.largest_power = largest_limit(sensor, folder.path);
  if (sensor.poll.value > 0.0) channel.update_period = sensor.poll;
  if (!sensor.interval.empty()) {
    const auto interval_ms = base::parse_integer(sysfs_text(folder.path / sensor.interval));
    if (interval_ms && *interval_ms > 0) {
      channel.averaging_window = base::milliseconds(static_cast<double>(*interval_ms));
    }
  }
  return channel;
}

void mark_missing(record::Channel& channel, int error_number, const Path& file) {
  channel.provenance = record::Provenance::missing;
  const bool permission = error_number == EACCES || error_number == EPERM;
  channel.reason = permission ? "permission" : "unreadable";
  if (permission) channel.hint = fmt::format("sudo chmod a+r {}   (until the next start)", file.string());
}

Entry open_entry(const HwmonSensor& sensor, const std::vector<Path>& files, base::Clock& clock,
                 record::Channel& channel) {
  Entry entry;
  entry.reading = sensor.reading;
  entry.poll = sensor.poll;
  if (channel.largest_power) entry.bound = *channel.largest_power * 2.0;
  if (sensor.reading == HwmonReading::energy) entry.counter.emplace(entry.bound, std::nullopt);
  for (const Path& file : files) {
    entry.files.emplace_back(file);
    if (entry.files.back().error_number() == 0) continue;
    mark_missing(channel, entry.files.back().error_number(), file);
    entry.files.clear();
    return entry;
  }
  // Some firmware has the files and no sensor behind them.
  if (!entry.read(clock.now()) && !entry.read(clock.now() + entry.poll + kTolerance)) {
    mark_missing(channel, EIO, files[0]);
    entry.files.clear();
  }
  return entry;
}

}  // namespace

Result<std::unique_ptr<Meter>> open_hwmon_meter(const MeterOptions& options) {
  WATTLENS_TRY(const auto sensors, parse_hwmon_sensors(hwmon_sensors_text()));
  std::vector<record::Channel> channels;
  std::vector<Entry> entries;
  std::map<std::string, std::size_t> numbers;  // of the next channel of a name
  for (const Folder& folder : find_folders(options.root)) {
    for (const HwmonSensor& sensor : sensors) {
      const std::vector<Path> files = files_of(sensor, folder);
      if (files.empty()) continue;
      channels.push_back(describe(sensor, folder, numbers[sensor.channel]++));
      entries.push_back(open_entry(sensor, files, *options.clock, channels.back()));
    }
  }
  if (channels.empty()) {
    return fail(ErrorKind::not_measurable, "no board or machine sensor that is known lies below /sys/class/hwmon");
  }
  return std::make_unique<HwmonMeter>(*options.clock, std::move(channels), std::move(entries));
}

}  // namespace wattlens::meter
