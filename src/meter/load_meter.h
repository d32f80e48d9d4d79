// Energy of processor packages computed from their load, for machines where nothing measures: `modelled`, never a
// measurement. The power at a load comes from meter/load_model.h; docs/measurement.md tells how far it can be trusted.
#pragma once

#include <memory>

#include "meter/meter.h"

namespace wattlens::meter {

// Channels "cpu.package.N" of kind model. Fails where the model does not know the processor.
Result<std::unique_ptr<Meter>> open_load_meter(const MeterOptions& options);

}  // namespace wattlens::meter
