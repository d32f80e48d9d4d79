// The outputs that built-in networks must give: float64 PyTorch logits of seeded weights (seed 0) and the first seeded
// images (seed 0), made by tools/make_reference_outputs.py and built into the program. Thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/run.h"

namespace wattlens::workload {

struct ReferenceOutputs {
  std::int64_t image_size = 0;
  std::vector<std::vector<double>> logits;  // of image 0, 1, ...; all of one length
  // By precision: how far PyTorch itself is from these logits when it computes in it, in parts of the largest |logit|.
  // Where it is not told, the usual tolerance holds.
  std::map<std::string, double, std::less<>> error;
};

// Outputs of any number of batches against them, by the tolerance of that precision. Not run where PyTorch's own error
// in it is beyond every tolerance that could tell two images apart. `name` says in words what the reference is.
record::OutputCheck compare_with(const ReferenceOutputs& reference, std::span<const float> outputs, std::int64_t batch,
                                 std::string_view precision, std::string name);

// The JSON text of that network ("schema": "wattlens.reference_outputs/1"); empty where there is none.
std::string_view embedded_references(std::string_view network);

// The outputs at each image size. Never empty.
Result<std::vector<ReferenceOutputs>> parse_references(std::string_view text);

}  // namespace wattlens::workload
