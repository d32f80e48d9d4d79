// Puts begins and ends together: which regions are open in each thread, and which windows each name had. Bounded in
// memory whatever a program sends. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/units.h"
#include "record/channel.h"
#include "regions/mark.h"

namespace wattlens::regions {

// Where the windows go. A slot is a number of the receiver's choice for a begin that has no end yet.
class WindowSink {
 public:
  using Slot = std::uint32_t;
  virtual ~WindowSink() = default;
  virtual Slot begin(base::MonoTime time) = 0;
  virtual void end(Slot slot, base::MonoTime time, std::size_t region) = 0;  // `region`: place in Nesting::regions()
  virtual void drop(Slot slot) = 0;                                          // it has no end
};

// All windows of one name at one place in the nesting of one thread.
struct NamedRegion {
  std::string name;
  std::optional<std::size_t> parent;  // place of the enclosing region
  Thread thread;
  std::int64_t count = 0;    // windows with an end
  std::int64_t unended = 0;  // begins without an end: in no figure
  base::Seconds time;        // of all windows together
};

class Nesting {
 public:
  static constexpr std::size_t kMostRegions = 10'000;  // by name, place and thread
  static constexpr std::size_t kMostOpen = 100'000;    // at one time, of all threads

  explicit Nesting(WindowSink& sink) : sink_(sink) {}  // which outlives it

  void start(base::MonoTime begin) { begin_ = begin; }  // of the command
  void take(const Mark& mark, base::MonoTime arrival);
  // The command ended: what its own main thread has open ends with it; of other threads it is not known when.
  void finish(base::MonoTime end, std::int64_t process);

  const std::vector<NamedRegion>& regions() const { return regions_; }
  // What was wrong with the marks: "region_never_begun", "region_never_ended", "region_time", "region_limit".
  std::vector<record::Warning> warnings() const;

 private:
  struct Frame {
    std::optional<std::size_t> region;  // empty above kMostRegions
    WindowSink::Slot slot = 0;
    base::MonoTime begin;
    std::string name;  // where there is no region
  };
  struct Stack {
    std::vector<Frame> frames;
    std::int64_t left_out = 0;  // begins above kMostOpen, the innermost ones
  };
  using Key = std::pair<std::size_t, std::string>;  // 1 + enclosing region or 0, name

  base::MonoTime time_of(const Mark& mark, base::MonoTime arrival);
  void begin(const Mark& mark, base::MonoTime time);
  void end(const Mark& mark, base::MonoTime time);
  void close(Frame& frame, base::MonoTime time);
  void abandon(Stack& stack, const Thread& thread);
  std::optional<std::size_t> region_of(const Mark& mark, const Stack& stack);
  const std::string& name_of(const Frame& frame) const;

  WindowSink& sink_;
  base::MonoTime begin_;
  std::map<Thread, Stack> open_;
  std::size_t open_count_ = 0;
  std::vector<NamedRegion> regions_;
  std::map<Thread, std::map<Key, std::size_t>> places_;
  MarkFaults::Fault never_begun_;
  MarkFaults::Fault never_ended_;
  MarkFaults::Fault wrong_times_;
  MarkFaults::Fault too_many_;
};

}  // namespace wattlens::regions
