// Writes a built-in network for onnx_export_test.py, and for looking at it by hand.
// export_network NAME IMAGE_SIZE CLASSES SEED BATCH FILE [WEIGHTS]
// BATCH -1 takes any number. FILE ends in .onnx (weights beside it), .single.onnx or .safetensors; WEIGHTS is a
// .safetensors state dict instead of the seeded weights.
#include <fmt/core.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/text.h"
#include "network/onnx.h"
#include "network/state_dict.h"
#include "network/weights.h"
#include "network/zoo.h"

namespace {

std::int64_t number(const char* text) { return wattlens::base::parse_integer(text).value_or(0); }

wattlens::Result<void> export_network(int argc, char** argv) {
  using namespace wattlens::network;
  WATTLENS_TRY(const Graph graph, build(argv[1], {number(argv[2]), number(argv[3])}));
  WATTLENS_TRY(const Weights weights,
               argc > 7 ? load_weights(graph, argv[7]) : initialise(graph, std::strtoull(argv[4], nullptr, 10)));
  const std::string_view file = argv[6];
  if (file.ends_with(".safetensors")) return save_weights(file, graph, weights);
  const OnnxStorage storage = file.ends_with(".single.onnx") ? OnnxStorage::single_file : OnnxStorage::external;
  return write_onnx(file, graph, weights, storage, number(argv[5]));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 7) {
    fmt::print(stderr, "usage: export_network NAME IMAGE_SIZE CLASSES SEED BATCH FILE [WEIGHTS]\n");
    return 2;
  }
  const auto done = export_network(argc, argv);
  if (done) return 0;
  fmt::print(stderr, "{}\n{}\n", done.error().message, done.error().hint);
  return 1;
}
