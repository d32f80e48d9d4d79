// The images that the user wants a model to be given (docs/images.md).
#pragma once

#include <optional>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "experiment/plan.h"
#include "workload/image_input.h"

namespace wattlens::cli {

struct ImageOptions {
  base::Path path;             // a folder or an IDX file; empty: seeded numbers
  std::optional<bool> labels;  // empty: where the set is labelled
  std::string broken = "fail";
  std::optional<std::string> preprocess;  // where that is done: a list of experiment::kPreprocess
};

// The images that the flags name, for a plan, not opened yet; empty where they name none.
std::optional<experiment::PlanImages> images_of(const ImageOptions& options);

// Opens the images of a plan, new or stored, and writes into it what they are; nothing where it has none. Errors of
// kind usage, before anything is measured: the set cannot be opened, an image of the first batch is broken, the classes
// do not match a built-in network, or the images are not those of the stored plan any more.
Result<std::optional<workload::ImageInput>> open_images(experiment::Plan& plan);

// Names on standard error the images that were left out, where there are any.
void say_left_out(const workload::ImageInput& images);

}  // namespace wattlens::cli
