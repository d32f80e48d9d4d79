#include "worker/preprocessing_session.h"

#include <fmt/format.h>

#include <utility>

namespace wattlens::worker {

Result<std::unique_ptr<PreprocessingSession>> PreprocessingSession::make(engine::Session& session,
                                                                         const FolderInput& input,
                                                                         std::span<const std::int64_t> input_shape) {
  if (input_shape.size() != 4 || input_shape[1] != 3 || input_shape[2] != input_shape[3]) {
    return fail(ErrorKind::usage, "the model does not take square images of 3 channels",
                "leave --preprocess away: seeded numbers fit any model");
  }
  WATTLENS_TRY(auto set, dataset::ImageSet::open(input.path));
  return std::unique_ptr<PreprocessingSession>(
      new PreprocessingSession(session, input, std::move(set), {input_shape.begin(), input_shape.end()}));
}

PreprocessingSession::PreprocessingSession(engine::Session& session, const FolderInput& input, dataset::ImageSet set,
                                           std::vector<std::int64_t> input_shape)
    : session_(session),
      alone_(input.alone),
      set_(std::move(set)),
      steps_(dataset::preprocessing_for(input_shape[2])),
      reader_(set_, steps_, input.skip_broken ? dataset::BrokenImages::skip : dataset::BrokenImages::fail),
      shape_(std::move(input_shape)),
      values_(static_cast<std::size_t>(shape_[0]) * steps_.values()) {}

Result<void> PreprocessingSession::enqueue(std::int64_t slot, std::int64_t images) {
  const auto batch = std::span(values_).first(static_cast<std::size_t>(images) * steps_.values());
  WATTLENS_CHECK(read(batch));
  if (alone_) {
    preprocessed_.push_back({slot, clock_.now()});
    return {};
  }
  WATTLENS_CHECK(session_.set_slot_input(slot, {{images, shape_[1], shape_[2], shape_[3]}, batch}));
  return session_.enqueue(slot, images);
}

Result<engine::Completion> PreprocessingSession::next_completion() {
  if (!alone_) return session_.next_completion();
  if (preprocessed_.empty()) return fail(ErrorKind::internal, "no batch is in flight");
  const engine::Completion first = preprocessed_.front();
  preprocessed_.pop_front();
  return first;
}

Result<void> PreprocessingSession::read(std::span<float> batch) {
  const std::size_t image = steps_.values();
  int ends = 0;  // of the set, since an image was read
  for (std::size_t done = 0; done < batch.size();) {
    WATTLENS_TRY(const auto number, reader_.next(batch.subspan(done, image)));
    if (number) {
      done += image;
      ends = 0;
      continue;
    }
    if (++ends == 2) {
      return fail(ErrorKind::usage, fmt::format("none of the {} images of {} can be read", set_.size(), set_.name()),
                  reader_.broken().empty() ? std::string() : fmt::format("the first: {}", reader_.broken().front()));
    }
    reader_.restart();
  }
  return {};
}

}  // namespace wattlens::worker
