// Built-in networks through LibTorch against PyTorch's float64 logits.
#include "engine/reference_outputs.h"
#include "engine/torch_engine.h"

namespace wattlens::engine {
namespace {

Result<std::unique_ptr<Engine>> opened() { return open_torch({}); }

INSTANTIATE_TEST_SUITE_P(Torch, ReferenceOutputs, testing::Combine(testing::Values(&opened), every_network()),
                         name_of_network);

}  // namespace
}  // namespace wattlens::engine
