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

// Behind `begin`, up to `end` or the end of the text.
std::string_view between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto from = text.find(begin);
  if (from == std::string_view::npos) return {};
  text.remove_prefix(from + begin.size());
  return base::trim(text.substr(0, text.find(end)));
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

// What a message of LibTorch's means, where its first line does not tell it.
struct Meaning {
  std::string_view begin;  // what the message holds, with the name of what is at fault between `begin` and `end`
  std::string_view end;
  std::string_view message;  // {} stands for that name
  std::string_view hint;
};

constexpr std::array<Meaning, 12> kMeanings{{
    {"Attempted to read a PyTorch file with version ", ",",
     "a newer PyTorch saved it, in version {} of the format, which this one cannot read",
     "save it with the PyTorch that `wattlens doctor` shows, or an older one"},
    {"failed reading zip archive", ":", "it is no file of PyTorch's, or it was cut short",
     "save or copy the file again"},
    {"Unknown builtin op: ", ".\n", "LibTorch does not know the operator {}",
     "operators of other libraries are not in LibTorch: save the model without it, or use another engine"},
    {"with arguments from the 'CUDA' backend", ".", "it was saved with a CUDA device written into it",
     "load it on the processor in Python, and trace or script it there"},
    {"Could not run '", "'", "the device does not support the operator {}", "use another device, precision or engine"},
    {"scalar types: Long, Int; but got ", " ", "it takes whole numbers, as of text, not images",
     "wattlens runs models with one input, a batch of images in floating point"},
    {"to have the same dtype", ",", "a part of it stays in another precision than the rest",
     "use the precision that it was saved in, or save it in the one that you want"},
    {"should be the same or input should be", " ", "a part of it stays in another precision than the rest",
     "use the precision that it was saved in, or save it in the one that you want"},
    {"expected scalar type Float but found", "\n", "a part of it stays in another precision than the rest",
     "use the precision that it was saved in, or save it in the one that you want"},
    {"expected scalar type BFloat16 but found", "\n", "a part of it stays in another precision than the rest",
     "use the precision that it was saved in, or save it in the one that you want"},
    {"mixed dtype (CPU)", "\n", "a part of it stays in another precision than the rest",
     "use the precision that it was saved in, or save it in the one that you want"},
    {"input_handles[0]: ", "\n", "{}", "give the batch and the image size that the package was compiled for"},
}};

Error classify(std::string_view doing, ErrorKind otherwise, std::string_view text) {
  if (speaks_of_memory(text)) {
    return {ErrorKind::run_failed, fmt::format("{}: not enough memory", doing), "use a smaller batch or image size"};
  }
  for (const auto& meaning : kMeanings) {
    if (!text.contains(meaning.begin)) continue;
    const auto name = between(text, meaning.begin, meaning.end);
    return {otherwise, fmt::format("{}: {}", doing, fmt::format(fmt::runtime(meaning.message), name)),
            std::string(meaning.hint)};
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
