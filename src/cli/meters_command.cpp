#include "cli/meters_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "capture/frames.h"
#include "cli/sensors.h"
#include "experiment/axis.h"
#include "machine/machine.h"
#include "meter/meter_set.h"
#include "meter/sampler.h"
#include "meter/window_energy.h"
#include "report/experiment_tables.h"
#include "report/machine_formats.h"
#include "report/meters_table.h"
#include "report/page.h"
#include "report/simulated.h"

namespace wattlens::cli {
namespace {

using base::MonoTime;
using base::Seconds;
using report::Format;

// A hypervisor's counter may step once a second.
constexpr Seconds kLook{2.1};
constexpr base::Hertz kListRate{1000.0};
constexpr Seconds kShortestInterval{0.1};
constexpr Seconds kLongestInterval{600.0};  // the sampler keeps the readings of one look
constexpr Seconds kLongestSilence{10.0};    // after which a look that gave nothing is given up
constexpr std::size_t kMostLooks = 600;     // that a trace remembers

bool gives_energy(const record::Window& window) {
  return std::ranges::any_of(window.channels, [](const auto& channel) { return channel.gross.value.has_value(); });
}

// All channels, looked at again and again; one look ends where the next begins.
class Looks {
 public:
  Looks(Sensors sensors, base::Clock& clock, base::Hertz rate)
      : clock_(clock),
        meters_(std::move(sensors.meters)),
        warnings_(std::move(sensors.warnings)),
        sampler_(meters_, clock, {.rate = rate}) {}

  Result<void> start() {
    WATTLENS_CHECK(sampler_.start());
    begin_ = end_ = clock_.now();
    return {};
  }

  std::span<const record::Channel> channels() const { return meters_.channels(); }
  std::span<const meter::AbsentMeter> absent() const { return meters_.absent(); }
  std::span<const record::Warning> warnings() const { return warnings_; }

  // Sleeps until `interval` after the last one. Nothing where it was cancelled, or where no channel has moved enough
  // yet: that time is then part of the next look.
  std::optional<record::Window> next(Seconds interval, const base::Cancellation& cancel) {
    if (cancel.sleep_until(clock_, end_ + interval)) return std::nullopt;
    end_ = clock_.now();
    record::Window window;
    window.begin = begin_;
    window.end = end_;
    meter::measure_window(meters_.channels(), sampler_.take(window.begin, window.end), {}, window);
    if (!gives_energy(window) && window.duration() < kLongestSilence) return std::nullopt;
    begin_ = end_;
    return window;
  }

 private:
  base::Clock& clock_;
  meter::MeterSet meters_;
  std::vector<record::Warning> warnings_;
  meter::Sampler sampler_;
  MonoTime begin_;  // of the look at hand
  MonoTime end_;    // of the last sleep
};

std::string list_text(const Looks& looks, const record::Window& window, const Output& output) {
  report::Table table = report::meters_table(looks.channels(), window, Seconds{1.0 / kListRate.value});
  if (output.format() != Format::table && output.format() != Format::markdown) {
    return report::in_format(std::move(table), output.format(), output.text(), report::kMetersSchema, "channels");
  }
  report::Section section{.table = std::move(table)};
  if (report::simulated(looks.channels())) section.lead = report::kSimulatedLine;
  for (const record::Warning& warning : looks.warnings()) {
    if (warning.code == "replayed") section.lead = warning.message;
  }
  const auto add = [&](std::string_view name, std::string_view reason, std::string_view hint) {
    section.remarks.push_back(fmt::format("{}: {}{}{}", name, reason, hint.empty() ? "" : "; to mend it: ", hint));
  };
  for (const record::ChannelEnergy& channel : window.channels) {
    if (!channel.gross.value) add(channel.channel, report::in_words(channel.gross.reason), channel.gross.hint);
  }
  for (const record::Warning& warning : looks.warnings()) {
    if (warning.code != "simulated" && warning.code != "replayed") add(warning.channel, warning.message, warning.hint);
  }
  for (const meter::AbsentMeter& absent : looks.absent()) add(absent.name, absent.reason, absent.hint);
  report::Page page;
  page.sections.push_back(std::move(section));
  return output.format() == Format::table ? report::to_terminal(page, output.text()) : report::to_markdown(page);
}

void add(const record::Window& window, std::vector<report::WatchedChannel>& watched) {
  for (std::size_t i = 0; i < watched.size(); ++i) {
    report::WatchedChannel& one = watched[i];
    one.last = window.channels[i];
    one.look = window.duration();
    const auto& value = one.last.gross.value;
    if (value) {
      one.sum.value = one.sum.value.value_or(base::Joules{}) + *value;
      one.sum.provenance = one.last.gross.provenance;
      one.sum.method = one.last.gross.method;
    } else {
      ++one.lost;
      one.sum.reason = one.last.gross.reason;
    }
    if (one.trace.size() == kMostLooks) one.trace.erase(one.trace.begin());
    one.trace.push_back(value ? value->value / one.look.value : std::numeric_limits<double>::quiet_NaN());
  }
}

// One look after the other, as text for where it goes.
class WatchText {
 public:
  WatchText(const Output& output, bool redraw) : output_(output), redraw_(redraw) {}

  std::string next(Seconds since_begin, std::span<const report::WatchedChannel> watched) {
    if (output_.format() == Format::csv)
      return without_header(report::to_csv(report::watch_table(since_begin, watched)));
    if (output_.format() == Format::jsonl) return report::to_json_lines(report::watch_table(since_begin, watched));
    std::string view = report::watch_view(since_begin, watched, output_.text());
    const std::string back = redraw_ && lines_ > 0 ? fmt::format("\033[{}A\033[J", lines_) : std::string();
    lines_ = std::ranges::count(view, '\n');
    return back + view;
  }

 private:
  std::string without_header(std::string csv) {
    if (std::exchange(header_is_written_, true)) csv.erase(0, csv.find('\n') + 1);
    return csv;
  }

  const Output& output_;
  bool redraw_;
  bool header_is_written_ = false;
  std::ptrdiff_t lines_ = 0;
};

}  // namespace

Result<ExitCode> meters_list(const MetersListOptions& options, const base::Cancellation& cancel) {
  WATTLENS_TRY(auto scenario, read_simulated(options.simulate));
  const Format format = options.output.format;
  if (!options.root.empty() && format != Format::table && format != Format::markdown) {
    return fail(ErrorKind::usage, "--root gives no data: a recorded machine's sensors are not measured",
                "use --format table or md, or wattlens doctor --root FOLDER --format json");
  }
  WATTLENS_TRY(Output output, Output::open(options.output));
  base::SystemClock clock;
  std::unique_ptr<capture::Replay> replay;  // outlives the sensors
  if (!options.root.empty()) {
    WATTLENS_TRY(replay, capture::Replay::open(options.root));
  }
  const record::MachineState machine = machine::read_machine(replay ? replay->root() : base::Path("/"));
  Sensors sensors =
      replay ? open_sensors_below(replay->root(), clock, machine) : open_sensors(std::move(scenario), clock, machine);
  Looks looks(std::move(sensors), clock, kListRate);
  WATTLENS_CHECK(looks.start());
  std::optional<record::Window> window;
  while (!window && !cancel.requested()) window = looks.next(kLook, cancel);
  if (!window) return fail(ErrorKind::cancelled, "interrupted before the sensors had been seen for two seconds");
  WATTLENS_CHECK(output.write(list_text(looks, *window, output)));
  WATTLENS_CHECK(output.finish());
  return gives_energy(*window) ? ExitCode::done : ExitCode::nothing_measurable;
}

Result<ExitCode> meters_watch(const MetersWatchOptions& options, const base::Cancellation& cancel) {
  WATTLENS_TRY(const Seconds interval, experiment::parse_duration(options.interval, "--interval"));
  if (interval < kShortestInterval || interval > kLongestInterval) {
    return fail(ErrorKind::usage, fmt::format("--interval {} is not in 0.1s … 10m", options.interval),
                "a shorter one sees no sensor move; of a longer one the sampler cannot keep all readings");
  }
  Seconds left{std::numeric_limits<double>::infinity()};
  if (!options.duration.empty()) {
    WATTLENS_TRY(left, experiment::parse_duration(options.duration, "--duration"));
  }
  WATTLENS_TRY(auto scenario, read_simulated(options.simulate));
  WATTLENS_TRY(Output output, Output::open(options.output));
  base::SystemClock clock;
  Sensors sensors = open_sensors(std::move(scenario), clock, machine::read_machine());
  Looks looks(std::move(sensors), clock, meter::SamplerOptions{}.rate);
  WATTLENS_CHECK(looks.start());
  std::vector<report::WatchedChannel> watched;
  for (const record::Channel& channel : looks.channels()) watched.push_back({.channel = channel});
  WatchText text(output, isatty(STDOUT_FILENO) == 1 && !options.output.file);
  const MonoTime begin = clock.now();
  bool any = false;
  while (left > Seconds{} && !cancel.requested()) {
    const Seconds look = left < 1.5 * interval ? left : interval;  // a short rest joins the look before it
    left -= look;
    const auto window = looks.next(look, cancel);
    if (!window) continue;
    add(*window, watched);
    any = any || gives_energy(*window);
    WATTLENS_CHECK(output.write(text.next(window->end - begin, watched)));
  }
  WATTLENS_CHECK(output.finish());
  return any ? ExitCode::done : ExitCode::nothing_measurable;
}

}  // namespace wattlens::cli
