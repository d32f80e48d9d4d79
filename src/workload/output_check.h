// Whether outputs are those that were expected: pure comparisons, thread-safe.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "record/run.h"

namespace wattlens::workload {

// The largest difference allowed, in parts of the largest |reference|: rounding to a precision's digits through all
// layers. f32 1e-4; bf16 0.03 (8 bits: 0.004 to 0.012 were seen over the built-in networks), f16 and
// tf32 0.01 (11 bits; not yet measured).
double tolerance_of(std::string_view precision);

// The same for a model of which it is known how far PyTorch is off in that precision: twice as far, but never less than
// usual, nor more than 16 times that or a third of what two images differ by: images that are swapped, or one answer to
// all, must not pass. Deep networks with random weights can lose most of bf16's digits.
double tolerance_of(std::string_view precision, double pytorch_error, double image_difference);

// The smallest difference between the rows of two images, in parts of the largest |reference|; 0 for a single image.
double image_difference(std::span<const std::vector<double>> references);

// One row per image, of any number of batches. Image i of a batch must give reference row i modulo their number.
// `reference` says in words what it is compared with. Passed only if all are finite, of the right number, and within
// the tolerance.
record::OutputCheck compare_outputs(std::span<const float> outputs, std::int64_t batch,
                                    std::span<const std::vector<double>> references, double tolerance,
                                    std::string reference);

// The same against outputs of another run, number by number; `row` numbers make an image.
record::OutputCheck compare_outputs(std::span<const float> outputs, std::span<const float> references, std::size_t row,
                                    double tolerance, std::string reference);

// A failed check where a number is NaN or infinite; else not_run with `reference` as its text.
record::OutputCheck check_finite(std::span<const float> outputs, std::string reference);

}  // namespace wattlens::workload
