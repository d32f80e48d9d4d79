// The few figures of one run that `list --runs` shows.
#pragma once

#include <optional>

#include "record/run.h"

namespace wattlens::store {

struct RunFigures {
  std::optional<double> images_per_s;
  std::optional<record::Joules> energy_per_image;  // gross; empty where the window lacks it
  std::optional<record::Joules> net_energy_per_image;
  record::Provenance provenance = record::Provenance::missing;
  bool complete = true;
};

// Of the run's window (its last, should an older store hold several); empty where nothing was done.
RunFigures figures_of(const record::Run& run);

}  // namespace wattlens::store
