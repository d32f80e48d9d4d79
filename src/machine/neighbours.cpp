#include "machine/neighbours.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "machine/tree.h"

namespace wattlens::machine {
namespace {

using base::Seconds;

// Ticks are 10 ms on nearly every kernel; over 2 s they find a neighbour of 2 % of a core.
constexpr Seconds kShortestForTicks{2.0};
constexpr Seconds kShortestForSteal{0.5};
// The kernel books a running task at its next switch. More own time than booked time beyond this share of a core means
// that the fine figures cannot be used for this window.
constexpr double kMostOverdraft = 0.05;

Seconds from_ticks(std::int64_t ticks) {
  return {static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

// One line of /proc/stat or of another table of blank-separated numbers, without its first word.
std::vector<std::int64_t> numbers_after_first(std::string_view line) {
  std::vector<std::int64_t> numbers;
  bool first = true;
  for (const std::string_view word : base::split(line, ' ')) {
    if (word.empty()) continue;
    if (!first) numbers.push_back(base::parse_integer(word).value_or(0));
    first = false;
  }
  return numbers;
}

// Field 7 of every "cpuN" line: nanoseconds that tasks ran there (Documentation/scheduler/sched-stats.rst).
std::optional<Seconds> read_schedstat(const base::Path& root) {
  const auto text = base::read_text(root / "proc/schedstat");
  if (!text) return std::nullopt;
  std::optional<Seconds> sum;
  for (const std::string_view line : base::split(*text, '\n')) {
    if (!line.starts_with("cpu")) continue;
    const auto numbers = numbers_after_first(line);
    if (numbers.size() < 7) return std::nullopt;
    sum = sum.value_or(Seconds{}) + Seconds{static_cast<double>(numbers[6]) * 1e-9};
  }
  // A kernel built without the accounting shows zeros.
  return sum && sum->value > 0.0 ? sum : std::nullopt;
}

struct Ticks {
  std::optional<Seconds> busy;
  std::optional<Seconds> steal;
};

// The "cpu" line: user nice system idle iowait irq softirq steal guest guest_nice; user holds guest already.
Ticks read_ticks(const base::Path& root) {
  Ticks ticks;
  const std::string text = base::read_text(root / "proc/stat").value_or("");
  const std::string_view line = base::split(text, '\n').front();
  const auto numbers = numbers_after_first(line);
  if (!line.starts_with("cpu ") || numbers.size() < 7) return ticks;
  ticks.busy = from_ticks(numbers[0] + numbers[1] + numbers[2] + numbers[5] + numbers[6]);
  if (numbers.size() > 7) ticks.steal = from_ticks(numbers[7]);
  return ticks;
}

struct ProcessStat {
  std::int64_t parent = 0;
  Seconds self;      // all threads, ended ones too
  Seconds children;  // ended and waited for
};

// proc(5): fields are counted from the last ')', because a command's name may hold blanks and brackets.
std::optional<ProcessStat> read_process(const base::Path& root, std::int64_t pid) {
  const auto text = base::read_text(root / "proc" / std::to_string(pid) / "stat");
  if (!text) return std::nullopt;
  const std::size_t bracket = text->rfind(')');
  if (bracket == std::string::npos) return std::nullopt;
  const auto fields = base::split(base::trim(std::string_view(*text).substr(bracket + 1)), ' ');  // [0] is field 3
  if (fields.size() < 15) return std::nullopt;
  const auto field = [&](std::size_t i) { return base::parse_integer(fields[i - 3]).value_or(0); };
  return ProcessStat{field(4), from_ticks(field(14) + field(15)), from_ticks(field(16) + field(17))};
}

std::vector<std::int64_t> numbered_folders(const base::Path& folder) {
  std::vector<std::int64_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (const auto number = base::parse_integer(entry.path().filename().string())) numbers.push_back(*number);
  }
  return numbers;
}

// Nanoseconds of the living threads: the first field of /proc/PID/task/TID/schedstat.
Seconds living_threads(const base::Path& process) {
  Seconds sum;
  for (const std::int64_t thread : numbered_folders(process / "task")) {
    const auto line = read_line(process / "task" / std::to_string(thread) / "schedstat");
    if (!line) continue;
    sum += Seconds{static_cast<double>(base::parse_integer(base::split(*line, ' ').front()).value_or(0)) * 1e-9};
  }
  return sum;
}

// The kernel's own list of children where it keeps one; looking at every process is slow on a large machine.
std::optional<std::vector<std::int64_t>> listed_children(const base::Path& process) {
  std::vector<std::int64_t> children;
  for (const std::int64_t thread : numbered_folders(process / "task")) {
    const auto line = read_line(process / "task" / std::to_string(thread) / "children");
    if (!line) return std::nullopt;
    for (const std::string_view word : base::split(*line, ' ')) {
      if (const auto child = base::parse_integer(word)) children.push_back(*child);
    }
  }
  return children;
}

std::vector<std::int64_t> with_descendants(const base::Path& root, std::int64_t pid) {
  std::vector<std::int64_t> family{pid};
  std::multimap<std::int64_t, std::int64_t> children_of;  // filled once, where the kernel keeps no lists
  for (std::size_t i = 0; i < family.size(); ++i) {
    const std::int64_t parent = family[i];  // a copy: the vector grows below
    if (const auto children = listed_children(root / "proc" / std::to_string(parent))) {
      family.insert(family.end(), children->begin(), children->end());
      continue;
    }
    if (children_of.empty()) {
      for (const std::int64_t process : numbered_folders(root / "proc")) {
        if (const auto stat = read_process(root, process)) children_of.emplace(stat->parent, process);
      }
    }
    const auto [first, last] = children_of.equal_range(parent);
    for (auto child = first; child != last; ++child) family.push_back(child->second);
  }
  return family;
}

std::optional<Seconds> read_own(const base::Path& root) {
  const auto line = read_line(root / "proc/self/stat");
  const auto self = line ? base::parse_integer(base::split(*line, ' ').front()) : std::nullopt;
  if (!self) return std::nullopt;
  Seconds sum;
  for (const std::int64_t pid : with_descendants(root, *self)) {
    const auto stat = read_process(root, pid);
    if (!stat) continue;  // it ended just now: its time is its parent's "children" at the next look
    // Ticks know the threads that ended; nanoseconds only the living ones. The larger is the better of the two.
    sum += std::max(stat->self, living_threads(root / "proc" / std::to_string(pid))) + stat->children;
  }
  return sum;
}

}  // namespace

NeighbourWatch::NeighbourWatch(const base::Clock& clock, base::Path root) : clock_(clock), root_(std::move(root)) {}

void NeighbourWatch::begin() { begin_ = look(); }

record::Neighbours NeighbourWatch::end() const {
  const Look now = look();
  const Seconds duration = now.time - begin_.time;
  record::Neighbours result;
  if (duration.value <= 0.0) return result;
  if (begin_.steal && now.steal && duration >= kShortestForSteal) {
    result.steal_cores = std::max(0.0, (*now.steal - *begin_.steal) / duration);
  }
  if (!begin_.own || !now.own) return result;
  const Seconds own = *now.own - *begin_.own;
  const auto others = [&](const std::optional<Seconds>& before, const std::optional<Seconds>& after) {
    return before && after ? std::optional((*after - *before - own) / duration) : std::nullopt;
  };
  if (const auto fine = others(begin_.run, now.run); fine && *fine > -kMostOverdraft) {
    result.method = "schedstat";
    result.other_cores = std::max(0.0, *fine);
    return result;
  }
  const auto coarse = others(begin_.ticks, now.ticks);
  if (!coarse) return result;
  result.method = "ticks";
  if (duration >= kShortestForTicks) result.other_cores = std::max(0.0, *coarse);
  return result;
}

NeighbourWatch::Look NeighbourWatch::look() const {
  Look look;
  look.time = clock_.now();
  look.run = read_schedstat(root_);
  const Ticks ticks = read_ticks(root_);
  look.ticks = ticks.busy;
  look.steal = ticks.steal;
  look.own = read_own(root_);
  return look;
}

}  // namespace wattlens::machine
