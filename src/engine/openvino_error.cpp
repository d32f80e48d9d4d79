#include "engine/openvino_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <span>
#include <string>

#include "base/text.h"

namespace wattlens::engine {
namespace {

constexpr std::string_view kMemoryHint = "use a smaller batch or image size";

bool contains_any(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](auto word) { return text.contains(word); });
}

bool speaks_of_memory(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kWords{"bad_alloc",          "out of memory", "Out of memory",
                                                          "Failed to allocate", "OUT_OF_MEMORY", "allocation failed"};
  return contains_any(text, kWords);
}

// What follows `marker` up to the end of its line, or empty.
std::string_view after(std::string_view text, std::string_view marker) {
  const auto begin = text.find(marker);
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin + marker.size());
  return base::trim(text.substr(0, text.find('\n')));
}

// OpenVINO's messages run over many lines, most of which name places in its own source.
std::string one_line(std::string_view text) {
  static constexpr std::array<std::string_view, 5> kNoise{"Exception from ", "Check '", "FrontEnd API failed",
                                                          "Model wasn't fully converted", "Summary:"};
  constexpr std::size_t kLongest = 400;
  std::string joined;
  for (const auto line : base::split(text, '\n')) {
    const auto words = base::trim(line);
    if (words.empty() || std::ranges::any_of(kNoise, [&](auto noise) { return words.starts_with(noise); })) continue;
    if (!joined.empty()) joined += joined.ends_with(':') ? " " : "; ";
    joined += words;
  }
  if (joined.empty()) joined = base::trim(text.substr(0, text.find('\n')));
  if (joined.size() > kLongest) joined = joined.substr(0, kLongest) + "...";
  return joined;
}

Error classify(std::string_view doing, ErrorKind otherwise, std::string_view text) {
  if (speaks_of_memory(text)) {
    return {ErrorKind::run_failed, fmt::format("{}: not enough memory", doing), std::string(kMemoryHint)};
  }
  if (const auto operators = after(text, "No conversion rule found for operations:"); !operators.empty()) {
    return {ErrorKind::usage, fmt::format("{}: OpenVINO does not support the operators {}", doing, operators),
            "export the model with standard ONNX operators (opset 17), or use another engine"};
  }
  if (const auto operation = after(text, "Unsupported operation of type:"); !operation.empty()) {
    return {ErrorKind::usage, fmt::format("{}: the device does not support the operator {}", doing, operation),
            "use another device or engine"};
  }
  if (const auto data = after(text, "externally stored data in file ("); !data.empty()) {
    return {ErrorKind::usage,
            fmt::format("{}: its weights file {} is missing or too short", doing, data.substr(0, data.find(','))),
            "keep the external-data file beside the .onnx file, under the name that it was exported with"};
  }
  if (text.contains("Model can't be parsed")) {
    return {otherwise, fmt::format("{}: it is not ONNX, or it was cut short", doing), "export or copy the file again"};
  }
  return {otherwise, fmt::format("{}: {}", doing, one_line(text)), {}};
}

}  // namespace

Error current_openvino_error(std::string_view doing, ErrorKind otherwise) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return classify(doing, otherwise, "bad_alloc");
  } catch (const std::exception& exception) {
    return classify(doing, otherwise, exception.what());
  } catch (...) {
    return {otherwise, fmt::format("{}: OpenVINO failed and did not say why", doing), {}};
  }
}

}  // namespace wattlens::engine
