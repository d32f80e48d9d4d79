// Built-in networks through OpenVINO against PyTorch's float64 logits.
#include "engine/openvino_engine.h"
#include "engine/reference_outputs.h"

namespace wattlens::engine {
namespace {

Result<std::unique_ptr<Engine>> opened() { return open_openvino({}); }

INSTANTIATE_TEST_SUITE_P(Openvino, ReferenceOutputs, testing::Combine(testing::Values(&opened), every_network()),
                         name_of_network);

}  // namespace
}  // namespace wattlens::engine
