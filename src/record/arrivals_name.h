// How a plan point's arrivals are shown to people.
#pragma once

#include <string>
#include <string_view>

namespace wattlens::record {

// "poisson:16" as it is; of the folders of "trace:/data/2026/monday/web.csv*10" only the last,
// "trace:monday/web.csv*10". Data for programs have the whole. Pure and thread-safe.
std::string arrivals_name(std::string_view arrivals);

}  // namespace wattlens::record
