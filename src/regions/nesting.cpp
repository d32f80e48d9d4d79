#include "regions/nesting.h"

#include <fmt/format.h>

#include <algorithm>

namespace wattlens::regions {
namespace {

using base::MonoTime;
using base::Seconds;

// By so much a mark may seem to come from the future: two clocks of one kernel agree far better.
constexpr Seconds kFuture{0.001};

std::string place(const std::string& name, const Thread& thread) {
  return fmt::format("'{}' of thread {}/{}", name, thread.process, thread.thread);
}

// "3 ends ... (the first: 'x' of thread 1/1)".
void warn(const MarkFaults::Fault& fault, std::string code, std::string_view what, std::string hint,
          std::vector<record::Warning>& warnings) {
  if (fault.count == 0) return;
  warnings.push_back(
      {std::move(code), "", fmt::format("{} {}; the first: {}", fault.count, what, fault.example), std::move(hint)});
}

}  // namespace

MonoTime Nesting::time_of(const Mark& mark, MonoTime arrival) {
  if (!mark.time) return arrival;
  if (*mark.time >= begin_ && *mark.time <= arrival + kFuture) return *mark.time;
  wrong_times_.add(place(mark.name, mark.thread));
  return arrival;
}

void Nesting::take(const Mark& mark, MonoTime arrival) {
  const MonoTime time = time_of(mark, arrival);
  if (mark.kind == MarkKind::begin) {
    begin(mark, time);
  } else {
    end(mark, time);
  }
}

const std::string& Nesting::name_of(const Frame& frame) const {
  return frame.region ? regions_[*frame.region].name : frame.name;
}

std::optional<std::size_t> Nesting::region_of(const Mark& mark, const Stack& stack) {
  std::optional<std::size_t> parent;
  if (!stack.frames.empty()) {
    parent = stack.frames.back().region;
    if (!parent) return std::nullopt;
  }
  auto& places = places_[mark.thread];
  const Key key{parent ? 1 + *parent : 0, mark.name};
  if (const auto found = places.find(key); found != places.end()) return found->second;
  if (regions_.size() >= kMostRegions) return std::nullopt;
  regions_.push_back({.name = mark.name, .parent = parent, .thread = mark.thread, .time = {}});
  places.emplace(key, regions_.size() - 1);
  return regions_.size() - 1;
}

void Nesting::begin(const Mark& mark, MonoTime time) {
  Stack& stack = open_[mark.thread];
  if (open_count_ >= kMostOpen) {
    ++stack.left_out;
    too_many_.add(place(mark.name, mark.thread));
    return;
  }
  Frame frame{.region = region_of(mark, stack), .slot = 0, .begin = time, .name = {}};
  if (frame.region) {
    frame.slot = sink_.begin(time);
  } else {
    frame.name = mark.name;
    too_many_.add(place(mark.name, mark.thread));
  }
  stack.frames.push_back(std::move(frame));
  ++open_count_;
}

void Nesting::close(Frame& frame, MonoTime time) {
  --open_count_;
  if (!frame.region) return;
  NamedRegion& region = regions_[*frame.region];
  if (time < frame.begin) {
    wrong_times_.add(place(region.name, region.thread));
    ++region.unended;
    sink_.drop(frame.slot);
    return;
  }
  ++region.count;
  region.time += time - frame.begin;
  sink_.end(frame.slot, time, *frame.region);
}

// The innermost one has no end.
void Nesting::abandon(Stack& stack, const Thread& thread) {
  const Frame& frame = stack.frames.back();
  never_ended_.add(place(name_of(frame), thread));
  if (frame.region) {
    ++regions_[*frame.region].unended;
    sink_.drop(frame.slot);
  }
  stack.frames.pop_back();
  --open_count_;
}

void Nesting::end(const Mark& mark, MonoTime time) {
  const auto found = open_.find(mark.thread);
  if (found == open_.end()) {
    never_begun_.add(place(mark.name, mark.thread));
    return;
  }
  Stack& stack = found->second;
  if (stack.left_out > 0) {
    --stack.left_out;
  } else {
    auto& frames = stack.frames;
    const auto frame =
        std::ranges::find_if(frames.rbegin(), frames.rend(), [&](const Frame& f) { return name_of(f) == mark.name; });
    if (frame == frames.rend()) {
      never_begun_.add(place(mark.name, mark.thread));
    } else {
      for (auto inner = frame - frames.rbegin(); inner > 0; --inner) abandon(stack, mark.thread);
      close(frames.back(), time);
      frames.pop_back();
    }
  }
  if (stack.frames.empty() && stack.left_out == 0) open_.erase(found);
}

void Nesting::finish(MonoTime end, std::int64_t process) {
  for (auto& [thread, stack] : open_) {
    const bool ends_with_it = thread.process == process && thread.thread == process;
    while (!stack.frames.empty()) {
      if (!ends_with_it) {
        abandon(stack, thread);
        continue;
      }
      never_ended_.add(place(name_of(stack.frames.back()), thread) + ", ended with the command");
      close(stack.frames.back(), end);
      stack.frames.pop_back();
    }
  }
  open_.clear();
}

std::vector<record::Warning> Nesting::warnings() const {
  std::vector<record::Warning> warnings;
  warn(never_begun_, "region_never_begun", "ends of regions that were not open were left out",
       "end a region once, in the thread that began it", warnings);
  warn(never_ended_, "region_never_ended", "regions were never ended",
       "what did not end with the command itself is in no figure: end each region in the thread that began it",
       warnings);
  warn(wrong_times_, "region_time", "marks with an impossible time were taken as they arrived, or left out",
       "stamp marks with CLOCK_MONOTONIC, in nanoseconds", warnings);
  warn(too_many_, "region_limit", "regions were left out: too many names, or too many open at a time",
       fmt::format("use at most {} names, and end what is begun", kMostRegions), warnings);
  return warnings;
}

}  // namespace wattlens::regions
