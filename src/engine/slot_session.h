// The part of a session that all engines share: which slots are busy, what may be asked of a slot and when, and how
// long the first inference took. An engine adds the work itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/engine.h"
#include "engine/finished_queue.h"

namespace wattlens::engine {

class SlotSession : public Session {
 public:
  record::WorkloadInfo describe() const final { return info_; }
  std::span<const Operator> operators() const final { return operators_; }
  std::int64_t slots() const final { return std::ssize(slots_); }
  Result<void> set_input(const TensorView& images) final;
  Result<void> set_slot_input(std::int64_t slot, const TensorView& images) final;
  Result<void> enqueue(std::int64_t slot, std::int64_t images) final;
  Result<Completion> next_completion() final;
  Result<TensorView> output(std::int64_t slot) final;

 protected:
  // `info` is what describe() then tells; its input_shape is the only one that set_input() takes.
  SlotSession(record::WorkloadInfo info, std::vector<Operator> operators, std::int64_t slots, bool any_batch);

  // The engine's own work. A slot that is named here exists, and its turn was checked.
  virtual Result<void> copy_input(std::int64_t slot, const TensorView& images) = 0;  // into its first rows; not busy
  virtual Result<void> start(std::int64_t slot, std::int64_t images) = 0;  // where it fails, nothing is in flight
  virtual Finished wait() = 0;                                    // for the next batch in flight, there is one, to end
  virtual Result<void> settle(const Finished& finished) = 0;      // the failure in words; or makes the slot ready again
  virtual Result<TensorView> read_output(std::int64_t slot) = 0;  // of a batch that did not fail

  const base::Clock& clock() const { return clock_; }
  std::int64_t batch() const { return info_.input_shape.empty() ? 1 : info_.input_shape.front(); }  // the largest

 private:
  struct Slot {
    bool in_flight = false;
    bool has_output = false;
    std::int64_t rows = 0;  // of its input that hold images
  };

  Result<void> check_shape(const TensorView& images, std::int64_t fewest) const;
  Result<void> fill(std::int64_t slot, const TensorView& images);
  bool exists(std::int64_t slot) const { return slot >= 0 && slot < slots(); }

  base::SystemClock clock_;
  record::WorkloadInfo info_;
  std::vector<Operator> operators_;
  std::vector<Slot> slots_;
  bool any_batch_;
  std::int64_t in_flight_ = 0;
  std::optional<base::MonoTime> started_;  // the first batch
};

}  // namespace wattlens::engine
