// Sessions through the engine: torch_session.h alone would need LibTorch's headers here.
#include "engine/session_contract.h"
#include "engine/torch_fixture.h"
#include "fake/paths.h"

namespace wattlens::engine {
namespace {

// A network of its own: that it computes the right logits is the matter of torch_reference_test.cpp.
class TorchNetwork : public TorchTest {
 protected:
  static constexpr double kTolerance = 1e-4;

  static ModelSource source() { return network(); }
  static Images images(std::int64_t batch) { return small_images(batch); }

  std::vector<double> expected(const Images& images) {
    const auto values = values_of(*compiled(network(), small(images.shape[0])), images);
    EXPECT_EQ(std::ssize(values), images.shape[0] * 5);
    return {values.begin(), values.end()};
  }
};

class TorchClassifier : public TorchTest {
 protected:
  static constexpr double kTolerance = 1e-5;

  static ModelSource source() { return {.network = {}, .file = fake::test_folder() / "engine/models/classifier.pt"}; }
  static Images images(std::int64_t batch) { return small_images(batch); }
  static std::vector<double> expected(const Images& images) { return expected_logits(images); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(TorchNetwork, SessionContract, TorchNetwork);
INSTANTIATE_TYPED_TEST_SUITE_P(TorchFile, SessionContract, TorchClassifier);

using TorchSession = TorchTest;

TEST_F(TorchSession, AnotherSeedGivesAnotherOutput) {
  auto other = network();
  other.seed = 4;
  const Images images = small_images(1);
  EXPECT_NE(values_of(*compiled(network(), small()), images), values_of(*compiled(other, small()), images));
}

}  // namespace
}  // namespace wattlens::engine
