// How long the intervals take: BCa with 10,000 resamples of 30 values must stay within 1 ms (mean) and 4 ms (median),
// a sign-flip test of 30 pairs with 9,999 draws within 2 ms.
// bench/stats_against_scipy.py runs this beside SciPy. The ends of each interval are counters, to be compared.
#include <benchmark/benchmark.h>

#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "stats/bootstrap.h"
#include "stats/interval.h"
#include "stats/sign_flip.h"
#include "stats/summary.h"

namespace wattlens::stats {
namespace {

// The sample that the tests compare with SciPy; empty when the file cannot be read.
std::vector<double> sample() {
  const auto text = base::read_text(base::Path(WATTLENS_SOURCE_DIR) / "tests/golden/stats.json");
  if (!text) return {};
  return base::Json::parse(*text).at("samples").at("normal_30").at("values").get<std::vector<double>>();
}

template <class Function>
void measure(benchmark::State& state, Function interval_of) {
  const std::vector<double> values = sample();
  Interval last;
  for (auto _ : state) {
    const auto found = interval_of(values);
    if (!found) {
      state.SkipWithError(found.error().message.c_str());
      return;
    }
    last = found->interval;
    benchmark::DoNotOptimize(last);
  }
  state.counters["low"] = last.low;
  state.counters["high"] = last.high;
}

void bca_mean_of_30(benchmark::State& state) {
  base::Random random(1);
  measure(state, [&](const std::vector<double>& values) { return bca_mean(values, random); });
}

void bca_median_of_30(benchmark::State& state) {
  base::Random random(1);
  measure(state, [&](const std::vector<double>& values) { return bca_median(values, random); });
}

void t_interval_of_30(benchmark::State& state) {
  measure(state, [](const std::vector<double>& values) { return mean_interval(values); });
}

// The differences of the sample from its mean, so that many signs give sums as far from 0.
void sign_flips_of_30(benchmark::State& state) {
  base::Random random(1);
  std::vector<double> differences = sample();
  const auto centre = mean(differences);
  if (!centre) return state.SkipWithError(centre.error().message.c_str());
  for (double& x : differences) x -= 0.99 * *centre;
  SignFlip last;
  while (state.KeepRunning()) {
    const auto found = sign_flip_test(differences, random);
    if (!found) return state.SkipWithError(found.error().message.c_str());
    last = *found;
    benchmark::DoNotOptimize(last);
  }
  state.counters["p"] = last.p_value;
}

BENCHMARK(bca_mean_of_30)->Unit(benchmark::kMillisecond);
BENCHMARK(bca_median_of_30)->Unit(benchmark::kMillisecond);
BENCHMARK(sign_flips_of_30)->Unit(benchmark::kMillisecond);
BENCHMARK(t_interval_of_30)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace wattlens::stats
