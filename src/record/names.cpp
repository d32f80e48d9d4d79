#include "record/names.h"

#include <array>
#include <utility>

namespace wattlens::record {
namespace {

template <class Enum>
struct Names;

template <>
struct Names<Provenance> {
  static constexpr std::array kAll = {
      std::pair(Provenance::measured, "measured"), std::pair(Provenance::modelled, "modelled"),
      std::pair(Provenance::simulated, "simulated"), std::pair(Provenance::missing, "missing")};
};
template <>
struct Names<ChannelKind> {
  static constexpr std::array kAll = {std::pair(ChannelKind::counter, "counter"),
                                      std::pair(ChannelKind::power, "power"), std::pair(ChannelKind::model, "model")};
};
template <>
struct Names<CheckStatus> {
  static constexpr std::array kAll = {std::pair(CheckStatus::not_run, "not_run"),
                                      std::pair(CheckStatus::passed, "passed"),
                                      std::pair(CheckStatus::failed, "failed")};
};
template <>
struct Names<RunStatus> {
  static constexpr std::array kAll = {std::pair(RunStatus::done, "done"), std::pair(RunStatus::failed, "failed"),
                                      std::pair(RunStatus::skipped, "skipped")};
};
template <>
struct Names<ExperimentStatus> {
  static constexpr std::array kAll = {
      std::pair(ExperimentStatus::running, "running"), std::pair(ExperimentStatus::done, "done"),
      std::pair(ExperimentStatus::interrupted, "interrupted"), std::pair(ExperimentStatus::failed, "failed")};
};

template <class Enum>
std::string_view name_of(Enum value) {
  for (const auto& [candidate, name] : Names<Enum>::kAll) {
    if (candidate == value) return name;
  }
  return "unknown";
}

}  // namespace

std::string_view to_string(Provenance value) { return name_of(value); }
std::string_view to_string(ChannelKind value) { return name_of(value); }
std::string_view to_string(CheckStatus value) { return name_of(value); }
std::string_view to_string(RunStatus value) { return name_of(value); }
std::string_view to_string(ExperimentStatus value) { return name_of(value); }

template <class Enum>
std::optional<Enum> from_string(std::string_view text) {
  for (const auto& [value, name] : Names<Enum>::kAll) {
    if (name == text) return value;
  }
  return std::nullopt;
}

template std::optional<Provenance> from_string(std::string_view);
template std::optional<ChannelKind> from_string(std::string_view);
template std::optional<CheckStatus> from_string(std::string_view);
template std::optional<RunStatus> from_string(std::string_view);
template std::optional<ExperimentStatus> from_string(std::string_view);

}  // namespace wattlens::record
