#include "audit/heading.h"

#include <algorithm>
#include <array>

#include "base/fields.h"
#include "base/text.h"

namespace wattlens::audit {
namespace {

struct Known {
  std::string_view text;
  Dimension dimension;
  double factor;
};
constexpr std::array<Known, 30> kExact = {
    {{"W", Dimension::power, 1.0},      {"mW", Dimension::power, 1e-3},     {"uW", Dimension::power, 1e-6},
     {"µW", Dimension::power, 1e-6},    {"kW", Dimension::power, 1e3},      {"MW", Dimension::power, 1e6},
     {"J", Dimension::energy, 1.0},     {"mJ", Dimension::energy, 1e-3},    {"uJ", Dimension::energy, 1e-6},
     {"µJ", Dimension::energy, 1e-6},   {"nJ", Dimension::energy, 1e-9},    {"kJ", Dimension::energy, 1e3},
     {"KJ", Dimension::energy, 1e3},    {"MJ", Dimension::energy, 1e6},     {"GJ", Dimension::energy, 1e9},
     {"Wh", Dimension::energy, 3600.0}, {"mWh", Dimension::energy, 3.6},    {"kWh", Dimension::energy, 3.6e6},
     {"KWh", Dimension::energy, 3.6e6}, {"MWh", Dimension::energy, 3.6e9},  {"s", Dimension::time, 1.0},
     {"sec", Dimension::time, 1.0},     {"ms", Dimension::time, 1e-3},      {"us", Dimension::time, 1e-6},
     {"µs", Dimension::time, 1e-6},     {"ns", Dimension::time, 1e-9},      {"min", Dimension::time, 60.0},
     {"h", Dimension::time, 3600.0},    {"hours", Dimension::time, 3600.0}, {"minutes", Dimension::time, 60.0}}};
// In small letters: whole words, and the ends of names as programs write them.
constexpr std::array<Known, 17> kSmall = {{{"w", Dimension::power, 1.0},
                                           {"watt", Dimension::power, 1.0},
                                           {"watts", Dimension::power, 1.0},
                                           {"mw", Dimension::power, 1e-3},
                                           {"milliwatts", Dimension::power, 1e-3},
                                           {"uw", Dimension::power, 1e-6},
                                           {"kw", Dimension::power, 1e3},
                                           {"j", Dimension::energy, 1.0},
                                           {"joule", Dimension::energy, 1.0},
                                           {"joules", Dimension::energy, 1.0},
                                           {"mj", Dimension::energy, 1e-3},
                                           {"uj", Dimension::energy, 1e-6},
                                           {"kj", Dimension::energy, 1e3},
                                           {"wh", Dimension::energy, 3600.0},
                                           {"kwh", Dimension::energy, 3.6e6},
                                           {"seconds", Dimension::time, 1.0},
                                           {"milliseconds", Dimension::time, 1e-3}}};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Whether `lower` holds `word`, not as a part of a longer word.
bool has_word(std::string_view lower, std::string_view word) {
  for (std::size_t at = lower.find(word); at != std::string_view::npos; at = lower.find(word, at + 1)) {
    const bool begins = at == 0 || !is_word(lower[at - 1]);
    const std::size_t end = at + word.size();
    if (begins && (end >= lower.size() || !(lower[end] >= 'a' && lower[end] <= 'z'))) return true;
  }
  return false;
}

template <std::size_t N>
bool has_any(std::string_view lower, const std::array<std::string_view, N>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return has_word(lower, word); });
}

bool holds(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

// In brackets, or behind the last "_" or blank.
std::optional<Unit> unit_in(std::string_view text) {
  const std::size_t open = text.find_last_of("[(");
  const std::size_t close = text.find_last_of("])");
  if (open != std::string_view::npos && close != std::string_view::npos && close > open) {
    return unit_of(base::trim(text.substr(open + 1, close - open - 1)));
  }
  const std::size_t mark = text.find_last_of("_ ./");
  return unit_of(mark == std::string_view::npos ? text : text.substr(mark + 1));
}

std::string part_of(std::string_view lower) {
  constexpr std::array<std::string_view, 9> kParts = {"psys", "package", "dram",  "ram", "cores",
                                                      "cpu",  "gpu",     "total", "rapl"};
  for (const std::string_view part : kParts) {
    const std::size_t at = lower.find(part);
    if (at == std::string_view::npos || (part == "ram" && at > 0 && is_word(lower[at - 1]))) continue;
    std::string found(part == "package" || part == "rapl" ? "cpu" : part == "dram" ? "ram" : part);
    for (std::size_t i = at + part.size(); i < lower.size() && lower[i] >= '0' && lower[i] <= '9'; ++i)
      found += lower[i];
    return found;
  }
  return holds(lower, "consumed") ? "total" : "";
}

bool is_limit(std::string_view lower) {
  return holds(lower, "limit") || holds(lower, "max_power") || holds(lower, "power.max") || holds(lower, "tdp");
}

// Statistics of a column are not the quantity itself; prices and emissions are of energy, not energies.
bool is_derived(std::string_view lower) {
  constexpr std::array<std::string_view, 14> kDerived = {"std",  "rate",  "min",   "max",     "score", "cost",   "per",
                                                         "peak", "price", "error", "samples", "sd",    "median", "p99"};
  return has_any(lower, kDerived) || holds(lower, "emission") || holds(lower, "_per_") || holds(lower, "_std") ||
         holds(lower, "_rate") || holds(lower, "_min") || holds(lower, "_max") || holds(lower, "samples") ||
         holds(lower, "idle") || holds(lower, "window_median");
}

Role role_of(std::string_view lower, const std::optional<Unit>& unit) {
  constexpr std::array<std::string_view, 6> kTimes = {"timestamp", "time", "date", "datetime", "t", "epoch_time"};
  const bool power = holds(lower, "power") || holds(lower, "watt") || has_word(lower, "draw");
  const bool energy = holds(lower, "energy") || holds(lower, "joule") || holds(lower, "kwh") ||
                      holds(lower, "consumption") || holds(lower, "electricity");
  const auto is = [&unit](Dimension dimension) { return unit && unit->dimension == dimension; };
  if (lower == "n_gpu" || lower == "gpu_count" || lower == "num_gpus" || lower == "n_accel") return Role::boards;
  if (is_limit(lower)) return power || is(Dimension::power) || holds(lower, "tdp") ? Role::power_limit : Role::other;
  const bool idle_or_statistic = is_derived(lower);
  if (energy && !idle_or_statistic && !is(Dimension::power) && !is(Dimension::time)) return Role::energy;
  if (power && !idle_or_statistic && !is(Dimension::energy) && !is(Dimension::time)) {
    return has_word(lower, "total") || has_word(lower, "sum") ? Role::power_sum : Role::power;
  }
  if (idle_or_statistic || power || energy) return Role::other;
  if (holds(lower, "duration") || holds(lower, "elapsed") || lower == "runtime" || lower == "run_time" ||
      lower == "window_s" || lower == "wall_time") {
    return !unit || is(Dimension::time) ? Role::duration : Role::other;
  }
  const std::string_view bare = base::trim(lower.substr(0, lower.find_first_of("[(")));
  if (has_any(bare, kTimes) && !holds(bare, "working") && (!unit || is(Dimension::time))) return Role::time;
  if (is(Dimension::time) && (bare.starts_with("time") || bare.starts_with("t_"))) return Role::time;
  if (is(Dimension::power) && !holds(bare, "gpu usage")) return Role::power;
  if (is(Dimension::energy)) return Role::energy;
  return Role::other;
}

}  // namespace

std::optional<Unit> unit_of(std::string_view text) {
  for (const Known& known : kExact) {
    if (text == known.text) return Unit{known.dimension, known.factor, std::string(text)};
  }
  const std::string lower = base::lower_case(text);
  for (const Known& known : kSmall) {
    if (lower == known.text) return Unit{known.dimension, known.factor, std::string(text)};
  }
  return std::nullopt;
}

Heading read_heading(std::string_view text) {
  Heading heading;
  heading.name = std::string(base::trim(text));
  const std::string lower = base::lower_case(heading.name);
  heading.unit = unit_in(heading.name);
  heading.role = role_of(lower, heading.unit);
  heading.part = part_of(lower);
  return heading;
}

}  // namespace wattlens::audit
