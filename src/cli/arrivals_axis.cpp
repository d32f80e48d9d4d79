#include "cli/arrivals_axis.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "experiment/axis.h"
#include "serving/arrivals.h"

namespace wattlens::cli {

Result<std::vector<std::string>> arrivals_axis(const std::optional<std::string>& arrivals,
                                               const std::optional<std::string>& rates) {
  WATTLENS_TRY(const auto kinds, experiment::parse_word_axis(arrivals.value_or("jittered"), "arrivals"));
  WATTLENS_TRY(const auto per_second, experiment::parse_word_axis(rates.value_or("16"), "rate"));
  std::vector<std::string> axis;
  bool rates_used = false;
  for (const std::string& kind : kinds) {
    const bool wants_rate = kind == "jittered" || kind == "poisson";
    rates_used = rates_used || wants_rate;
    for (const std::string& rate : wants_rate ? per_second : std::vector<std::string>{""}) {
      WATTLENS_TRY(const auto process, serving::parse_arrivals(wants_rate ? fmt::format("{}:{}", kind, rate) : kind));
      std::string text = to_text(process);
      if (std::ranges::find(axis, text) == axis.end()) axis.push_back(std::move(text));
    }
  }
  if (rates && !rates_used) {
    return fail(ErrorKind::usage, fmt::format("--rate {} belongs to none of the arrivals {}", *rates, *arrivals),
                "leave it out, or add jittered or poisson to --arrivals");
  }
  return axis;
}

}  // namespace wattlens::cli
