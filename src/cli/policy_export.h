// Writes the batching policies that a search found as the configurations of model servers.
#pragma once

#include <span>
#include <string>

#include "base/file.h"
#include "base/result.h"
#include "record/policy_search.h"

namespace wattlens::cli {

// One folder per choice below `folder`, which may not exist yet: "mobilenet_v2 poisson-50/triton/config.pbtxt" and so
// on for TorchServe and OpenVINO Model Server; of those alone that kept the limits when they were measured. Says on
// standard error what each server does otherwise than was simulated, and which one cannot express a policy. `engine` is
// that on which it was measured.
Result<void> export_policies(std::span<const record::PolicyChoice> choices, const std::string& engine,
                             const base::Path& folder);

}  // namespace wattlens::cli
