// From what the user wrote of requests to an axis of arrivals. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"

namespace wattlens::cli {

// Kinds without a rate ("poisson") get each of the rates (16 where there are none); whole processes ("closed:8",
// "poisson:16") stay as they are. Rates that nothing takes are an error.
Result<std::vector<std::string>> arrivals_axis(const std::optional<std::string>& arrivals,
                                               const std::optional<std::string>& rates);

}  // namespace wattlens::cli
