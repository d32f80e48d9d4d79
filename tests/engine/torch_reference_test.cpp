// Built-in networks through LibTorch against PyTorch's float64 logits.
#include "engine/reference_outputs.h"
#include "engine/torch_engine.h"

namespace wattlens::engine {

Result<std::unique_ptr<Engine>> opened_engine() { return open_torch({}); }

namespace {

INSTANTIATE_TEST_SUITE_P(Torch, ReferenceOutputs, every_network(), [](const auto& test) { return test.param; });

}  // namespace
}  // namespace wattlens::engine
