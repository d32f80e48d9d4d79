#include "experiment/order.h"

#include <algorithm>
#include <utility>

#include "base/random.h"

namespace wattlens::experiment {

std::vector<std::string> block_order(std::span<const std::string> ids, std::uint64_t seed, std::int64_t block) {
  const std::uint64_t block_seed = base::derive_seed(seed, "block/" + std::to_string(block));
  std::vector<std::pair<std::uint64_t, std::string>> keyed;
  keyed.reserve(ids.size());
  for (const std::string& id : ids) keyed.emplace_back(base::derive_seed(block_seed, id), id);
  std::ranges::sort(keyed);
  std::vector<std::string> order;
  order.reserve(ids.size());
  for (auto& [key, id] : keyed) order.push_back(std::move(id));
  return order;
}

}  // namespace wattlens::experiment
