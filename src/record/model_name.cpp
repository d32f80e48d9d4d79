#include "record/model_name.h"

namespace wattlens::record {

ModelName parse_model_name(std::string_view text) {
  const std::size_t at = text.find('@');
  const std::string_view before = text.substr(0, at);
  if (text.ends_with(".onnx") || before.find('/') != std::string_view::npos) return {"", std::string(text)};
  if (at == std::string_view::npos) return {std::string(text), ""};
  return {std::string(before), std::string(text.substr(at + 1))};
}

}  // namespace wattlens::record
