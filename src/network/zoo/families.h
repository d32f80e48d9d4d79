// The networks, one function each; zoo.cpp lists them.
#pragma once

#include "base/result.h"
#include "network/builder.h"
#include "network/graph.h"

namespace wattlens::network::zoo {

Result<Graph> alexnet(const NetworkOptions& options);
Result<Graph> convnext_base(const NetworkOptions& options);
Result<Graph> densenet121(const NetworkOptions& options);
Result<Graph> mobilenet_v2(const NetworkOptions& options);
Result<Graph> resnet50(const NetworkOptions& options);
Result<Graph> shufflenet_v2_x0_5(const NetworkOptions& options);
Result<Graph> vit_b_16(const NetworkOptions& options);

}  // namespace wattlens::network::zoo
