// Built-in networks through OpenVINO against PyTorch's float64 logits.
#include "engine/openvino_engine.h"
#include "engine/reference_outputs.h"

namespace wattlens::engine {

Result<std::unique_ptr<Engine>> opened_engine() { return open_openvino({}); }

namespace {

INSTANTIATE_TEST_SUITE_P(Openvino, ReferenceOutputs, every_network(), [](const auto& test) { return test.param; });

}  // namespace
}  // namespace wattlens::engine
