#include "workload/image_input.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>
#include <utility>

#include "stats/proportion.h"

namespace wattlens::workload {
namespace {

constexpr worker::RunRequest kOneBatch{base::Seconds{0}, 1, std::nullopt};
constexpr std::int64_t kMostOutputs = 65536;

Result<std::vector<std::int64_t>> image_shape(const record::PlanPoint& point, const record::WorkloadInfo& info) {
  std::vector<std::int64_t> wanted = {point.batch, 3, point.image_size, point.image_size};
  if (info.input_shape.empty() || info.input_shape == wanted) return wanted;
  return fail(ErrorKind::usage,
              fmt::format("{} does not take images of 3 channels and {} x {} pixels", point.model, point.image_size,
                          point.image_size),
              "leave --images away: seeded numbers fit any model");
}

// How many outputs rank before `label`.
std::int64_t rank_of(std::span<const float> outputs, std::size_t label) {
  const float value = outputs[label];
  std::int64_t rank = 0;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const bool behind = outputs[i] < value || (outputs[i] == value && i >= label);  // false where either is NaN
    if (!behind) ++rank;
  }
  return rank;
}

struct Hits {
  std::int64_t images = 0;
  std::int64_t top1 = 0;
  std::int64_t top5 = 0;
};

Result<record::Estimate<double>> share(std::int64_t hits, std::int64_t images) {
  WATTLENS_TRY(const auto estimate, stats::wilson_interval(hits, images));
  return record::Estimate<double>{estimate.value, estimate.interval.low, estimate.interval.high};
}

// The set, a batch at a time.
class AccuracyPass {
 public:
  AccuracyPass(worker::Client& client, const ImageInput& input, const record::PlanPoint& point,
               std::vector<std::int64_t> shape)
      : client_(client),
        input_(input),
        steps_(dataset::preprocessing_for(point.image_size)),
        reader_(input.set, steps_, input.broken),
        shape_(std::move(shape)),
        values_(static_cast<std::size_t>(point.batch) * steps_.values()) {}

  // False at the end of the set.
  Result<bool> next_batch() {
    const std::size_t image = steps_.values();
    std::vector<std::size_t> numbers;
    while ((numbers.size() + 1) * image <= values_.size()) {
      WATTLENS_TRY(const auto number, reader_.next(std::span(values_).subspan(numbers.size() * image, image)));
      if (!number) break;
      numbers.push_back(*number);
    }
    if (numbers.empty()) return false;
    // What is left of an earlier batch fills the last one, and is not counted.
    WATTLENS_CHECK(client_.set_input(engine::TensorView{shape_, values_}));
    WATTLENS_CHECK(client_.run(kOneBatch));
    WATTLENS_TRY(const auto output, client_.output(0));
    if (output.shape.size() != 2 || output.shape[0] != shape_[0] || output.shape[1] > kMostOutputs) {
      return fail(ErrorKind::usage, "the model does not give one number for each class of an image",
                  "accuracy is of classifiers: run with --no-labels");
    }
    WATTLENS_CHECK(count(output, numbers));
    return true;
  }

  const Hits& hits() const { return hits_; }
  const std::vector<std::string>& broken() const { return reader_.broken(); }

 private:
  Result<void> count(const worker::Tensor& output, std::span<const std::size_t> numbers) {
    const auto outputs = static_cast<std::size_t>(output.shape[1]);
    if (labels_.empty()) {
      WATTLENS_TRY(labels_, input_.set.labels(output.shape[1]));
    }
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const auto label = static_cast<std::size_t>(labels_[numbers[i]]);
      const std::int64_t rank = rank_of(std::span(output.values).subspan(i * outputs, outputs), label);
      ++hits_.images;
      if (rank < 1) ++hits_.top1;
      if (rank < 5) ++hits_.top5;
    }
    return {};
  }

  worker::Client& client_;
  const ImageInput& input_;
  dataset::Preprocessing steps_;
  dataset::ImageReader reader_;
  std::vector<std::int64_t> shape_;
  std::vector<float> values_;
  std::vector<std::int64_t> labels_;
  Hits hits_;
};

}  // namespace

std::string condition_of(const ImageInput& input) {
  return fmt::format("images: {}, {} images ({})", input.set.name(), input.set.size(), input.set.fingerprint());
}

worker::FolderInput folder_input(const ImageInput& input, bool alone) {
  return {.path = std::filesystem::absolute(input.set.path()),
          .skip_broken = input.broken == dataset::BrokenImages::skip,
          .alone = alone};
}

base::Bytes bytes_of_batch(const record::PlanPoint& point) {
  const auto side = static_cast<double>(point.image_size);
  return {static_cast<double>(point.batch) * 3.0 * side * side * sizeof(float)};
}

Result<void> set_images(worker::Client& client, ImageInput& input, const record::PlanPoint& point,
                        const record::WorkloadInfo& info) {
  WATTLENS_TRY(const auto shape, image_shape(point, info));
  const auto steps = dataset::preprocessing_for(point.image_size);
  std::vector<float> values(static_cast<std::size_t>(point.batch) * steps.values());
  dataset::ImageReader reader(input.set, steps, input.broken);
  WATTLENS_CHECK(reader.fill(values));
  input.left_out.insert(reader.broken().begin(), reader.broken().end());
  return client.set_input(engine::TensorView{shape, values});
}

Result<record::Accuracy> measure_accuracy(worker::Client& client, ImageInput& input, const record::PlanPoint& point,
                                          const record::WorkloadInfo& info, const base::Cancellation& cancellation) {
  WATTLENS_TRY(auto shape, image_shape(point, info));
  AccuracyPass pass(client, input, point, std::move(shape));
  for (bool more = true; more;) {
    if (cancellation.requested()) return fail(ErrorKind::cancelled, "interrupted");
    WATTLENS_TRY(more, pass.next_batch());
  }
  const Hits& hits = pass.hits();
  input.left_out.insert(pass.broken().begin(), pass.broken().end());
  if (hits.images == 0) {
    return fail(ErrorKind::usage,
                fmt::format("none of the {} images of {} can be read", input.set.size(), input.set.name()));
  }
  record::Accuracy accuracy{.set = input.set.name(), .images = hits.images, .broken = std::ssize(pass.broken())};
  WATTLENS_TRY(accuracy.top1, share(hits.top1, hits.images));
  WATTLENS_TRY(accuracy.top5, share(hits.top5, hits.images));
  return accuracy;
}

}  // namespace wattlens::workload
