#include "base/json.h"

#include <fmt/core.h>

#include <algorithm>

namespace wattlens::base {
namespace {

Result<const Json*> find_member(const Json& object, std::string_view name) {
  if (!object.is_object()) return fail(ErrorKind::usage, fmt::format("expected an object with \"{}\"", name));
  const auto found = object.find(name);
  if (found == object.end()) return fail(ErrorKind::usage, fmt::format("\"{}\" is missing", name));
  return &*found;
}

std::unexpected<Error> wrong_type(std::string_view name, std::string_view expected, const Json& found) {
  return fail(ErrorKind::usage, fmt::format("\"{}\" must be {}, not {}", name, expected, found.type_name()));
}

std::string dump(const Json& json, int indent) { return json.dump(indent, ' ', false, Json::error_handler_t::replace); }

// Copying and writing JSON recurse, so that a hostile file of nothing but brackets would end the stack.
constexpr int kDeepestNesting = 500;

int nesting(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') {
      ++i;
    } else if (c == '"') {
      in_string = !in_string;
    } else if (!in_string && (c == '[' || c == '{')) {
      deepest = std::max(deepest, ++depth);
    } else if (!in_string && (c == ']' || c == '}')) {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

Result<Json> parse_json(std::string_view text, std::string_view what) {
  if (nesting(text) > kDeepestNesting) {
    return fail(ErrorKind::usage, fmt::format("{} is nested deeper than {} levels", what, kDeepestNesting));
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& error) {
    return fail(ErrorKind::usage, fmt::format("{} is not valid JSON: {}", what, error.what()));
  }
}

std::string to_text(const Json& json) { return dump(json, -1); }
std::string to_pretty_text(const Json& json) { return dump(json, 2); }

template <>
Result<std::string> member(const Json& object, std::string_view name) {
  WATTLENS_TRY(const Json* found, find_member(object, name));
  if (!found->is_string()) return wrong_type(name, "a string", *found);
  return found->get<std::string>();
}

template <>
Result<double> member(const Json& object, std::string_view name) {
  WATTLENS_TRY(const Json* found, find_member(object, name));
  if (!found->is_number()) return wrong_type(name, "a number", *found);
  return found->get<double>();
}

template <>
Result<std::int64_t> member(const Json& object, std::string_view name) {
  WATTLENS_TRY(const Json* found, find_member(object, name));
  if (!found->is_number_integer()) return wrong_type(name, "a whole number", *found);
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX)) {
    return wrong_type(name, "a whole number below 2^63", *found);
  }
  return found->get<std::int64_t>();
}

template <>
Result<bool> member(const Json& object, std::string_view name) {
  WATTLENS_TRY(const Json* found, find_member(object, name));
  if (!found->is_boolean()) return wrong_type(name, "true or false", *found);
  return found->get<bool>();
}

template <>
Result<Json> member(const Json& object, std::string_view name) {
  WATTLENS_TRY(const Json* found, find_member(object, name));
  if (!found->is_structured()) return wrong_type(name, "an object or an array", *found);
  return *found;
}

}  // namespace wattlens::base
