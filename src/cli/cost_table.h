// The cost of a model, operator by operator, as a table.
#pragma once

#include "network/cost.h"
#include "network/operator_cost.h"
#include "report/table.h"

namespace wattlens::cli {

// A built-in network's cost in the form that all models have.
network::ModelCost model_cost(const network::Cost& cost);

report::Table cost_table(const network::ModelCost& cost);

}  // namespace wattlens::cli
