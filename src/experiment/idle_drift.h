// Whether idle power moved while an experiment went on. Pure and thread-safe.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "record/experiment.h"

namespace wattlens::experiment {

// One warning per channel whose power differs by more than 5 % and beyond both intervals; `when` and `what` end the
// sentence "idle power changed by ... from before to after the experiment". Equal baselines give none.
std::vector<record::Warning> idle_drift(std::span<const record::IdleBaseline> before,
                                        std::span<const record::IdleBaseline> after, std::string_view when,
                                        std::string_view what = "the experiment");

}  // namespace wattlens::experiment
