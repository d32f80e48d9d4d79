// AlexNet as torchvision has it: one column (Krizhevsky 2014, arXiv:1404.5997).
#include <string_view>

#include "network/zoo/families.h"

namespace wattlens::network::zoo {

// Each of the three poolings raises the mean square about as much as two halvings by ReLU lower it: a gain of 1
// throughout keeps all layers near 1.
Result<Graph> alexnet(const NetworkOptions& options) {
  Builder b("alexnet", options);
  const auto conv_relu = [&](ValueId x, std::string_view conv, std::string_view relu, ConvOptions conv_options) {
    conv_options.bias = true;
    conv_options.gain = 1.0;
    return b.relu(b.conv2d(x, conv, conv_options), relu);
  };
  const Pool pool = {.kernel = 3, .stride = 2, .padding = 0};
  ValueId x =
      conv_relu(b.input(), "features.0", "features.1", {.outputs = 64, .kernel = 11, .stride = 4, .padding = 2});
  x = b.max_pool(x, "features.2", pool);
  x = conv_relu(x, "features.3", "features.4", {.outputs = 192, .kernel = 5, .padding = 2});
  x = b.max_pool(x, "features.5", pool);
  x = conv_relu(x, "features.6", "features.7", {.outputs = 384, .kernel = 3, .padding = 1});
  x = conv_relu(x, "features.8", "features.9", {.outputs = 256, .kernel = 3, .padding = 1});
  x = conv_relu(x, "features.10", "features.11", {.outputs = 256, .kernel = 3, .padding = 1});
  x = b.max_pool(x, "features.12", pool);
  x = b.flatten(b.adaptive_avg_pool(x, "avgpool", 6), "flatten", 1, 3);
  x = b.dropout(x, "classifier.0");
  x = b.relu(b.linear(x, "classifier.1", {.outputs = 4096, .gain = 1.0}), "classifier.2");
  x = b.dropout(x, "classifier.3");
  x = b.relu(b.linear(x, "classifier.4", {.outputs = 4096, .gain = 1.0}), "classifier.5");
  return b.finish(b.linear(x, "classifier.6", {.outputs = b.classes(), .gain = 1.0}));
}

}  // namespace wattlens::network::zoo
