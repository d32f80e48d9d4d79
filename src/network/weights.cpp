#include "network/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <system_error>
#include <thread>

#include "base/random.h"

namespace wattlens::network {
namespace {

// Below this a thread costs more than it saves.
constexpr std::size_t kElementsPerThread = 1 << 19;

// Fills elements [begin, end) of all parameters laid one after another; any split gives the same numbers.
void fill(const Graph& graph, std::uint64_t seed, std::span<float> all, std::size_t begin, std::size_t end) {
  std::size_t offset = 0;
  for (const Parameter& parameter : graph.parameters) {
    const auto count = static_cast<std::size_t>(element_count(parameter.shape));
    const std::size_t from = std::clamp(begin, offset, offset + count);
    const std::size_t to = std::clamp(end, offset, offset + count);
    if (from < to) {
      base::Random random(base::derive_seed(seed, parameter.name));
      random.skip(from - offset);
      random.fill_uniform(all.subspan(from, to - from), parameter.initialisation.low, parameter.initialisation.high);
    }
    offset += count;
  }
}

}  // namespace

Result<Weights> initialise(const Graph& graph, std::uint64_t seed, int threads) {
  std::size_t total = 0;
  for (const Parameter& parameter : graph.parameters) {
    total += static_cast<std::size_t>(element_count(parameter.shape));
  }
  std::shared_ptr<float[]> numbers(new (std::nothrow) float[total]);
  if (!numbers) {
    return fail(ErrorKind::run_failed,
                fmt::format("no memory for the weights of {} ({} MiB)", graph.name, (total * sizeof(float)) >> 20),
                "choose a smaller network or give the worker more memory");
  }
  const std::span<float> all(numbers.get(), total);
  const std::size_t parts =
      std::clamp<std::size_t>(total / kElementsPerThread, 1, static_cast<std::size_t>(std::max(threads, 1)));
  std::vector<std::jthread> helpers;
  std::size_t done_by_others = total;  // they take the end, this thread the rest
  for (std::size_t part = parts; part-- > 1;) {
    const std::size_t begin = total / parts * part;
    try {
      helpers.emplace_back([&graph, seed, all, begin, end = done_by_others] { fill(graph, seed, all, begin, end); });
      done_by_others = begin;
    } catch (const std::system_error&) {
      break;  // no more threads allowed: this one does it all
    }
  }
  fill(graph, seed, all, 0, done_by_others);
  helpers.clear();

  Weights weights;
  std::size_t offset = 0;
  for (const Parameter& parameter : graph.parameters) {
    const auto count = static_cast<std::size_t>(element_count(parameter.shape));
    weights.tensors.emplace_back(all.subspan(offset, count));
    offset += count;
  }
  weights.storage = std::move(numbers);
  return weights;
}

std::vector<float> input_values(std::uint64_t seed, std::int64_t batch, std::int64_t image_size) {
  std::vector<float> values(static_cast<std::size_t>(batch * 3 * image_size * image_size));
  base::Random(base::derive_seed(seed, "input")).fill_normal(values);
  return values;
}

}  // namespace wattlens::network
