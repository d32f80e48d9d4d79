#include "fake/paths.h"

namespace wattlens::fake {

base::Path source_folder() { return WATTLENS_SOURCE_DIR; }
base::Path test_folder() { return WATTLENS_SOURCE_DIR "/tests"; }
base::Path build_folder() { return WATTLENS_BINARY_DIR; }

}  // namespace wattlens::fake
