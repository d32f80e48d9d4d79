#include "cli/image_input.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <utility>
#include <vector>

#include "dataset/image_reader.h"
#include "record/model_name.h"

namespace wattlens::cli {
namespace {

constexpr std::int64_t kBuiltInClasses = 1000;
constexpr std::size_t kNamed = 10;

// Reads what the largest batch will hold: a broken image there is found before anything is measured.
Result<void> read_first_batch(workload::ImageInput& images, const experiment::Axes& axes) {
  const dataset::Preprocessing smallest = dataset::preprocessing_for(1);
  const std::int64_t wanted =
      std::min(*std::ranges::max_element(axes.batches), static_cast<std::int64_t>(images.set.size()));
  std::vector<float> values(static_cast<std::size_t>(wanted) * smallest.values());
  dataset::ImageReader reader(images.set, smallest, images.broken);
  WATTLENS_CHECK(reader.fill(values));
  images.left_out.insert(reader.broken().begin(), reader.broken().end());
  return {};
}

// Of built-in networks the outputs are known; of files only once they are compiled.
Result<void> check_classes(const dataset::ImageSet& set, const experiment::Axes& axes) {
  for (const std::string& model : axes.models) {
    if (record::parse_model_name(model).network.empty()) continue;
    auto labels = set.labels(kBuiltInClasses);
    if (labels) continue;
    return fail(labels.error().kind, fmt::format("{} for {}", labels.error().message, model),
                labels.error().hint + "; or run with --no-labels");
  }
  return {};
}

}  // namespace

std::optional<experiment::PlanImages> images_of(const ImageOptions& options) {
  if (options.path.empty()) return std::nullopt;
  return experiment::PlanImages{
      .path = options.path.string(), .labels = options.labels, .skip_broken = options.broken == "skip"};
}

Result<std::optional<workload::ImageInput>> open_images(experiment::Plan& plan) {
  if (!plan.images) return std::optional<workload::ImageInput>();
  const experiment::PlanImages asked = *plan.images;
  WATTLENS_TRY(auto set, dataset::ImageSet::open(asked.path));
  const bool labels = asked.labels.value_or(set.labelled());
  if (labels && !set.labelled()) {
    return fail(ErrorKind::usage, fmt::format("the images of {} have no labels", set.name()),
                "put them into one folder for each class, or leave --labels away");
  }
  workload::ImageInput images{.set = std::move(set),
                              .broken = asked.skip_broken ? dataset::BrokenImages::skip : dataset::BrokenImages::fail,
                              .labels = labels};
  plan.images = experiment::PlanImages{.path = asked.path,
                                       .name = images.set.name(),
                                       .count = static_cast<std::int64_t>(images.set.size()),
                                       .fingerprint = images.set.fingerprint(),
                                       .labels = labels,
                                       .skip_broken = asked.skip_broken};
  if (!asked.fingerprint.empty() && asked.fingerprint != plan.images->fingerprint) {
    return fail(ErrorKind::usage, fmt::format("the images in {} are not those of the experiment", asked.path),
                "bring back the same files, or start a new experiment without --resume");
  }
  if (labels) WATTLENS_CHECK(check_classes(images.set, plan.axes));
  WATTLENS_CHECK(read_first_batch(images, plan.axes));
  return images;
}

void say_left_out(const workload::ImageInput& images) {
  if (images.left_out.empty()) return;
  fmt::print(stderr, "{} of {} images {} broken and left out:\n", images.left_out.size(), images.set.size(),
             images.left_out.size() == 1 ? "is" : "are");
  std::size_t said = 0;
  for (const std::string& what : images.left_out) {
    if (said++ == kNamed) {
      fmt::print(stderr, "  and {} more\n", images.left_out.size() - kNamed);
      break;
    }
    fmt::print(stderr, "  {}\n", what);
  }
}

}  // namespace wattlens::cli
