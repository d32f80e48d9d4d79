// Where the tests find their files. In one object file, so that the compiler cache can share all others between clones.
#pragma once

#include "base/file.h"

namespace wattlens::fake {

base::Path source_folder();  // of the project
base::Path test_folder();    // its tests/
base::Path build_folder();

}  // namespace wattlens::fake
