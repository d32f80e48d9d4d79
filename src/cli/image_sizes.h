// The image sizes that models are made for, found from their files before anything is started.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "experiment/plan.h"

namespace wattlens::cli {

// The size at which a model file is run, of those that were asked for (none: its own). Fails with usage where the file
// is no model of images, is made for another size than asked, or leaves the size open and none was asked. An ONNX file
// tells its size itself; for another format, or one that cannot be read as ONNX, the size asked or that of
// FILE.reference.json holds, and the engine will say what is wrong with the file.
Result<std::int64_t> image_size_of(const base::Path& file, std::span<const std::int64_t> asked);

// Where no image size was asked, each model gets its own; where sizes were, every file must take them.
Result<void> resolve_image_sizes(experiment::Axes& axes);

}  // namespace wattlens::cli
