#include "meter/table_members.h"

#include <fmt/core.h>

#include <algorithm>

namespace wattlens::meter {

using base::Json;
using base::member;

Result<void> only_members(const Json& json, std::initializer_list<std::string_view> names) {
  if (!json.is_object()) return fail(ErrorKind::usage, "expected an object");
  for (const auto& item : json.items()) {
    if (std::ranges::find(names, std::string_view(item.key())) != names.end()) continue;
    return fail(ErrorKind::usage, fmt::format("unknown member \"{}\"", item.key()));
  }
  return {};
}

Result<std::vector<std::string>> texts_or_none(const Json& json, std::string_view name) {
  std::vector<std::string> texts;
  if (!json.contains(name)) return texts;
  WATTLENS_TRY(const Json list, member<Json>(json, name));
  for (const Json& item : list) {
    if (!item.is_string()) return fail(ErrorKind::usage, fmt::format("\"{}\" holds something that is no text", name));
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

Result<void> check_table(const Json& json, std::string_view schema, std::initializer_list<std::string_view> lists) {
  WATTLENS_TRY(const std::string found, member<std::string>(json, "schema"));
  if (found != schema) {
    return fail(ErrorKind::usage, fmt::format("the table is of schema \"{}\", not \"{}\"", found, schema));
  }
  WATTLENS_TRY(const Json sources, member<Json>(json, "sources"));
  for (const std::string_view name : lists) {
    WATTLENS_TRY(const Json list, member<Json>(json, name));
    for (const Json& item : list) {
      WATTLENS_TRY(const std::string source, member<std::string>(item, "source"));
      if (!sources.contains(source)) return fail(ErrorKind::usage, fmt::format("there is no source \"{}\"", source));
    }
  }
  return {};
}

}  // namespace wattlens::meter
