#include "base/version.h"

#include <fmt/format.h>
#include <version_info.h>  // made by cmake/version.cmake

namespace wattlens::base {

const Version& version() {
  static constexpr Version kVersion = {.semantic = WATTLENS_VERSION,
                                       .revision = WATTLENS_REVISION,
                                       .build_type = WATTLENS_BUILD_TYPE,
                                       .compiler = WATTLENS_COMPILER};
  return kVersion;
}

std::string to_string(const Version& version) {
  return fmt::format("{} ({}, {}, {})", version.semantic, version.revision, version.build_type, version.compiler);
}

}  // namespace wattlens::base
