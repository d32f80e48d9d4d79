// Writes a built-in network with seeded weights as ONNX, for onnx_test.py and for looking at it by hand.
// export_network NAME IMAGE_SIZE CLASSES SEED BATCH FILE   (batch -1: any)
#include <fmt/core.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "network/onnx.h"
#include "network/weights.h"
#include "network/zoo.h"

namespace {

wattlens::Result<void> export_network(char** arguments) {
  using namespace wattlens;
  WATTLENS_TRY(const network::Graph graph, network::build(arguments[1], {std::strtoll(arguments[2], nullptr, 10),
                                                                         std::strtoll(arguments[3], nullptr, 10)}));
  WATTLENS_TRY(const network::Weights weights, network::initialise(graph, std::strtoull(arguments[4], nullptr, 10)));
  WATTLENS_TRY(const std::string model, network::onnx_model(graph, weights, std::strtoll(arguments[5], nullptr, 10)));
  std::ofstream(arguments[6]) << model;
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    fmt::print(stderr, "usage: export_network NAME IMAGE_SIZE CLASSES SEED BATCH FILE\n");
    return 2;
  }
  const auto done = export_network(argv);
  if (done) return 0;
  fmt::print(stderr, "{}\n{}\n", done.error().message, done.error().hint);
  return 1;
}
