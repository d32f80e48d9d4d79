// Whether a model still answers as another: its top class over many seeded images, not only the few of the output
// check.
//
// Outputs come from a worker of its own that ends at once. Not thread-safe (worker/client.h).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "record/optimisation.h"
#include "workload/inference.h"

namespace wattlens::workload {

struct Outputs {
  std::int64_t images = 0;
  std::vector<float> values;  // row after row, one per image
  std::size_t row() const { return images > 0 ? values.size() / static_cast<std::size_t>(images) : 0; }
};

// One image after the other, at batch 1 with the latency hint; the images are those of the seeds 1, 2, ... N(0, 1).
Result<Outputs> outputs_over_images(InferenceOptions options, std::int64_t images, const base::Clock& clock,
                                    const base::Cancellation& cancellation);

// How many rows have their largest number at the same place, and the largest |difference| / largest |reference|. The
// share has Wilson's interval. Fails with run_failed where rows or their lengths differ, or a number is not
// finite.
Result<record::Agreement> compare_top1(const Outputs& outputs, const Outputs& reference);

}  // namespace wattlens::workload
