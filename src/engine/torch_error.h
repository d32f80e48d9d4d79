// Turns whatever LibTorch throws into one Error: one line that names the operator, file or amount at fault.
#pragma once

#include <string_view>

#include "base/result.h"

namespace wattlens::engine {

// The exception that is being handled; call it in a catch block only. `doing` begins the message ("cannot read X") and
// `otherwise` is the kind where nothing better is known.
Error current_torch_error(std::string_view doing, ErrorKind otherwise);

// Runs `work`, which returns a Result; an exception becomes that Result's Error.
template <class Work>
auto without_torch_exceptions(std::string_view doing, ErrorKind otherwise, const Work& work) -> decltype(work()) {
  try {
    return work();
  } catch (...) {
    return std::unexpected(current_torch_error(doing, otherwise));
  }
}

}  // namespace wattlens::engine
