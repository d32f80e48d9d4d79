// Marks of regions as a program writes them, and their reader. docs/regions.md gives the format. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace wattlens::regions {

constexpr std::size_t kLongestName = 200;  // bytes; what is longer is cut
constexpr std::size_t kLongestLine = 512;  // bytes, with its end: what POSIX promises to write in one piece

enum class MarkKind { begin, end };

// A thread by the numbers of its own process: equal ones of two containers are not told apart.
struct Thread {
  std::int64_t process = 0;
  std::int64_t thread = 0;
  friend auto operator<=>(const Thread&, const Thread&) = default;
};

struct Mark {
  MarkKind kind = MarkKind::begin;
  std::optional<base::MonoTime> time;  // of the program's clock; empty: when it arrives
  Thread thread;
  std::int64_t lost = 0;  // marks of the process before this one that the pipe had no room for
  std::string name;       // valid UTF-8 without control characters, at most kLongestName bytes
};

// What was wrong with what was read, each with its first example.
struct MarkFaults {
  struct Fault {
    std::int64_t count = 0;
    std::string example;
    void add(std::string_view what);
  };
  Fault lines;     // that are no marks: left out
  Fault names;     // with control characters or broken UTF-8: replaced
  Fault too_long;  // names: cut
  std::int64_t lost = 0;
};

// One line without its end; empty where it is no mark. Notes what is wrong in `faults`.
std::optional<Mark> parse_mark(std::string_view line, MarkFaults& faults);

// Puts lines together from pieces. What is longer than a line may be is one fault, up to the next end of a line.
class MarkReader {
 public:
  void read(std::string_view bytes, const std::function<void(const Mark&)>& take);
  void end();  // what is left without an end of its line is a fault
  const MarkFaults& faults() const { return faults_; }

 private:
  std::string rest_;
  bool skipping_ = false;
  MarkFaults faults_;
};

}  // namespace wattlens::regions
