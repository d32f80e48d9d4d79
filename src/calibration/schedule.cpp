#include "calibration/schedule.h"

#include <algorithm>
#include <cmath>

namespace wattlens::calibration {
namespace {

using base::Seconds;

constexpr int kSteps = 16;
constexpr double kShortestStep = 0.15;  // s
constexpr double kLongestStep = 1.2;
constexpr int kPhases = 8;
constexpr Seconds kLeastPerPhase{0.8};
constexpr double kLeastPeriods = 8.0;

}  // namespace

std::vector<Segment> random_steps(base::Random& random, double scale) {
  std::vector<Segment> segments;
  for (int i = 0; i < kSteps; ++i) {
    segments.push_back({Seconds{scale * random.uniform(kShortestStep, kLongestStep)}, i % 2 == 0});
  }
  return segments;
}

std::vector<Segment> locked_square(Seconds period) {
  std::vector<Segment> segments;
  const auto periods = static_cast<int>(std::max(kLeastPeriods, std::ceil(kLeastPerPhase / period)));
  for (int phase = 0; phase < kPhases; ++phase) {
    for (int i = 0; i < periods; ++i) {
      segments.push_back({0.5 * period, true});
      segments.push_back({0.5 * period, false});
    }
    segments.push_back({period / static_cast<double>(kPhases), false});
  }
  return segments;
}

Seconds length_of(const std::vector<Segment>& segments) {
  Seconds length;
  for (const Segment& segment : segments) length += segment.length;
  return length;
}

}  // namespace wattlens::calibration
