// JSON with errors as Results. Objects keep the order in which their members were written.
#pragma once

#include <nlohmann/json.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace wattlens::base {

using Json = nlohmann::ordered_json;

// `what` names the text in the error, e.g. the path of the file.
Result<Json> parse_json(std::string_view text, std::string_view what);

// One line, valid UTF-8 whatever the strings hold, NaN and infinities as null.
std::string to_text(const Json& json);
std::string to_pretty_text(const Json& json);

// The member of that name, or an error that names it: missing, or of another type.
template <class T>
Result<T> member(const Json& object, std::string_view name);
template <>
Result<std::string> member(const Json& object, std::string_view name);
template <>
Result<double> member(const Json& object, std::string_view name);
template <>
Result<std::int64_t> member(const Json& object, std::string_view name);
template <>
Result<bool> member(const Json& object, std::string_view name);
template <>
Result<Json> member(const Json& object, std::string_view name);  // an object or an array

// The same, but absent (or null) is `fallback`; a member of another type is still an error.
template <class T>
Result<T> member_or(const Json& object, std::string_view name, T fallback) {
  const auto found = object.is_object() ? object.find(name) : object.end();
  if (found == object.end() || found->is_null()) return fallback;
  return member<T>(object, name);
}

}  // namespace wattlens::base
