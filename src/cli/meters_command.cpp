#include "cli/meters_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "experiment/axis.h"
#include "machine/machine.h"
#include "meter/meter_set.h"
#include "meter/sampler.h"
#include "meter/window_energy.h"
#include "report/machine_formats.h"
#include "report/meters_table.h"
#include "report/page.h"

namespace wattlens::cli {
namespace {

using base::MonoTime;
using base::Seconds;
using report::Format;

// A hypervisor's counter may step once a second.
constexpr Seconds kLook{2.1};
constexpr Seconds kShortestInterval{0.1};
constexpr std::size_t kMostLooks = 600;  // that a trace remembers

// All channels, looked at again and again; one look ends where the next begins.
class Looks {
 public:
  explicit Looks(base::Clock& clock)
      : clock_(clock),
        meters_(meter::MeterSet::open({.clock = &clock, .machine = machine::read_machine()})),
        sampler_(meters_, clock, {}) {}

  Result<void> start() {
    WATTLENS_CHECK(sampler_.start());
    end_ = clock_.now();
    return {};
  }

  std::span<const record::Channel> channels() const { return meters_.channels(); }
  std::span<const meter::AbsentMeter> absent() const { return meters_.absent(); }

  // Sleeps until `interval` after the end of the last look; shorter where it is cancelled.
  record::Window next(Seconds interval, const base::Cancellation& cancel) {
    record::Window window;
    window.begin = end_;
    cancel.sleep_until(clock_, end_ + interval);
    window.end = end_ = clock_.now();
    meter::measure_window(meters_.channels(), sampler_.take(window.begin, window.end), {}, window);
    return window;
  }

 private:
  base::Clock& clock_;
  meter::MeterSet meters_;
  meter::Sampler sampler_;
  MonoTime end_;
};

ExitCode code_of(std::span<const record::ChannelEnergy> channels) {
  const bool any = std::ranges::any_of(channels, [](const auto& channel) { return channel.gross.value.has_value(); });
  return any ? ExitCode::done : ExitCode::nothing_measurable;
}

std::string list_text(const Looks& looks, const record::Window& window, const Output& output) {
  report::Table table = report::meters_table(looks.channels(), window);
  if (output.format() != Format::table && output.format() != Format::markdown) {
    return report::in_format(std::move(table), output.format(), output.text(), report::kMetersSchema, "channels");
  }
  report::Section section{.table = std::move(table)};
  for (const record::ChannelEnergy& channel : window.channels) {
    if (channel.gross.value) continue;
    section.remarks.push_back(fmt::format("{}: {}{}", channel.channel, channel.gross.reason,
                                          channel.gross.hint.empty() ? "" : "; " + channel.gross.hint));
  }
  for (const meter::AbsentMeter& absent : looks.absent()) {
    section.remarks.push_back(fmt::format("{}: {}", absent.name, absent.reason));
  }
  section.remarks.emplace_back("What mends what is missing: wattlens doctor.");
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
    if (value) one.energy += *value;
    if (!value) ++one.lost;
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
  WATTLENS_TRY(Output output, Output::open(options.output));
  base::SystemClock clock;
  Looks looks(clock);
  WATTLENS_CHECK(looks.start());
  const record::Window window = looks.next(kLook, cancel);
  WATTLENS_CHECK(output.write(list_text(looks, window, output)));
  WATTLENS_CHECK(output.finish());
  return code_of(window.channels);
}

Result<ExitCode> meters_watch(const MetersWatchOptions& options, const base::Cancellation& cancel) {
  if (options.output.format == Format::json || options.output.format == Format::markdown) {
    return fail(ErrorKind::usage,
                fmt::format("meters watch has no format '{}'", report::to_string(options.output.format)),
                "use --format table, csv or jsonl");
  }
  WATTLENS_TRY(const Seconds interval, experiment::parse_duration(options.interval, "--interval"));
  if (interval < kShortestInterval) {
    return fail(ErrorKind::usage, fmt::format("--interval {} is too short", options.interval), "give 0.1s or more");
  }
  Seconds left{std::numeric_limits<double>::infinity()};
  if (!options.duration.empty()) {
    WATTLENS_TRY(left, experiment::parse_duration(options.duration, "--duration"));
  }
  WATTLENS_TRY(Output output, Output::open(options.output));
  base::SystemClock clock;
  Looks looks(clock);
  WATTLENS_CHECK(looks.start());
  std::vector<report::WatchedChannel> watched;
  for (const record::Channel& channel : looks.channels()) watched.push_back({.channel = channel});
  WatchText text(output, isatty(STDOUT_FILENO) == 1 && !options.output.file);
  Seconds since_begin;
  ExitCode code = ExitCode::nothing_measurable;
  while (left > Seconds{0.0} && !cancel.requested()) {
    const record::Window window = looks.next(std::min(interval, left), cancel);
    since_begin += window.duration();
    left -= window.duration();
    add(window, watched);
    if (code_of(window.channels) == ExitCode::done) code = ExitCode::done;
    WATTLENS_CHECK(output.write(text.next(since_begin, watched)));
  }
  WATTLENS_CHECK(output.finish());
  return code;
}

}  // namespace wattlens::cli
