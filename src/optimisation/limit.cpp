#include "optimisation/limit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "base/text.h"
#include "experiment/axis.h"

namespace wattlens::optimisation {
namespace {

using record::Estimate;
using record::Limit;
using record::Limited;
using record::Trial;

constexpr std::string_view kForms = "latency<10ms, p99<50ms, throughput>100, memory<2GiB, accuracy>99%";

struct Kind {
  Limited quantity;
  std::string_view name;
  bool below;
};
constexpr std::array<Kind, 5> kKinds = {{{Limited::latency, "latency", true},
                                         {Limited::p99, "p99", true},
                                         {Limited::throughput, "throughput", false},
                                         {Limited::memory, "memory", true},
                                         {Limited::accuracy, "accuracy", false}}};

const Kind& kind_of(Limited quantity) { return *std::ranges::find(kKinds, quantity, &Kind::quantity); }

std::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return fail(ErrorKind::usage, fmt::format("--limit '{}': {}", text, why), fmt::format("write it as {}", kForms));
}

struct ByteUnit {
  std::string_view name;
  double bytes;
};
constexpr std::array<ByteUnit, 6> kByteUnits = {
    {{"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}}};

std::optional<double> bytes_of(std::string_view text) {
  for (const ByteUnit& unit : kByteUnits) {
    if (!text.ends_with(unit.name)) continue;
    const auto number = base::parse_number(base::trim(text.substr(0, text.size() - unit.name.size())));
    return number ? std::optional(*number * unit.bytes) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<double> bound_of(Limited quantity, std::string_view text) {
  switch (quantity) {
    case Limited::latency:
    case Limited::p99: {
      const auto time = experiment::parse_duration(text, "--limit");
      return time ? std::optional(time->value) : std::nullopt;
    }
    case Limited::throughput: return base::parse_number(text);
    case Limited::memory: return bytes_of(text);
    case Limited::accuracy: {
      const auto share = experiment::parse_share(text, "--limit");
      return share ? std::optional(*share) : std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<Estimate<double>> seconds_of(const std::optional<Estimate<base::Seconds>>& time) {
  if (!time) return std::nullopt;
  return Estimate<double>{time->value.value, time->low.value, time->high.value};
}

}  // namespace

std::string_view name_of(Limited quantity) { return kind_of(quantity).name; }

Result<Limit> parse_limit(std::string_view text) {
  const auto sign = text.find_first_of("<>");
  if (sign == std::string_view::npos) return bad(text, "there is no < or > in it");
  const std::string_view name = base::trim(text.substr(0, sign));
  const auto kind = std::ranges::find(kKinds, name, &Kind::name);
  if (kind == kKinds.end()) return bad(text, fmt::format("'{}' cannot be limited", name));
  if ((text[sign] == '<') != kind->below) {
    return bad(text, fmt::format("{} is limited with {}", name, kind->below ? '<' : '>'));
  }
  const std::string_view bound = base::trim(text.substr(sign + 1));
  const auto value = bound_of(kind->quantity, bound);
  if (!value || !std::isfinite(*value) || *value <= 0.0) {
    return bad(text, fmt::format("'{}' is no {}", bound,
                                 kind->quantity == Limited::memory ? "size, such as 2GiB"
                                 : kind->below                     ? "time, such as 10ms"
                                                                   : "bound above 0"));
  }
  return Limit{kind->quantity, *value, fmt::format("{}{}{}", name, text[sign], bound)};
}

Result<std::vector<Limit>> parse_limits(std::span<const std::string> texts) {
  std::vector<Limit> limits;
  for (const std::string& text : texts) {
    WATTLENS_TRY(Limit limit, parse_limit(text));
    if (std::ranges::find(limits, limit.quantity, &Limit::quantity) != limits.end()) {
      return bad(text, fmt::format("{} is limited twice", name_of(limit.quantity)));
    }
    limits.push_back(std::move(limit));
  }
  return limits;
}

std::optional<Estimate<double>> limited_value(Limited quantity, const Trial& trial) {
  switch (quantity) {
    case Limited::latency: return seconds_of(trial.latency);
    case Limited::p99: return seconds_of(trial.p99);
    case Limited::throughput: return trial.throughput;
    case Limited::memory:
      if (!trial.memory) return std::nullopt;
      return Estimate<double>{trial.memory->value, trial.memory->value, trial.memory->value};
    case Limited::accuracy:
      if (trial.accuracy) {
        const double top1 = trial.accuracy->top1.value;
        return Estimate<double>{top1, top1, top1};
      }
      if (!trial.agreement) return std::nullopt;
      return Estimate<double>{trial.agreement->share.value, trial.agreement->share.value, trial.agreement->share.value};
  }
  return std::nullopt;
}

Standing standing(const Limit& limit, const Trial& trial) {
  const auto value = limited_value(limit.quantity, trial);
  if (!value || std::isnan(value->value)) return Standing::unknown;
  // Without an interval nothing is certain.
  if (std::isnan(value->low) || std::isnan(value->high)) return Standing::open;
  if (kind_of(limit.quantity).below) {
    if (value->high < limit.bound) return Standing::holds;
    return value->low >= limit.bound ? Standing::breaks : Standing::open;
  }
  if (value->low > limit.bound) return Standing::holds;
  // A share of 1 cannot lie above a bound of 1.
  if (limit.quantity == Limited::accuracy && value->value >= limit.bound) return Standing::holds;
  return value->high <= limit.bound ? Standing::breaks : Standing::open;
}

Standing standing(std::span<const Limit> limits, const Trial& trial) {
  const auto rank = [](Standing one) {
    constexpr std::array kOrder = {Standing::holds, Standing::open, Standing::unknown, Standing::breaks};
    return std::ranges::find(kOrder, one) - kOrder.begin();
  };
  Standing worst = Standing::holds;
  for (const Limit& limit : limits) worst = std::ranges::max(worst, standing(limit, trial), {}, rank);
  return worst;
}

double excess(const Limit& limit, const Trial& trial) {
  const auto value = limited_value(limit.quantity, trial);
  if (!value || std::isnan(value->value)) return std::numeric_limits<double>::infinity();
  const bool below = kind_of(limit.quantity).below;
  const double bound = below ? value->high : value->low;
  const double end = std::isnan(bound) ? value->value : bound;
  if (below) return end / limit.bound - 1.0;
  return end > 0.0 ? limit.bound / end - 1.0 : std::numeric_limits<double>::infinity();
}

}  // namespace wattlens::optimisation
