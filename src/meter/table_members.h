// What the readers of the tables under data/ share. Pure; thread-safe.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace wattlens::meter {

// An error that names it where the object has a member of another name: a misspelt one must not be taken for absent.
Result<void> only_members(const base::Json& json, std::initializer_list<std::string_view> names);

// A member that is a list of texts; absent is empty.
Result<std::vector<std::string>> texts_or_none(const base::Json& json, std::string_view name);

// Whether the schema is that one, and all items of the lists name a member of "sources" as theirs.
Result<void> check_table(const base::Json& json, std::string_view schema,
                         std::initializer_list<std::string_view> lists);

}  // namespace wattlens::meter
