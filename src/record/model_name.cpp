#include "record/model_name.h"

#include <algorithm>
#include <array>

namespace wattlens::record {
namespace {

bool has_ending_of_a_model(std::string_view text) {
  static constexpr std::array<std::string_view, 4> kEndings{".onnx", ".pt", ".pt2", ".pth"};
  return std::ranges::any_of(kEndings, [&](auto ending) { return text.ends_with(ending); });
}

}  // namespace

ModelName parse_model_name(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::string_view before = text.substr(0, at);
  if (has_ending_of_a_model(text) || before.find('/') != std::string_view::npos) return {"", std::string(text)};
  if (at == std::string_view::npos) return {std::string(text), ""};
  return {std::string(before), std::string(text.substr(at + 1))};
}

}  // namespace wattlens::record
