// Which wattlens this is: stored with every experiment, so that a number can be traced to the code that made it.
#pragma once

#include <string>
#include <string_view>

namespace wattlens::base {

struct Version {
  std::string_view semantic;    // "0.1.0"
  std::string_view revision;    // of the source tree: "a1b2c3d4e5f6", with "-dirty" where files differed; or "unknown"
  std::string_view build_type;  // "Release"; with the sanitizers, where there are any
  std::string_view compiler;    // "GNU 12.2.0"
};

// Fixed at build time. Safe to call from any thread.
const Version& version();

// One line for people: "0.1.0 (a1b2c3d4e5f6, Release, GNU 12.2.0)".
std::string to_string(const Version& version);

}  // namespace wattlens::base
