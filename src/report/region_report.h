// The regions that a measured command named, as a section of a page. Pure functions.
#pragma once

#include "record/measurement.h"
#include "report/page.h"

namespace wattlens::report {

// A table as the regions are nested, by thread where there are several; those of most energy where there are many.
// Empty where no region was named.
Section region_section(const record::Measurement& run);

}  // namespace wattlens::report
