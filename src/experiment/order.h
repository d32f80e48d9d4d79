// The order in which points run: blocks, each with one repetition of every point, shuffled within the block.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace wattlens::experiment {

// The ids of one block in random order. Leaving out a point leaves the order of the others as it was: each id has a
// random key that depends on seed, block and id alone. Pure and thread-safe.
std::vector<std::string> block_order(std::span<const std::string> ids, std::uint64_t seed, std::int64_t block);

}  // namespace wattlens::experiment
