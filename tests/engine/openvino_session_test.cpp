#include "engine/openvino_session.h"

#include "engine/openvino_fixture.h"
#include "engine/session_contract.h"

namespace wattlens::engine {
namespace {

class OpenvinoClassifier : public OpenvinoTest {
 protected:
  static constexpr double kTolerance = 1e-5;

  static ModelSource source() { return source_of("classifier"); }
  static Images images(std::int64_t batch) { return Images(batch); }
  static std::vector<double> expected(const Images& images) { return expected_logits(images); }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Openvino, SessionContract, OpenvinoClassifier);

}  // namespace
}  // namespace wattlens::engine
