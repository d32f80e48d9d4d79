#include "meter/load_meter.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "meter/load_model.h"

namespace wattlens::meter {
namespace {

using base::Joules;
using base::Seconds;

// Processor times come in ticks of 10 ms; a shorter step would be mostly noise, and reading them costs more than any
// counter. The tolerance keeps ten samples of 10 ms to one step.
constexpr Seconds kStep{0.1};
constexpr Seconds kTolerance{0.004};

struct Times {
  std::int64_t busy = 0;
  std::int64_t all = 0;
};

// Times of every processor from /proc/stat, which stays open.
class ProcessorTimes {
 public:
  static std::optional<ProcessorTimes> open(const base::Path& root, std::int64_t threads) {
    ProcessorTimes times;
    times.file_ = base::FileDescriptor(::open((root / "proc/stat").c_str(), O_RDONLY | O_CLOEXEC));
    if (!times.file_.is_open()) return std::nullopt;
    // A line has ten numbers; the processors' lines come first, and nothing after them is needed.
    times.buffer_.resize(static_cast<std::size_t>(threads + 1) * 220 + 4096);
    return times;
  }

  // False where the read fails. `times` is indexed by the processor's number.
  bool read(std::vector<Times>& times) {
    const ssize_t size = ::pread(file_.get(), buffer_.data(), buffer_.size(), 0);
    if (size <= 0) return false;
    std::string_view text(buffer_.data(), static_cast<std::size_t>(size));
    bool any = false;
    while (text.starts_with("cpu")) {
      const std::size_t end = text.find('\n');
      if (end == std::string_view::npos) break;
      any |= read_line(text.substr(3, end - 3), times);
      text.remove_prefix(end + 1);
    }
    return any;
  }

 private:
  // "0 8821 904 4029 1105831 59 0 14 19 0 0": user nice system idle iowait irq softirq steal (guest is in user).
  static bool read_line(std::string_view line, std::vector<Times>& times) {
    std::int64_t numbers[9] = {};
    std::size_t count = 0;
    const char* at = line.data();
    const char* end = line.data() + line.size();
    while (count < std::size(numbers) && at < end) {
      const auto [next, error] = std::from_chars(at, end, numbers[count]);
      if (error != std::errc{}) return false;  // the sum of all processors has no number
      ++count;
      at = next;
      while (at < end && *at == ' ') ++at;
    }
    const auto processor = static_cast<std::size_t>(numbers[0]);
    if (count < 8 || processor >= times.size()) return false;
    const std::int64_t busy = numbers[1] + numbers[2] + numbers[3] + numbers[6] + numbers[7];
    times[processor] = {busy, busy + numbers[4] + numbers[5] + numbers[8]};
    return true;
  }

  base::FileDescriptor file_;
  std::string buffer_;
};

struct Package {
  std::vector<std::size_t> processors;
  double cores = 0.0;
  base::Bytes memory;
  Joules processor_energy;
  Joules memory_energy;
};

class LoadMeter final : public Meter {
 public:
  LoadMeter(const base::Clock& clock, LoadModel model, ProcessorTimes times, std::vector<Package> packages,
            std::vector<record::Channel> channels, std::size_t processors)
      : clock_(clock),
        model_(std::move(model)),
        source_(std::move(times)),
        packages_(std::move(packages)),
        channels_(std::move(channels)),
        before_(processors),
        now_(processors) {}

  std::string_view name() const override { return "load_model"; }
  std::span<const record::Channel> channels() const override { return channels_; }

  Result<void> read(std::span<Reading> out) override {
    const MonoTime before = clock_.now();
    const bool due = !last_ || before - *last_ >= kStep - kTolerance;
    const bool ok = !due || step(before);
    const MonoTime after = due ? clock_.now() : before;
    for (std::size_t i = 0; i < channels_.size(); ++i) {
      // First all packages, then their memory.
      const Package& package = packages_[i % packages_.size()];
      const Joules energy = i < packages_.size() ? package.processor_energy : package.memory_energy;
      out[i] = {ok ? ReadStatus::ok : ReadStatus::failed, static_cast<std::int64_t>(energy.value * 1e6), before, after};
    }
    return {};
  }

 private:
  bool step(MonoTime time) {
    now_ = before_;  // a processor that went offline stands still
    if (!source_.read(now_)) return false;
    if (last_) {
      const Seconds elapsed = time - *last_;
      for (Package& package : packages_) {
        Times sum;
        for (const std::size_t processor : package.processors) {
          sum.busy += now_[processor].busy - before_[processor].busy;
          sum.all += now_[processor].all - before_[processor].all;
        }
        const double load = sum.all > 0 ? static_cast<double>(sum.busy) / static_cast<double>(sum.all) : 0.0;
        package.processor_energy += model_.processor_power(load, package.cores) * elapsed;
        package.memory_energy += model_.memory_power(package.memory) * elapsed;
      }
    }
    std::swap(before_, now_);
    last_ = time;
    return true;
  }

  const base::Clock& clock_;
  LoadModel model_;
  ProcessorTimes source_;
  std::vector<Package> packages_;
  std::vector<record::Channel> channels_;
  std::vector<Times> before_;
  std::vector<Times> now_;
  std::optional<MonoTime> last_;
};

// Which processors belong to which socket; all to the first one where the kernel does not tell.
std::vector<Package> find_packages(const base::Path& root, std::size_t processors) {
  std::map<std::int64_t, std::vector<std::size_t>> by_socket;
  for (std::size_t processor = 0; processor < processors; ++processor) {
    const auto text = base::read_text(root / "sys/devices/system/cpu" / fmt::format("cpu{}", processor) /
                                      "topology/physical_package_id");
    const auto socket = text ? base::parse_integer(*text).value_or(0) : 0;
    by_socket[socket < 0 ? 0 : socket].push_back(processor);
  }
  std::vector<Package> packages;
  for (auto& [socket, members] : by_socket) packages.emplace_back().processors = std::move(members);
  return packages;
}

record::Channel describe(const LoadModel& model, std::string id, std::string scope, ModelGain gain) {
  record::Channel channel;
  channel.id = std::move(id);
  channel.kind = record::ChannelKind::model;
  channel.method = "load_model";
  channel.scope = fmt::format("{}, computed from the load ({})", scope, model.basis());
  channel.provenance = record::Provenance::modelled;
  channel.update_period = kStep;
  channel.gain_low = gain.low;
  channel.gain_high = gain.high;
  return channel;
}

}  // namespace

Result<std::unique_ptr<Meter>> open_load_meter(const MeterOptions& options) {
  WATTLENS_TRY(LoadModel model, LoadModel::for_machine(options.machine));
  const std::int64_t threads = options.machine.cpu.threads;
  auto times = ProcessorTimes::open(options.root, threads);
  if (!times || threads <= 0) {
    return fail(ErrorKind::not_measurable, "the load model needs /proc/stat, which cannot be read", "mount /proc");
  }
  // Numbers have gaps where processors are offline.
  std::vector<Times> seen(static_cast<std::size_t>(threads) * 2 + 64);
  if (!times->read(seen)) {
    return fail(ErrorKind::not_measurable, "the load model needs the processors' times, which /proc/stat lacks");
  }
  std::size_t processors = seen.size();
  while (processors > 1 && seen[processors - 1].all == 0) --processors;

  std::vector<Package> packages = find_packages(options.root, processors);
  std::vector<record::Channel> channels;
  for (std::size_t i = 0; i < packages.size(); ++i) {
    const double share = static_cast<double>(packages[i].processors.size()) / static_cast<double>(processors);
    packages[i].cores = model.cores() * share;
    packages[i].memory = options.machine.memory * share;
    channels.push_back(
        describe(model, fmt::format("cpu.package.{}", i), fmt::format("socket {}", i), model.processor_gain()));
  }
  if (options.machine.memory.value > 0.0) {
    for (std::size_t i = 0; i < packages.size(); ++i) {
      channels.push_back(
          describe(model, fmt::format("cpu.dram.{}", i), fmt::format("memory of socket {}", i), model.memory_gain()));
    }
  }
  return std::make_unique<LoadMeter>(*options.clock, std::move(model), std::move(*times), std::move(packages),
                                     std::move(channels), processors);
}

}  // namespace wattlens::meter
