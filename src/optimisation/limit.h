// Limits that a configuration must keep: how they are written, and whether an interval keeps them.
//
// Errors are of kind usage and quote what cannot be read. Pure and thread-safe.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "record/optimisation.h"

namespace wattlens::optimisation {

// "latency<10ms", "p99<50ms", "throughput>100", "memory<2GiB", "accuracy>99%".
Result<record::Limit> parse_limit(std::string_view text);

// Each on its own; two limits of one quantity are an error.
Result<std::vector<record::Limit>> parse_limits(std::span<const std::string> texts);

std::string_view name_of(record::Limited quantity);  // "latency"

// holds: the whole interval keeps the limit. breaks: no part of it does. open: it holds both sides.
enum class Standing { holds, open, breaks, unknown };

// Of one limit. Accuracy is judged by the share itself, because Wilson's interval of few images reaches far.
Standing standing(const record::Limit& limit, const record::Trial& trial);

// The worst over all limits: breaks, then unknown, open, holds.
Standing standing(std::span<const record::Limit> limits, const record::Trial& trial);

// By how much the trial misses the limit: 0.1 where it is 10 % above a latency; negative where it keeps it. The end of
// the interval counts that decides. Infinite where nothing is known.
double excess(const record::Limit& limit, const record::Trial& trial);

// The limited quantity itself, in the unit of Limit::bound; empty where it is not known.
std::optional<record::Estimate<double>> limited_value(record::Limited quantity, const record::Trial& trial);

}  // namespace wattlens::optimisation
