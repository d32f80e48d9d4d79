// The words that stand for enumerated values in JSON, in the store and on the screen.
#pragma once

#include <optional>
#include <string_view>

#include "record/experiment.h"

namespace wattlens::record {

std::string_view to_string(Provenance value);
std::string_view to_string(ChannelKind value);
std::string_view to_string(CheckStatus value);
std::string_view to_string(RunStatus value);
std::string_view to_string(ExperimentStatus value);

// The value of that name; empty for any other text.
template <class Enum>
std::optional<Enum> from_string(std::string_view name);

}  // namespace wattlens::record
