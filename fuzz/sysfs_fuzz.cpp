// Whatever /proc and /sys show, in whatever shape: the machine is described and its meters are opened and read.
//
// An input is a tree of files as text: a line "=PATH" begins a file, the lines after it are its content.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "machine/machine.h"
#include "machine/neighbours.h"
#include "meter/hwmon_meter.h"
#include "meter/load_meter.h"
#include "meter/perf_meter.h"
#include "meter/rapl_meter.h"
#include "meter/sysfs.h"
#include "meter/unsupported_sensors.h"

namespace {

using namespace wattlens;

constexpr std::size_t kMostFiles = 64;
constexpr std::size_t kLongestPath = 200;

// While somebody sleeps the counters of RAPL move, the first times.
class JumpingClock final : public base::Clock {
 public:
  explicit JumpingClock(const base::Path& root) : root_(root) {}

  base::MonoTime now() const override { return now_; }
  void sleep_until(base::MonoTime time) override {
    now_ = std::max(now_, time);
    if (moves_++ < 8) move_counters();
  }
  std::string wall_time() const override { return {}; }

 private:
  void move_counters() const {
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root_ / "sys", error)) {
      if (entry.path().filename() != "energy_uj") continue;
      const auto text = base::read_text(entry.path());
      const auto energy_uj = text ? base::parse_integer(*text) : std::nullopt;
      if (energy_uj && *energy_uj < 1'000'000'000'000) std::ofstream(entry.path()) << *energy_uj + 61'000 << '\n';
    }
  }

  const base::Path& root_;
  int moves_ = 0;
  base::MonoTime now_{1'000'000'000};
};

// Events that count by how often they are read.
class CountingEvents final : public meter::PerfEvents {
 public:
  std::expected<base::FileDescriptor, int> open(std::uint32_t, std::uint64_t, int processor) override {
    if (processor > 8) return std::unexpected(ENODEV);
    return base::FileDescriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  std::optional<std::uint64_t> read(const base::FileDescriptor&) override { return count_ += 1'000'000; }

 private:
  std::uint64_t count_ = 0;
};

class Tree {
 public:
  Tree() {
    std::string folder = "/dev/shm/wattlens-fuzz-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) std::abort();
    root_ = folder;
  }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;
  ~Tree() {
    std::error_code ignored;
    std::filesystem::remove_all(root_, ignored);
  }

  const base::Path& root() const { return root_; }

  void fill(std::string_view text) const {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(root_)) {
      std::filesystem::remove_all(entry.path(), ignored);
    }
    std::ofstream file;
    std::size_t files = 0;
    for (const std::string_view line : base::split(text, '\n')) {
      if (!line.starts_with('=')) {
        if (file.is_open()) file << line << '\n';
        continue;
      }
      file.close();
      const base::Path path = root_ / std::string(line.substr(1)).c_str();
      const bool inside = line.size() > 1 && line.size() < kLongestPath && line[1] != '/' && !line.contains("..");
      if (!inside || ++files > kMostFiles) continue;
      std::filesystem::create_directories(path.parent_path(), ignored);
      file.open(path, std::ios::binary);
    }
  }

 private:
  base::Path root_;
};

void check(bool holds) {
  if (!holds) std::abort();
}

void read(const Result<std::unique_ptr<meter::Meter>>& opened, base::Clock& clock) {
  if (!opened) return;
  meter::Meter& meter = **opened;
  std::vector<meter::Reading> readings(meter.channels().size());
  for (int i = 0; i < 3; ++i) {
    clock.sleep_until(clock.now() + base::seconds(0.6));
    check(meter.read(readings).has_value());
  }
  for (std::size_t i = 0; i < readings.size(); ++i) {
    const record::Channel& channel = meter.channels()[i];
    check(!channel.id.empty());
    const bool missing = channel.provenance == record::Provenance::missing;
    check(missing == !channel.reason.empty());
    check(!missing || readings[i].status == meter::ReadStatus::failed);
    const bool gauge = channel.kind == record::ChannelKind::power;
    check(!gauge || readings[i].status != meter::ReadStatus::ok || readings[i].value >= 0);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Tree tree;
  tree.fill({reinterpret_cast<const char*>(data), size});
  JumpingClock clock(tree.root());
  const record::MachineState machine = machine::read_machine(tree.root());
  check(machine.cpu.threads >= 0 && machine.cpu.sockets >= 0 && machine.memory.value >= 0.0);
  const meter::MeterOptions options{.root = tree.root(), .clock = &clock, .machine = machine};
  // Opening reads the tables of what is known, which costs more than all else: only where there is something to find.
  const auto has = [&](const char* path) { return meter::is_there(tree.root() / path); };
  read(meter::open_rapl_meter(options), clock);
  read(meter::open_perf_meter(options, std::make_unique<CountingEvents>()), clock);
  if (has("sys/class/hwmon")) {
    read(meter::open_hwmon_meter(options), clock);
    for (const meter::AbsentMeter& sensor : meter::unsupported_sensors(tree.root())) check(!sensor.reason.empty());
  }
  if (has("proc/stat")) read(meter::open_load_meter(options), clock);
  machine::NeighbourWatch neighbours(clock, tree.root());
  neighbours.begin();
  clock.sleep_until(clock.now() + base::seconds(3.0));
  neighbours.end();
  return 0;
}
