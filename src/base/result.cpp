#include "base/result.h"

#include <cstring>

namespace wattlens::base {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::internal: return "internal";
    case ErrorKind::usage: return "usage";
    case ErrorKind::not_found: return "not_found";
    case ErrorKind::not_measurable: return "not_measurable";
    case ErrorKind::run_failed: return "run_failed";
    case ErrorKind::io: return "io";
    case ErrorKind::cancelled: return "cancelled";
  }
  return "internal";
}

std::unexpected<Error> fail_errno(int error_number, std::string message, std::string hint) {
  message += ": ";
  message += std::strerror(error_number);
  return fail(ErrorKind::io, std::move(message), std::move(hint));
}

}  // namespace wattlens::base
