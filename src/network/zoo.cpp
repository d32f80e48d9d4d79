#include "network/zoo.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.h"
#include "network/zoo/families.h"

namespace wattlens::network {
namespace {

constexpr std::array kNetworks = {
    NetworkKind{"alexnet", "AlexNet", 2014, "arXiv:1404.5997", zoo::alexnet},
    NetworkKind{"convnext_base", "ConvNeXt", 2022, "arXiv:2201.03545", zoo::convnext_base},
    NetworkKind{"densenet121", "DenseNet", 2016, "arXiv:1608.06993", zoo::densenet121},
    NetworkKind{"mobilenet_v2", "MobileNetV2", 2018, "arXiv:1801.04381", zoo::mobilenet_v2},
    NetworkKind{"resnet50", "ResNet", 2015, "arXiv:1512.03385", zoo::resnet50},
    NetworkKind{"shufflenet_v2_x0_5", "ShuffleNetV2", 2018, "arXiv:1807.11164", zoo::shufflenet_v2_x0_5},
    NetworkKind{"vit_b_16", "ViT", 2020, "arXiv:2010.11929", zoo::vit_b_16},
};

// The nearest sizes below and above that the network takes, found by trying: no rule is written down twice.
std::string nearest_sizes(const NetworkKind& kind, const NetworkOptions& options) {
  std::vector<std::string> sizes;
  for (const std::int64_t step : {-1, 1}) {
    for (std::int64_t distance = 1; distance <= 64; ++distance) {
      const std::int64_t size = options.image_size + step * distance;
      if (size < 1 || !kind.build({size, options.classes})) continue;
      sizes.push_back(fmt::to_string(size));
      break;
    }
  }
  return sizes.empty() ? std::string() : fmt::format("the nearest sizes it takes: {}", base::join(sizes, ", "));
}

Error unknown(std::string_view name) {
  std::vector<std::string> names;
  names.reserve(kNetworks.size());
  for (const NetworkKind& kind : kNetworks) names.emplace_back(kind.name);
  const std::vector<std::string> nearest = base::nearest_names(name, names);
  return {ErrorKind::usage, fmt::format("there is no network called \"{}\"", name),
          nearest.empty()
              ? fmt::format("the networks are {}", base::join(names, ", "))
              : fmt::format("did you mean {}? `wattlens network list` shows all", base::join(nearest, ", "))};
}

}  // namespace

std::span<const NetworkKind> all_networks() { return kNetworks; }

Result<Graph> build(std::string_view name, const NetworkOptions& options) {
  const auto* const kind = std::ranges::find(kNetworks, name, &NetworkKind::name);
  if (kind == kNetworks.end()) return std::unexpected(unknown(name));
  Result<Graph> graph = kind->build(options);
  if (!graph && graph.error().hint.empty()) graph.error().hint = nearest_sizes(*kind, options);
  return graph;
}

}  // namespace wattlens::network
