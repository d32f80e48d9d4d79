#include "base/toml_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "base/text.h"

namespace wattlens::base {

Result<toml::table> TomlReader::parse(std::string_view text) const {
  toml::parse_result parsed = toml::parse(text, name_);
  if (!parsed) {
    return error(parsed.error().source(), parsed.error().description(), "the file is not TOML: mend it there");
  }
  return std::move(parsed).table();
}

std::unexpected<Error> TomlReader::error(const toml::source_region& where, std::string_view message,
                                         std::string hint) const {
  return fail(ErrorKind::usage, fmt::format("{}:{}:{}: {}", name_, where.begin.line, where.begin.column, message),
              std::move(hint));
}

Result<void> TomlReader::read_table(const toml::table& table, std::span<const TomlKey> keys,
                                    std::string_view where) const {
  for (const auto& [key, node] : table) {
    const auto known = std::ranges::find(keys, key.str(), &TomlKey::name);
    if (known == keys.end()) return unknown_key(key, keys, where);
    WATTLENS_CHECK(known->read(node));
  }
  return {};
}

std::unexpected<Error> TomlReader::unknown_key(const toml::key& key, std::span<const TomlKey> keys,
                                               std::string_view where) const {
  std::vector<std::string> names;
  for (const TomlKey& known : keys) names.emplace_back(known.name);
  const std::vector<std::string> nearest = nearest_names(key.str(), names, 1);
  return error(key.source(), fmt::format("unknown key '{}'{}", key.str(), where),
               nearest.empty() ? fmt::format("known keys here: {}", join(names, ", "))
                               : fmt::format("did you mean '{}'?", nearest.front()));
}

Result<const toml::table*> TomlReader::as_table(const toml::node& node, std::string_view name) const {
  if (const toml::table* table = node.as_table()) return table;
  return error(node.source(), fmt::format("'{}' is no table", name), fmt::format("write [{}]", name));
}

Result<std::string> TomlReader::joined_text(const toml::node& node) const {
  const auto* array = node.as_array();
  if (array == nullptr) return scalar_text(node);
  std::vector<std::string> parts;
  for (const toml::node& element : *array) {
    WATTLENS_TRY(std::string part, scalar_text(element));
    parts.push_back(std::move(part));
  }
  return join(parts, ",");
}

Result<std::string> TomlReader::scalar_text(const toml::node& node) const {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
  if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
  return error(node.source(), "expected a text or a number", "write \"1,2,4\", [1, 2, 4] or 120");
}

Result<double> TomlReader::number(const toml::node& node, std::string_view name, double least, double most) const {
  const std::optional<double> value = node.is_number() ? node.value<double>() : std::nullopt;
  if (!value || std::isnan(*value)) return error(node.source(), fmt::format("{}: expected a number", name), "");
  WATTLENS_CHECK(within(node, name, *value, least, most));
  return *value;
}

Result<std::int64_t> TomlReader::integer(const toml::node& node, std::string_view name, std::int64_t least,
                                         std::int64_t most) const {
  const auto* value = node.as_integer();
  if (value == nullptr) return error(node.source(), fmt::format("{}: expected an integer", name), "");
  WATTLENS_CHECK(within(node, name, value->get(), least, most));
  return value->get();
}

Result<bool> TomlReader::boolean(const toml::node& node, std::string_view name) const {
  const auto* value = node.as_boolean();
  if (value == nullptr) return error(node.source(), fmt::format("{}: expected true or false", name), "");
  return value->get();
}

Result<std::string> TomlReader::word(const toml::node& node, std::string_view name,
                                     std::span<const std::string> words) const {
  const auto* text = node.as_string();
  if (text != nullptr && std::ranges::find(words, text->get()) != words.end()) return text->get();
  const auto nearest = text ? nearest_names(text->get(), words, 1) : std::vector<std::string>();
  return error(node.source(),
               text ? fmt::format("{}: unknown '{}'", name, text->get()) : fmt::format("{}: expected a text", name),
               nearest.empty() ? fmt::format("it is one of {}", join(words, ", "))
                               : fmt::format("did you mean '{}'?", nearest.front()));
}

}  // namespace wattlens::base
