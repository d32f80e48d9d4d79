#include "meter/load_model.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "base/json.h"
#include "meter/spread.h"

namespace wattlens::meter {
namespace {

using base::Json;
using base::member;

constexpr double kBytesPerGib = 1073741824.0;

// Names of processors made for servers: the population that the watts per core come from.
constexpr std::array<std::string_view, 6> kServerNames = {"Xeon", "EPYC", "Opteron", "Altra", "Neoverse", "Graviton"};

bool is_server(std::string_view model_name, std::string_view microarchitecture) {
  return std::ranges::any_of(kServerNames, [&](std::string_view name) {
    return model_name.find(name) != std::string_view::npos || microarchitecture.find(name) != std::string_view::npos;
  });
}

// One entry of a list of objects with that name; null where there is none.
Result<const Json*> find_named(const Json& list, std::string_view name) {
  for (const Json& item : list) {
    WATTLENS_TRY(const std::string found, member<std::string>(item, "name"));
    if (found == name) return &item;
  }
  return nullptr;
}

// Watts per core at the wall, moved from the table's number of cores per chip to the machine's.
Result<double> wall_per_core(const Json& entry, const Json& exponents, std::string_view state, double cores_per_chip) {
  WATTLENS_TRY(const double watts, member<double>(entry, fmt::format("{}_wall_w_per_core", state)));
  WATTLENS_TRY(const double typical, member<double>(entry, "cores_per_chip"));
  WATTLENS_TRY(const double exponent, member<double>(exponents, state));
  return watts * std::pow(cores_per_chip / typical, exponent);
}

Result<std::vector<double>> read_shape(const Json& population) {
  WATTLENS_TRY(const Json list, member<Json>(population, "shape"));
  std::vector<double> shape;
  for (const Json& value : list) {
    if (!value.is_number()) return fail(ErrorKind::internal, "load model: a point of the shape is not a number");
    shape.push_back(value.get<double>());
  }
  if (shape.size() < 2) return fail(ErrorKind::internal, "load model: the shape has fewer than two points");
  return shape;
}

// The interval is that of a logarithm; independent spreads add as squares.
ModelGain gain_of(double log_half_width, double further_log_spread, double least_share) {
  const double half = std::hypot(log_half_width, kNormal95 * further_log_spread);
  return {least_share * std::exp(-half) - 1.0, std::exp(half) - 1.0};
}

Result<double> shown_cores(const record::Cpu& cpu) {
  const std::int64_t cores = cpu.cores > 0 ? cpu.cores : cpu.threads;
  if (cores > 0) return static_cast<double>(cores);
  return fail(ErrorKind::not_measurable, "the load model needs the number of cores, which this machine does not tell");
}

std::string describe(const record::Cpu& cpu, const Json* entry, bool virtual_machine, bool server) {
  std::string text = entry != nullptr
                         ? fmt::format("{}, {} servers", cpu.microarchitecture, entry->value("systems", 0))
                         : fmt::format("{}: the middle of all known ones",
                                       cpu.microarchitecture.empty() ? "unknown microarchitecture"
                                                                     : cpu.microarchitecture + " is not in the table");
  if (!server) text += "; not a server processor: wider interval";
  if (virtual_machine) text += "; virtual machine: its cores as a share of a socket";
  return text;
}

}  // namespace

Result<LoadModel> LoadModel::for_machine(const record::MachineState& machine) {
  return for_machine(machine, load_model_text());
}

Result<LoadModel> LoadModel::for_machine(const record::MachineState& machine, std::string_view text) {
  WATTLENS_TRY(const Json table, base::parse_json(text, "load_model.json"));
  const record::Cpu& cpu = machine.cpu;
  const bool virtual_machine = !machine.virtual_machine.empty();
  const bool server = is_server(cpu.model_name, cpu.microarchitecture);
  LoadModel model;
  WATTLENS_TRY(model.cores_, shown_cores(cpu));

  WATTLENS_TRY(const Json microarchitectures, member<Json>(table, "microarchitectures"));
  WATTLENS_TRY(const Json populations, member<Json>(table, "populations"));
  WATTLENS_TRY(const Json exponents, member<Json>(table, "exponent_of_cores"));
  WATTLENS_TRY(const Json fallback, member<Json>(table, "default"));
  WATTLENS_TRY(const Json guest, member<Json>(table, "virtual_machine"));
  WATTLENS_TRY(const Json memory, member<Json>(table, "memory"));
  WATTLENS_TRY(const Json* known, find_named(microarchitectures, cpu.microarchitecture));
  WATTLENS_TRY(const Json* population, find_named(populations, server ? "server" : "any"));
  if (population == nullptr) return fail(ErrorKind::internal, "load model: a population is missing");
  const Json& entry = known != nullptr ? *known : fallback;

  // A guest does not see how many cores its socket has: the table's typical number stands for it.
  WATTLENS_TRY(const double typical, member<double>(entry, "cores_per_chip"));
  const double sockets = static_cast<double>(std::max<std::int64_t>(cpu.sockets, 1));
  const double cores_per_chip = virtual_machine ? typical : std::max(model.cores_ / sockets, 1.0);
  WATTLENS_TRY(const double idle_wall, wall_per_core(entry, exponents, "idle", cores_per_chip));
  WATTLENS_TRY(const double full_wall, wall_per_core(entry, exponents, "full", cores_per_chip));
  WATTLENS_TRY(const double idle_share, member<double>(*population, "idle_package_over_wall"));
  WATTLENS_TRY(const double full_share, member<double>(*population, "full_package_over_wall"));
  model.idle_per_core_w_ = idle_wall * idle_share;
  model.full_per_core_w_ = full_wall * full_share;
  WATTLENS_TRY(model.shape_, read_shape(*population));

  double further = 0.0;
  if (known == nullptr) {
    WATTLENS_TRY(further, member<double>(fallback, "log_spread_between_microarchitectures"));
  }
  double least_share = 1.0;
  if (virtual_machine) {
    WATTLENS_TRY(const double unknown_cores, member<double>(guest, "log_spread_of_unknown_cores_per_chip"));
    further = std::hypot(further, unknown_cores);
    // A guest that is shown one thread per core may have got hardware threads for cores.
    if (cpu.threads <= cpu.cores || cpu.cores == 0) {
      WATTLENS_TRY(least_share, member<double>(guest, "least_cores_per_shown_core"));
    }
  }
  WATTLENS_TRY(const double half_width, member<double>(*population, "log_half_width_95"));
  model.processor_gain_ = gain_of(half_width, further, least_share);

  WATTLENS_TRY(model.memory_w_per_gib_, member<double>(memory, "w_per_gib"));
  WATTLENS_TRY(model.memory_gain_.low, member<double>(memory, "gain_low"));
  WATTLENS_TRY(model.memory_gain_.high, member<double>(memory, "gain_high"));
  model.basis_ = describe(cpu, known, virtual_machine, server);
  return model;
}

base::Watts LoadModel::processor_power(double utilisation, double cores) const {
  if (std::isnan(utilisation)) return {utilisation};
  const double place = std::clamp(utilisation, 0.0, 1.0) * static_cast<double>(shape_.size() - 1);
  const std::size_t below = std::min(static_cast<std::size_t>(place), shape_.size() - 2);
  const double part = place - static_cast<double>(below);
  const double load = shape_[below] + part * (shape_[below + 1] - shape_[below]);
  return {cores * (idle_per_core_w_ + (full_per_core_w_ - idle_per_core_w_) * load)};
}

base::Watts LoadModel::memory_power(base::Bytes memory) const {
  return {memory_w_per_gib_ * memory.value / kBytesPerGib};
}

}  // namespace wattlens::meter
