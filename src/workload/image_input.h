// Real images as a model's input, and how often the model is right on them.
//
// Images are decoded and preprocessed (docs/images.md) before anything is timed, and travel to the worker as a tensor:
// any worker can be given them. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "dataset/image_reader.h"
#include "dataset/image_set.h"
#include "record/run.h"
#include "worker/client.h"

namespace wattlens::workload {

struct ImageInput {
  dataset::ImageSet set;
  dataset::BrokenImages broken = dataset::BrokenImages::fail;
  bool labels = false;                                 // count how often the model is right; the set is labelled
  std::map<std::string, record::Accuracy> accuracies;  // by PlanPoint::id, of points that were prepared before
  std::set<std::string> left_out;                      // what was wrong with each image that was left out
};

// "images: photos, 120 images (4e1f...)"
std::string condition_of(const ImageInput& input);

// The same images, for a worker to read them itself in every window; `alone`: for nothing but that.
worker::FolderInput folder_input(const ImageInput& input, bool alone);

// What the shared memory of a worker must hold for a batch of images.
base::Bytes bytes_of_batch(const record::PlanPoint& point);

// Gives every slot the first images of the set, beginning again where it has fewer than a batch. An error of kind usage
// where the model does not take images of three channels.
Result<void> set_images(worker::Client& client, ImageInput& input, const record::PlanPoint& point,
                        const record::WorkloadInfo& info);

// Top-1 and top-5 over the whole set, batch by batch, by the model that `client` has compiled: nothing is timed. Equal
// outputs are ranked by their number. Afterwards the worker has other images as input. Errors: usage where the classes
// do not match the model's outputs, or an image is broken and such are not left out; cancelled; what the worker gives.
Result<record::Accuracy> measure_accuracy(worker::Client& client, ImageInput& input, const record::PlanPoint& point,
                                          const record::WorkloadInfo& info, const base::Cancellation& cancellation);

}  // namespace wattlens::workload
