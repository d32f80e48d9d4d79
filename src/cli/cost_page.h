// The cost of a model, as `network show` tells it: of a built-in network and of a file alike.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"
#include "cli/output.h"
#include "network/cost.h"
#include "network/operator_cost.h"
#include "report/page.h"

namespace wattlens::cli {

struct CostPage {
  std::string name;
  std::vector<report::Fact> facts;  // that come before the counts: the image, and where the model was read
  base::Json json;                  // the same as members of an object
  network::ModelCost cost;          // of one image
  std::optional<base::Bytes> peak_activations{};
  std::string_view part = "layer";  // what a line of the table is
};

// A built-in network's cost in the form that all models have.
network::ModelCost model_cost(const network::Cost& cost);

Result<void> write_cost(const CostPage& page, Output& output);

}  // namespace wattlens::cli
