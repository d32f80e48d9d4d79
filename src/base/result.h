// How wattlens reports what can fail outside the program: Result<T> holds a value or an Error with a way out.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace wattlens::base {

// What kind of failure it is; the command line maps each to one exit code (docs/exit-codes in the README).
enum class ErrorKind {
  internal,        // our bug
  usage,           // a flag or a file the user gave cannot be used
  not_found,       // nothing matched
  not_measurable,  // no sensor, no engine, no permission
  run_failed,      // the work itself failed: a worker died, an output check failed
  io,              // the disk, the network or a device said no
  cancelled,       // the user interrupted
};

std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string message;  // what and where, one line
  std::string hint;     // how to mend it, one line; may be empty
};

template <class T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> fail(ErrorKind kind, std::string message, std::string hint = {}) {
  return std::unexpected(Error{kind, std::move(message), std::move(hint)});
}

// "message: strerror(error_number)", for failed system calls.
std::unexpected<Error> fail_errno(int error_number, std::string message, std::string hint = {});

}  // namespace wattlens::base

namespace wattlens {
// Every folder speaks of these without a prefix.
using base::Error;
using base::ErrorKind;
using base::fail;
using base::Result;
}  // namespace wattlens

#define WATTLENS_CONCAT_INNER(a, b) a##b
#define WATTLENS_CONCAT(a, b) WATTLENS_CONCAT_INNER(a, b)

// WATTLENS_TRY(auto text, read_text(path));  declares `text`, or returns the error from the enclosing function.
#define WATTLENS_TRY(declaration, expression) \
  WATTLENS_TRY_INNER(WATTLENS_CONCAT(wattlens_result_, __LINE__), declaration, expression)
#define WATTLENS_TRY_INNER(result, declaration, expression)       \
  auto result = (expression);                                     \
  if (!result) return std::unexpected(std::move(result).error()); \
  declaration = std::move(*result)

// WATTLENS_CHECK(write_text(path, text));  returns the error of a Result<void> (or drops the value).
#define WATTLENS_CHECK(expression)                                 \
  do {                                                             \
    if (auto wattlens_checked = (expression); !wattlens_checked)   \
      return std::unexpected(std::move(wattlens_checked).error()); \
  } while (false)
