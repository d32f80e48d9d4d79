// When a comparison may stop: it is looked at after planned numbers of blocks only, each look stricter than 95 %, so
// that looking several times does not find what is not there. Pure and thread-safe.
//
// Pocock (1977), "Group sequential methods", with one confidence for all looks. With 98.5 % at 6, 10, 16 and 24 blocks
// about 5 % of the comparisons of equal things end with a difference; looking at 95 % after every block finds one in a
// quarter of them (docs/statistics.md).
#pragma once

#include <array>
#include <cstddef>
#include <optional>

#include "base/result.h"

namespace wattlens::stats {

inline constexpr std::array<std::size_t, 4> kPlannedLooks = {6, 10, 16, 24};
inline constexpr double kLookConfidence = 0.985;

// The first planned look after that many blocks; empty after the last.
std::optional<std::size_t> next_look(std::size_t blocks);

// How sure to be of finding a difference, by default 9 in 10, when the test is made at `confidence`.
struct Detection {
  double confidence = 0.95;
  double power = 0.90;
};

// How far from 0, in its standard errors, the truth must lie for a t test of these degrees of freedom (above 0) to find
// it with that power: from the non-central t distribution (Cohen 1988, section 2.3).
Result<double> detectable_noncentrality(double degrees, Detection detection = {});

// The smallest difference of the mean logarithm, in units of the standard deviation of single pairs, that a paired t
// test of so many pairs finds with that power. Fewer than 2 pairs are not_measurable.
Result<double> detectable_effect(std::size_t pairs, Detection detection = {});

// The same as a relative difference: exp(effect x deviation) - 1, for log ratios of that standard deviation.
Result<double> smallest_detectable_difference(double deviation, std::size_t pairs, Detection detection = {});

// The fewest pairs (2 ... most) that detect a relative difference; empty where `most` do not.
Result<std::optional<std::size_t>> pairs_to_detect(double deviation, double relative_difference, std::size_t most,
                                                   Detection detection = {});

}  // namespace wattlens::stats
