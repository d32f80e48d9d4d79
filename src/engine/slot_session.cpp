#include "engine/slot_session.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>

namespace wattlens::engine {
namespace {

std::int64_t element_count(const std::vector<std::int64_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies{});
}

}  // namespace

SlotSession::SlotSession(record::WorkloadInfo info, std::vector<Operator> operators, std::int64_t slots, bool any_batch)
    : info_(std::move(info)),
      operators_(std::move(operators)),
      slots_(static_cast<std::size_t>(slots)),
      any_batch_(any_batch) {}

Result<void> SlotSession::check_shape(const TensorView& images, std::int64_t fewest) const {
  const auto& shape = info_.input_shape;
  const bool fits = images.shape.size() == shape.size() &&
                    std::equal(images.shape.begin() + 1, images.shape.end(), shape.begin() + 1) &&
                    images.shape.front() >= fewest && images.shape.front() <= shape.front();
  if (fits && std::ssize(images.values) == element_count(images.shape)) return {};
  return fail(ErrorKind::usage, fmt::format("images of shape {} with {} values given to a model that takes {}",
                                            images.shape, images.values.size(), shape));
}

// Where it fails, nobody knows what the slot holds.
Result<void> SlotSession::fill(std::int64_t slot, const TensorView& images) {
  const std::int64_t before = std::exchange(slots_[slot].rows, 0);
  WATTLENS_CHECK(copy_input(slot, images));
  slots_[slot].rows = std::max(before, images.shape.front());
  return {};
}

Result<void> SlotSession::set_input(const TensorView& images) {
  if (in_flight_ > 0) return fail(ErrorKind::internal, "set_input while a batch is in flight");
  WATTLENS_CHECK(check_shape(images, batch()));
  for (Slot& slot : slots_) slot.rows = 0;  // never some slots with the new images and some with the old
  for (std::int64_t slot = 0; slot < slots(); ++slot) WATTLENS_CHECK(fill(slot, images));
  return {};
}

Result<void> SlotSession::set_slot_input(std::int64_t slot, const TensorView& images) {
  if (!exists(slot) || slots_[slot].in_flight) {
    return fail(ErrorKind::internal,
                fmt::format("set_slot_input: slot {} of {} is busy or does not exist", slot, slots()));
  }
  WATTLENS_CHECK(check_shape(images, 1));
  return fill(slot, images);
}

Result<void> SlotSession::enqueue(std::int64_t index, std::int64_t images) {
  if (!exists(index) || slots_[index].in_flight) {
    return fail(ErrorKind::internal, fmt::format("slot {} of {} is busy or does not exist", index, slots()));
  }
  if (images < 1 || images > batch() || (images != batch() && !any_batch_)) {
    return fail(ErrorKind::internal, fmt::format("{} images for a model compiled for {}{}", images,
                                                 any_batch_ ? "batches up to " : "batches of ", batch()));
  }
  if (slots_[index].rows < images) {
    return fail(ErrorKind::internal, "enqueue before set_input: the input would be whatever memory held");
  }
  if (!started_) started_ = clock_.now();
  slots_[index].has_output = false;
  WATTLENS_CHECK(start(index, images));
  slots_[index].in_flight = true;
  ++in_flight_;
  return {};
}

Result<Completion> SlotSession::next_completion() {
  if (in_flight_ == 0) return fail(ErrorKind::internal, "no batch is in flight");
  const auto finished = wait();
  auto& slot = slots_[finished.completion.slot];
  slot.in_flight = false;
  --in_flight_;
  WATTLENS_CHECK(settle(finished));
  slot.has_output = true;
  if (!info_.first_inference) info_.first_inference = finished.completion.time - *started_;
  return finished.completion;
}

Result<TensorView> SlotSession::output(std::int64_t index) {
  if (!exists(index) || slots_[index].in_flight || !slots_[index].has_output) {
    return fail(ErrorKind::internal, fmt::format("slot {} has no output", index));
  }
  return read_output(index);
}

}  // namespace wattlens::engine
