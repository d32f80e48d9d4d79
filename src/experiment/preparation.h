// The energy of making a model ready. Thread-safe as far as the sampler is.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "meter/sampler.h"
#include "record/experiment.h"

namespace wattlens::experiment {

// Fills in the energies of the phases from one copy of the samples over all of them. A phase that is too short for the
// sensor gets none, with the reason. To be called soon after: the sampler keeps minutes, not hours.
void measure_preparation(std::span<const record::Channel> channels, std::span<const record::IdleBaseline> idle,
                         std::span<const std::string> used, meter::Sampler& sampler,
                         std::vector<record::Phase>& phases);

}  // namespace wattlens::experiment
