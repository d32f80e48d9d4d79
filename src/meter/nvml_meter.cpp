#include "meter/nvml_meter.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "meter/counter.h"
#include "meter/nvml_library.h"
#include "meter/sensor_profiles.h"

namespace wattlens::meter {
namespace {

using base::Seconds;
using base::Watts;

// Counters move every 10 to 100 ms.
constexpr Seconds kLook{0.3};
constexpr Seconds kLookStep{0.005};
constexpr unsigned kMostSlices = 8;
constexpr unsigned kVirtualGpu = 2;
constexpr unsigned kMigEnabled = 1;
// A sensor is asked four times per update, a counter, whose update period nobody publishes, as if it were fast; one
// that answers slowly (2.4 ms were reported) is left alone for ten times as long: eight such boards in every sample
// would delay all other channels.
constexpr double kAsksPerUpdate = 4.0;
constexpr Seconds kShortestUpdate{0.01};
constexpr double kRestPerRead = 10.0;
constexpr Seconds kLongestRest{0.1};
constexpr Seconds kTolerance{0.001};  // of a sample that comes a little early
// Where a board tells no limit; no board that is sold may draw as much.
constexpr Watts kMostOfAnyBoard{1500.0};

enum class Source { none, counter, instant, average, usage };

std::string_view sensor_name(Source source) {
  switch (source) {
    case Source::counter: return "nvml.counter";
    case Source::instant: return "nvml.instant";
    case Source::average: return "nvml.average";
    case Source::usage: return "nvml.usage";
    default: return {};
  }
}

std::string_view method_name(Source source) {
  switch (source) {
    case Source::counter: return "nvml";
    case Source::instant: return "nvml power (instant)";
    case Source::average: return "nvml power (1 s average)";
    case Source::usage: return "nvml power";
    default: return "nvml";
  }
}

std::string_view generation(int major, int minor) {
  switch (major) {
    case 3: return "kepler";
    case 5: return "maxwell";
    case 6: return "pascal";
    case 7: return minor >= 5 ? "turing" : "volta";
    case 8: return minor == 0 ? "ga100" : minor == 9 ? "ada" : "ga10x";
    case 9: return "hopper";
    case 10:
    case 12: return "blackwell";
    default: return {};
  }
}

// Nothing where the board does not answer, or not with a power that it can draw.
std::optional<std::int64_t> read_power_uw(const NvmlLibrary& nvml, NvmlDevice* device, Source source, Watts bound) {
  unsigned milliwatts = 0;
  const NvmlStatus status = source == Source::instant   ? nvml.power_field(device, kNvmlPowerInstant, milliwatts)
                            : source == Source::average ? nvml.power_field(device, kNvmlPowerAverage, milliwatts)
                                                        : nvml.power_usage(device, milliwatts);
  if (status != NvmlStatus::success || milliwatts * 1e-3 > bound.value) return std::nullopt;
  return std::int64_t{milliwatts} * 1000;
}

std::optional<std::int64_t> read_energy_uj(const NvmlLibrary& nvml, NvmlDevice* device) {
  std::uint64_t millijoules = 0;
  if (nvml.total_energy(device, millijoules) != NvmlStatus::success) return std::nullopt;
  return static_cast<std::int64_t>(millijoules) * 1000;
}

struct Board {
  record::Channel channel;
  NvmlDevice* device = nullptr;
  std::string name;
  std::string_view generation;
  Source source = Source::none;
  Watts bound = kMostOfAnyBoard * 2.0;
  std::optional<Counter> counter;
  std::optional<MonoTime> asked;  // the last time
  Seconds took;                   // the answer, then

  bool rests(MonoTime time) const {
    const Seconds period = channel.update_period.value_or(kShortestUpdate);
    const Seconds rest = std::max(period / kAsksPerUpdate, std::min(kRestPerRead * took, kLongestRest));
    return asked && time - *asked < rest - kTolerance;
  }

  std::optional<std::int64_t> read(const NvmlLibrary& nvml, MonoTime time) {
    if (source != Source::counter) return read_power_uw(nvml, device, source, bound);
    const auto raw = read_energy_uj(nvml, device);
    return raw ? counter->accept(*raw, time) : std::nullopt;
  }
};

class NvmlMeter final : public Meter {
 public:
  NvmlMeter(const base::Clock& clock, std::unique_ptr<NvmlLibrary> nvml, std::vector<Board> boards)
      : clock_(clock), nvml_(std::move(nvml)), boards_(std::move(boards)) {
    for (const Board& board : boards_) channels_.push_back(board.channel);
  }

  std::string_view name() const override { return "nvml"; }
  std::span<const record::Channel> channels() const override { return channels_; }

  Result<void> read(std::span<Reading> out) override {
    MonoTime before = clock_.now();
    for (std::size_t i = 0; i < boards_.size(); ++i) {
      Board& board = boards_[i];
      out[i] = {};
      if (board.source == Source::none) continue;
      if (board.rests(before)) {
        out[i].status = ReadStatus::not_asked;
        continue;
      }
      const auto value = board.read(*nvml_, before);
      const MonoTime after = clock_.now();
      board.asked = before;
      board.took = after - before;
      if (value) out[i] = {ReadStatus::ok, *value, before, after};
      before = after;
    }
    return {};
  }

 private:
  const base::Clock& clock_;
  std::unique_ptr<NvmlLibrary> nvml_;
  std::vector<Board> boards_;
  std::vector<record::Channel> channels_;
};

void mark_missing(Board& board, std::string reason, std::string hint) {
  board.source = Source::none;
  board.channel.provenance = record::Provenance::missing;
  board.channel.reason = std::move(reason);
  board.channel.hint = std::move(hint);
}

void mark_refused(Board& board, NvmlStatus status) {
  switch (status) {
    case NvmlStatus::no_permission:
      return mark_missing(board, "permission", "this user may not open the board: ask for the group of /dev/nvidia*");
    case NvmlStatus::gpu_is_lost:
      return mark_missing(board, "lost", "the board fell off the bus: sudo dmesg | grep -i xid; restart the machine");
    case NvmlStatus::not_supported:
      return mark_missing(board, "unsupported", "this board has neither an energy counter nor a power reading");
    default: return mark_missing(board, "unreadable", fmt::format("NVML answers {}", to_string(status)));
  }
}

// Looks at boards and chooses how each is read.
class Opener {
 public:
  Opener(const NvmlLibrary& nvml, const SensorProfiles& profiles, base::Clock& clock)
      : nvml_(nvml), profiles_(profiles), clock_(clock) {
    std::string version;
    nvml_.driver_version(version);
    driver_ = base::parse_integer(version.substr(0, version.find('.'))).value_or(0);
    driver_version_ = version;
  }

  std::vector<Board> open(unsigned count) {
    std::vector<Board> boards;
    for (unsigned i = 0; i < count; ++i) {
      boards.push_back(describe(i));
      const std::size_t board = boards.size() - 1;
      if (boards[board].channel.provenance == record::Provenance::measured) add_slices(boards, board);
    }
    const std::vector<bool> moves = watch_counters(boards);
    std::vector<Board> checks;
    for (std::size_t i = 0; i < boards.size(); ++i) {
      if (boards[i].channel.provenance == record::Provenance::measured) choose(boards[i], moves[i]);
      if (auto check = check_of(boards[i])) {
        boards[i].channel.covers.push_back(check->channel.id);
        checks.push_back(*std::move(check));
      }
    }
    boards.insert(boards.end(), std::make_move_iterator(checks.begin()), std::make_move_iterator(checks.end()));
    return boards;
  }

 private:
  Board describe(unsigned index) {
    Board board;
    board.channel.id = fmt::format("gpu.{}", index);
    board.channel.method = "nvml";
    board.channel.scope = "board";
    board.channel.provenance = record::Provenance::measured;
    if (const NvmlStatus status = nvml_.device(index, board.device); status != NvmlStatus::success) {
      mark_refused(board, status);
      return board;
    }
    if (nvml_.name(board.device, board.name) == NvmlStatus::success) board.channel.scope += ": " + board.name;
    nvml_.uuid(board.device, board.channel.device);
    board.channel.driver = driver_version_;
    int major = 0;
    int minor = 0;
    if (nvml_.compute_capability(board.device, major, minor) == NvmlStatus::success) {
      board.generation = generation(major, minor);
    }
    unsigned limit = 0;
    if (nvml_.largest_power_limit(board.device, limit) == NvmlStatus::success && limit > 0) {
      board.channel.largest_power = Watts{limit * 1e-3};
      board.bound = *board.channel.largest_power * 2.0;
    }
    unsigned mode = 0;
    if (nvml_.virtualization_mode(board.device, mode) == NvmlStatus::success && mode == kVirtualGpu) {
      mark_missing(board, "vgpu", "a virtual GPU is a share of a board, which only the host can measure");
    }
    return board;
  }

  void add_slices(std::vector<Board>& boards, std::size_t of) {
    unsigned mode = 0;
    if (nvml_.mig_mode(boards[of].device, mode) != NvmlStatus::success || mode != kMigEnabled) return;
    boards[of].channel.scope += ", with all of its MIG slices and whoever uses them";
    for (unsigned i = 0; i < kMostSlices; ++i) {
      Board slice;
      if (nvml_.mig_slice(boards[of].device, i, slice.device) != NvmlStatus::success) continue;
      nvml_.uuid(slice.device, slice.channel.device);
      slice.channel.id = fmt::format("{}.slice.{}", boards[of].channel.id, i);
      slice.channel.method = "nvml";
      slice.channel.scope = "one MIG slice";
      mark_missing(slice, "mig",
                   fmt::format("a slice has no sensor of its own: {} is the whole board", boards[of].channel.id));
      boards[of].channel.covers.push_back(slice.channel.id);
      boards.push_back(std::move(slice));
    }
  }

  // Whether each board has a counter that can be believed: one that moves, or a board that draws nothing.
  std::vector<bool> watch_counters(const std::vector<Board>& boards) {
    std::vector<std::optional<std::int64_t>> first(boards.size());
    std::vector<bool> moves(boards.size(), true);
    for (std::size_t i = 0; i < boards.size(); ++i) {
      if (boards[i].channel.provenance != record::Provenance::measured) continue;
      first[i] = read_energy_uj(nvml_, boards[i].device);
      moves[i] = !first[i] || power_now(boards[i]).value_or(0) == 0;
    }
    const MonoTime end = clock_.now() + kLook;
    while (std::ranges::find(moves, false) != moves.end() && clock_.now() < end) {
      clock_.sleep_until(clock_.now() + kLookStep);
      for (std::size_t i = 0; i < boards.size(); ++i) {
        if (!moves[i]) moves[i] = read_energy_uj(nvml_, boards[i].device) != first[i];
      }
    }
    return moves;
  }

  std::optional<std::int64_t> power_now(const Board& board) const {
    for (const Source source : {Source::instant, Source::average, Source::usage}) {
      if (const auto power = read_power_uw(nvml_, board.device, source, board.bound)) return power;
    }
    return std::nullopt;
  }

  std::optional<SensorProfile> profile(const Board& board, Source source) const {
    return profiles_.find({sensor_name(source), board.generation, board.name, driver_});
  }

  // Of the power readings that the board answers: the one that sees most of the time, then the fastest; one of which
  // nothing is known comes last.
  Source best_power_source(const Board& board) const {
    Source best = Source::none;
    std::optional<SensorProfile> of_best;
    const auto window = [](const SensorProfile& p) { return p.averaging_window.value_or(Seconds{}); };
    for (const Source source : {Source::instant, Source::average, Source::usage}) {
      if (!read_power_uw(nvml_, board.device, source, board.bound)) continue;
      const auto found = profile(board, source);
      const bool better =
          best == Source::none || (found && !of_best) ||
          (found && of_best && std::pair(-found->duty, window(*found)) < std::pair(-of_best->duty, window(*of_best)));
      if (!better) continue;
      best = source;
      of_best = found;
    }
    return best;
  }

  void choose(Board& board, bool counter_moves) const {
    record::Channel& channel = board.channel;
    std::uint64_t millijoules = 0;
    const NvmlStatus counter = nvml_.total_energy(board.device, millijoules);
    const Source power = best_power_source(board);
    if (counter == NvmlStatus::success && counter_moves) {
      board.source = Source::counter;
      board.counter.emplace(board.bound, std::nullopt);
    } else if (power == Source::none) {
      unsigned milliwatts = 0;
      return mark_refused(board, nvml_.power_usage(board.device, milliwatts));
    } else {
      board.source = power;
      channel.kind = record::ChannelKind::power;
      channel.caution = counter == NvmlStatus::success
                            ? fmt::format("the energy counter of {} stands still: its power is added up", channel.id)
                            : fmt::format("{} has no energy counter: its power is added up", channel.id);
    }
    channel.method = method_name(board.source);
    const auto known = profile(board, board.source);
    if (known) {
      apply_profile(*known, channel);
    } else if (board.source != Source::counter) {
      channel.caution += "; how much of the time the sensor sees is not known";
    }
    if (board.source != Source::counter) return;
    if (!known || known->counter_source == CounterSource::unknown) {
      channel.scope += "; it is not known whether its counter sees all of the time";
    }
  }

  // The power of a board whose counter is read, as a channel of its own: what the counter says is held against it.
  std::optional<Board> check_of(const Board& board) const {
    if (board.source != Source::counter) return std::nullopt;
    const Source power = best_power_source(board);
    const auto known = profile(board, power);
    // Of a reading that may see any share of the time no interval can be told, and nothing be held against it.
    if (power == Source::none || !known) return std::nullopt;
    Board check = board;
    check.source = power;
    check.counter.reset();
    record::Channel& channel = check.channel;
    channel.id += ".power";
    channel.checks = board.channel.id;
    channel.covers.clear();
    channel.kind = record::ChannelKind::power;
    channel.method = method_name(power);
    channel.scope = fmt::format("the power of {}, which its counter is checked with; in no total", board.channel.id);
    apply_profile(*known, channel);
    return check;
  }

  const NvmlLibrary& nvml_;
  const SensorProfiles& profiles_;
  base::Clock& clock_;
  std::int64_t driver_ = 0;
  std::string driver_version_;
};

}  // namespace

Result<std::unique_ptr<Meter>> open_nvml_meter(const MeterOptions& options) {
  if (options.root != "/") {
    return fail(ErrorKind::not_measurable, "NVIDIA's driver is the running machine's, not another root's");
  }
  WATTLENS_TRY(const SensorProfiles profiles, SensorProfiles::parse(sensor_profiles_text()));
  WATTLENS_TRY(auto nvml, NvmlLibrary::load(options.nvml_library));
  unsigned count = 0;
  const NvmlStatus status = nvml->count(count);
  if (status != NvmlStatus::success) {
    return fail(ErrorKind::not_measurable,
                fmt::format("NVIDIA's driver does not count its GPUs: {}", to_string(status)), "nvidia-smi tells more");
  }
  if (count == 0) return fail(ErrorKind::not_measurable, "NVIDIA's driver shows no GPU", "nvidia-smi tells more");
  std::vector<Board> boards = Opener(*nvml, profiles, *options.clock).open(count);
  return std::make_unique<NvmlMeter>(*options.clock, std::move(nvml), std::move(boards));
}

}  // namespace wattlens::meter
