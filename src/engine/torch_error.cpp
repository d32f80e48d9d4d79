#include "engine/torch_error.h"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <new>
#include <string>

#include "base/text.h"

namespace wattlens::engine {
namespace {

bool speaks_of_memory(std::string_view text) {
  static constexpr std::array<std::string_view, 6> kWords{"bad_alloc",     "out of memory", "can't allocate memory",
                                                          "Out of memory", "out_of_memory", "not enough memory"};
  return std::ranges::any_of(kWords, [&](auto word) { return text.contains(word); });
}

// Between `begin` and `end`, which follows it; empty where either is missing.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from + begin.size());
  const auto to = text.find(end);
  return to == std::string_view::npos ? std::string_view{} : base::trim(text.substr(0, to));
}

// LibTorch's messages run over many lines: source code, stacks, advice to PyTorch's developers. What went wrong is in
// the first line, or, where a TorchScript interpreter failed, behind "RuntimeError:".
std::string first_line(std::string_view text) {
  constexpr std::string_view kMarker = "RuntimeError:";
  constexpr std::size_t kLongest = 300;
  if (const auto at = text.rfind(kMarker); at != std::string_view::npos) text.remove_prefix(at + kMarker.size());
  text = base::trim(text);
  const auto line = base::trim(text.substr(0, text.find('\n')));
  return line.size() > kLongest ? fmt::format("{}...", line.substr(0, kLongest)) : std::string(line);
}

Error classify(std::string_view doing, ErrorKind otherwise, std::string_view text) {
  if (speaks_of_memory(text)) {
    return {ErrorKind::run_failed, fmt::format("{}: not enough memory", doing), "use a smaller batch or image size"};
  }
  if (const auto name = between(text, "Could not run '", "'"); !name.empty()) {
    return {ErrorKind::usage, fmt::format("{}: the device does not support the operator {}", doing, name),
            "use another device, precision or engine"};
  }
  return {otherwise, fmt::format("{}: {}", doing, first_line(text)), {}};
}

}  // namespace

Error current_torch_error(std::string_view doing, ErrorKind otherwise) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return classify(doing, otherwise, "bad_alloc");
  } catch (const c10::Error& error) {
    return classify(doing, otherwise, error.what_without_backtrace());
  } catch (const std::exception& exception) {
    return classify(doing, otherwise, exception.what());
  } catch (...) {
    return {otherwise, fmt::format("{}: LibTorch failed and did not say why", doing), {}};
  }
}

}  // namespace wattlens::engine
