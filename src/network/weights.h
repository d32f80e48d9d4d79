// The numbers of a network: seeded weights and inputs, the same on every platform and in NumPy
// (tools/portable_random.py), and the rule that makes them.
//
// Parameter p of a network holds the numbers low + (high - low) * uniform() of Random(derive_seed(seed, p.name)),
// rounded to float32, with p's own low and high. Uniform, not normal: a tenth of the time, and nothing but additions
// and multiplications, so NumPy makes the same bits.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/result.h"
#include "network/graph.h"

namespace wattlens::network {

// One float32 tensor per parameter of a Graph, in its order. Copies share the numbers, which nobody changes: any
// number of threads may read.
struct Weights {
  std::vector<std::span<const float>> tensors;
  std::shared_ptr<const void> storage;  // what keeps them alive: memory or a mapped file
};

// Seeded weights, made by `threads` threads at most. Fails (run_failed) only where the memory is not there.
Result<Weights> initialise(const Graph& graph, std::uint64_t seed, int threads = 2);

// `batch` images of [3, size, size], N(0, 1): image i is the same whatever the batch.
std::vector<float> input_values(std::uint64_t seed, std::int64_t batch, std::int64_t image_size);

}  // namespace wattlens::network
