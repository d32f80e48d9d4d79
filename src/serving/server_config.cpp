#include "serving/server_config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/duration.h"

namespace wattlens::serving {

Result<void> check_model(const ModelFacts& model) {
  const auto plain = [](const std::string& name) {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
             c == '.';
    });
  };
  for (const std::string* const name : {&model.name, &model.file}) {
    if (plain(*name)) continue;
    return fail(ErrorKind::usage, fmt::format("'{}' is no name for a model server", *name),
                "use letters, digits, '_', '-' and '.'");
  }
  if (model.inputs.empty() || model.outputs.empty()) {
    return fail(ErrorKind::usage, fmt::format("{} has no known input or output", model.name),
                "give the names and shapes of its tensors");
  }
  return {};
}

std::unexpected<Error> not_expressible(const Policy& policy, std::string_view server, std::string_view reason,
                                       const Policy& nearest) {
  return fail(ErrorKind::usage, fmt::format("{} cannot express the policy {}: {}", server, to_text(policy), reason),
              fmt::format("the nearest that it can is {}; measure that one", to_text(nearest)));
}

std::int64_t whole_milliseconds(const Policy& policy, std::vector<std::string>& differences) {
  const std::int64_t delay = std::max<std::int64_t>(1, std::llround(policy.max_delay.value * 1e3));
  if (base::nanoseconds(policy.max_delay) != delay * 1'000'000) {
    differences.push_back(fmt::format("The delay of {} is rounded to {} ms: the server counts whole milliseconds.",
                                      base::duration_text(policy.max_delay), delay));
  }
  return delay;
}

std::optional<Policy> as_timeout(const Policy& policy) {
  if (policy.kind == PolicyKind::timeout) return policy;
  const bool one_size = policy.kind == PolicyKind::dynamic && policy.max_delay.value > 0.0 &&
                        policy.preferred.size() == 1 && policy.preferred.front() == policy.most;
  if (!one_size) return std::nullopt;
  return Policy{.kind = PolicyKind::timeout, .most = policy.most, .max_delay = policy.max_delay};
}

}  // namespace wattlens::serving
