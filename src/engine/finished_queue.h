// Batches that ended, in the order in which they did, handed from an engine's threads to the one that waits for them.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

#include "engine/engine.h"

namespace wattlens::engine {

struct Finished {
  Completion completion;
  std::exception_ptr failure;  // what the engine threw, or null
};

// Thread-safe.
class FinishedQueue {
 public:
  void push(Finished finished) {
    const std::lock_guard lock(mutex_);
    finished_.push_back(std::move(finished));
    any_.notify_one();
  }

  // Blocks until there is one.
  Finished pop() {
    std::unique_lock lock(mutex_);
    any_.wait(lock, [this] { return !finished_.empty(); });
    auto first = std::move(finished_.front());
    finished_.pop_front();
    return first;
  }

 private:
  std::mutex mutex_;
  std::condition_variable any_;
  std::deque<Finished> finished_;
};

}  // namespace wattlens::engine
