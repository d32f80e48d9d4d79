#include "wall/alignment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "wall/supply_fit.h"

namespace wattlens::wall {
namespace {

using base::Seconds;
using base::Watts;

constexpr double kChiSquared95 = 3.84;  // one degree
constexpr double kChiSquared999 = 10.83;
constexpr double kLeastCorrelation = 0.7;  // r^2 about one half: half of what the meter shows is the components'
constexpr double kMostWork = 1e9;          // products of the coarse search

struct Moments {
  double n = 0.0;
  double x = 0.0;
  double y = 0.0;
  double xx = 0.0;
  double xy = 0.0;
  double yy = 0.0;

  void add(double a, double b) {
    n += 1.0;
    x += a;
    y += b;
    xx += a * a;
    xy += a * b;
    yy += b * b;
  }
  // 0 where one of both does not vary; a shift that turns loads round is no shift.
  double correlation() const {
    const double vx = xx - x * x / n;
    const double vy = yy - y * y / n;
    constexpr double kRounding = 1e-10;
    if (n < 2.0 || vx <= kRounding * xx || vy <= kRounding * yy) return 0.0;
    return std::clamp((xy - x * y / n) / std::sqrt(vx * vy), 0.0, 1.0 - 1e-12);
  }
};

struct Candidate {
  double shift = 0.0;
  double correlation = 0.0;
  double readings = 0.0;
  double evidence() const { return -readings * std::log1p(-correlation * correlation); }
};

// Both powers as means over cells of one length; a cell without one has none. Centred, so that sums keep their digits.
struct Cells {
  std::vector<double> values;
  std::vector<std::uint8_t> known;

  void centre() {
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      sum += known[i] != 0 ? values[i] : 0.0;
      count += known[i];
    }
    for (double& value : values) value -= count > 0.0 ? sum / count : 0.0;
  }
};

Cells component_cells(const ComponentPower& components, double cell) {
  Cells cells;
  const double begin = components.begin().value;
  const auto count = static_cast<std::size_t>(std::floor((components.end().value - begin) / cell));
  for (std::size_t i = 0; i < count; ++i) {
    const double from = begin + static_cast<double>(i) * cell;
    const auto mean = components.mean({from}, {from + cell});
    cells.values.push_back(mean ? mean->value : 0.0);
    cells.known.push_back(mean ? 1 : 0);
  }
  cells.centre();
  return cells;
}

Cells meter_cells(const MeterTrace& meter, double cell) {
  const auto count = static_cast<std::size_t>(std::floor(meter.readings.back().time.value / cell)) + 1;
  Cells cells{std::vector<double>(count, 0.0), std::vector<std::uint8_t>(count, 0)};
  std::vector<int> readings(count, 0);
  for (const MeterReading& reading : meter.readings) {
    // What a reading tells of lies before it.
    const double middle = std::max(0.0, reading.time.value - 0.5 * meter.step.value);
    const auto i = std::min(count - 1, static_cast<std::size_t>(middle / cell));
    cells.values[i] += reading.power.value;
    ++readings[i];
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (readings[i] == 0) continue;
    cells.values[i] /= readings[i];
    cells.known[i] = 1;
  }
  cells.centre();
  return cells;
}

// One candidate per whole number of cells.
std::vector<Candidate> search(const ComponentPower& components, const MeterTrace& meter, double cell) {
  const Cells x = component_cells(components, cell);
  const Cells y = meter_cells(meter, cell);
  const auto nx = static_cast<std::ptrdiff_t>(x.values.size());
  const auto ny = static_cast<std::ptrdiff_t>(y.values.size());
  std::vector<Candidate> candidates;
  for (std::ptrdiff_t lag = 1 - nx; lag < ny; ++lag) {
    Moments moments;
    const std::ptrdiff_t first = std::max<std::ptrdiff_t>(0, -lag);
    const std::ptrdiff_t last = std::min(nx, ny - lag);
    for (std::ptrdiff_t i = first; i < last; ++i) {
      const auto a = static_cast<std::size_t>(i);
      const auto b = static_cast<std::size_t>(i + lag);
      if (x.known[a] != 0 && y.known[b] != 0) moments.add(x.values[a], y.values[b]);
    }
    candidates.push_back(
        {static_cast<double>(lag) * cell - components.begin().value, moments.correlation(), moments.n});
  }
  return candidates;
}

// The exact figure at any shift.
Candidate at(const ComponentPower& components, const MeterTrace& meter, double shift) {
  const Pairs pairs = pairs_at(components, meter, {shift});
  Moments moments;
  for (std::size_t i = 0; i < pairs.wall.size(); ++i) {
    moments.add(pairs.components[i].value - pairs.components.front().value,
                pairs.wall[i].value - pairs.wall.front().value);
  }
  return {shift, moments.correlation(), moments.n};
}

Candidate refine(const ComponentPower& components, const MeterTrace& meter, Candidate coarse, double cell) {
  Candidate best = at(components, meter, coarse.shift);
  double step = 0.25 * cell;
  while (step > 0.002 * meter.step.value) {
    const double middle = best.shift;
    for (int i = -5; i <= 5; ++i) {
      const Candidate one = at(components, meter, middle + i * step);
      if (one.readings >= static_cast<double>(kFewestPairs) && one.evidence() > best.evidence()) best = one;
    }
    step *= 0.4;
  }
  return best;
}

// Highest evidence first, each the highest within two cells on either side.
std::vector<Candidate> peaks(const std::vector<Candidate>& candidates) {
  std::vector<Candidate> found;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].readings < static_cast<double>(kFewestPairs) || candidates[i].correlation <= 0.0) continue;
    bool highest = true;
    for (std::size_t j = i < 2 ? 0 : i - 2; j < std::min(i + 3, candidates.size()); ++j) {
      highest = highest && candidates[j].evidence() <= candidates[i].evidence();
    }
    if (highest) found.push_back(candidates[i]);
  }
  std::ranges::sort(found, std::greater<>(), &Candidate::evidence);
  return found;
}

// By how much `other` explains the readings worse than `best`, as a difference of twice the log likelihood.
double worse_by(const Candidate& best, const Candidate& other, double independent) {
  const double left = 1.0 - best.correlation * best.correlation;
  const double left_other = 1.0 - other.correlation * other.correlation;
  return independent * std::log(left_other / left);
}

// The readings that count: those that hang together with their neighbours count less.
double independent_readings(const ComponentPower& components, const MeterTrace& meter, const Candidate& best) {
  const Pairs pairs = pairs_at(components, meter, {best.shift});
  const auto fit = fit_supply(pairs.components, pairs.wall);
  return fit ? fit->degrees + 2.0 : static_cast<double>(kFewestPairs);
}

// Where a shift is too bad, in steps that grow, then by halves.
double interval_end(const ComponentPower& components, const MeterTrace& meter, const Candidate& best,
                    double independent, double direction) {
  const auto fits = [&](double distance) {
    return worse_by(best, at(components, meter, best.shift + direction * distance), independent) <= kChiSquared95;
  };
  const double farthest = 10.0 * meter.step.value;
  double inside = 0.0;
  double outside = 0.002 * meter.step.value;
  while (outside < farthest && fits(outside)) {
    inside = outside;
    outside *= 1.5;
  }
  constexpr int kHalvings = 10;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (inside + outside);
    (fits(middle) ? inside : outside) = middle;
  }
  return best.shift + direction * outside;
}

std::unexpected<Error> nothing_in_common(const MeterTrace& meter, const ComponentPower& components) {
  return fail(ErrorKind::not_measurable,
              fmt::format("at no shift do {} readings of the meter (one every {:.3g} s) lie within stretches in which "
                          "the components' power is known ({:.3g} s in all)",
                          kFewestPairs, meter.step.value, components.covered().value),
              "measure for longer, in longer windows, or let the meter log more often");
}

}  // namespace

Pairs pairs_at(const ComponentPower& components, const MeterTrace& meter, Seconds shift) {
  Pairs pairs;
  // Only what may overlap.
  const Seconds from = components.begin() + shift;
  const Seconds to = components.end() + shift;
  auto reading = std::ranges::lower_bound(meter.readings, from, {}, &MeterReading::time);
  for (; reading != meter.readings.end() && reading->time <= to; ++reading) {
    const Seconds end = reading->time - shift;
    const auto mean = components.mean(end - meter.step, end);
    if (!mean) continue;
    pairs.components.push_back(*mean);
    pairs.wall.push_back(reading->power);
  }
  return pairs;
}

Result<Alignment> align(const ComponentPower& components, const MeterTrace& meter) {
  const double spans = (components.end() - components.begin()).value * meter.readings.back().time.value;
  const double cell = std::max(meter.step.value, std::sqrt(spans / kMostWork));
  const std::vector<Candidate> candidates = search(components, meter, cell);
  std::vector<Candidate> found = peaks(candidates);
  // What is far behind cannot win, nor be a rival.
  constexpr std::size_t kRefined = 12;
  constexpr double kFarBehind = 0.4;
  if (found.size() > kRefined) found.resize(kRefined);
  std::erase_if(found, [most = found.empty() ? 0.0 : found.front().evidence()](const Candidate& one) {
    return one.evidence() < kFarBehind * most;
  });
  for (Candidate& candidate : found) candidate = refine(components, meter, candidate, cell);
  std::erase_if(found, [](const Candidate& one) { return one.readings < static_cast<double>(kFewestPairs); });
  if (found.empty()) {
    const bool overlap = std::ranges::any_of(
        candidates, [](const Candidate& one) { return one.readings >= static_cast<double>(kFewestPairs); });
    if (!overlap) return nothing_in_common(meter, components);
  }
  std::ranges::sort(found, std::greater<>(), &Candidate::evidence);
  const double independent = found.empty() ? 0.0 : independent_readings(components, meter, found.front());
  // As many shifts were tried; by chance one of them stands out by twice the logarithm of their number.
  const double chance = kChiSquared999 + 2.0 * std::log(static_cast<double>(candidates.size()) + 1.0);
  if (found.empty() || found.front().correlation < kLeastCorrelation ||
      worse_by(found.front(), Candidate{}, independent) < chance) {
    return fail(
        ErrorKind::not_measurable,
        fmt::format("the two powers have nothing in common that tells how their clocks stand (correlation {:.2f} "
                    "at best): one of them is flat, or they are not of the same time",
                    found.empty() ? 0.0 : found.front().correlation),
        "switch a load on and off a few times, at uneven intervals, while both are logged");
  }
  const Candidate best = found.front();
  for (const Candidate& rival : found) {
    if (std::abs(rival.shift - best.shift) < 2.0 * cell || rival.readings < 0.5 * best.readings) continue;
    if (worse_by(best, rival, std::min(independent, rival.readings * independent / best.readings)) < kChiSquared999) {
      return fail(ErrorKind::not_measurable,
                  fmt::format("the clocks cannot be aligned: {:.3f} s fits as well as {:.3f} s (correlation {:.4f} and "
                              "{:.4f})",
                              rival.shift, best.shift, rival.correlation, best.correlation),
                  "a load that repeats evenly fits at every repetition: change it at uneven intervals");
    }
  }
  return Alignment{.shift = {{best.shift},
                             {interval_end(components, meter, best, independent, -1.0)},
                             {interval_end(components, meter, best, independent, 1.0)}},
                   .correlation = best.correlation,
                   .readings = static_cast<std::int64_t>(best.readings)};
}

}  // namespace wattlens::wall
