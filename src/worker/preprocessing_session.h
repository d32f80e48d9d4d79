// A session whose batches begin with their images: read, decoded and preprocessed in the thread that enqueues them.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "dataset/image_reader.h"
#include "dataset/image_set.h"
#include "engine/engine.h"
#include "worker/messages.h"

namespace wattlens::worker {

// What a window holds then is what a server without a copy of the decoded images does. Images come one after the other,
// from the first one again after the last. Not thread-safe.
class PreprocessingSession final : public engine::Session {
 public:
  // `session`, which outlives it, takes images of `input_shape`, [batch, 3, side, side]. Errors of kind usage: another
  // shape, or the images cannot be opened.
  static Result<std::unique_ptr<PreprocessingSession>> make(engine::Session& session, const FolderInput& input,
                                                            std::span<const std::int64_t> input_shape);

  record::WorkloadInfo describe() const override { return session_.describe(); }
  std::span<const engine::Operator> operators() const override { return session_.operators(); }
  std::int64_t slots() const override { return session_.slots(); }
  Result<void> set_input(const engine::TensorView& images) override { return session_.set_input(images); }
  Result<void> set_slot_input(std::int64_t slot, const engine::TensorView& images) override {
    return session_.set_slot_input(slot, images);
  }
  Result<void> enqueue(std::int64_t slot, std::int64_t images) override;
  Result<engine::Completion> next_completion() override;
  Result<engine::TensorView> output(std::int64_t slot) override { return session_.output(slot); }

  void restart() { reader_.restart(); }  // the next image is the first one
  const std::vector<std::string>& left_out() const { return reader_.broken(); }

 private:
  PreprocessingSession(engine::Session& session, const FolderInput& input, dataset::ImageSet set,
                       std::vector<std::int64_t> input_shape);
  Result<void> read(std::span<float> batch);

  engine::Session& session_;
  bool alone_;
  dataset::ImageSet set_;
  dataset::Preprocessing steps_;
  dataset::ImageReader reader_;
  std::vector<std::int64_t> shape_;
  std::vector<float> values_;
  base::SystemClock clock_;
  std::deque<engine::Completion> preprocessed_;  // batches that are complete without a model
};

}  // namespace wattlens::worker
