// The kinds of keys that scenario files have, each with its bounds: what connects a key's name with a field. Only
// scenario_file.cpp includes this. The reader and the field outlive the key.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/toml_reader.h"
#include "base/units.h"

namespace wattlens::simulation::keys {

using Key = base::TomlKey;
using Reader = base::TomlReader;

// Larger than any machine, and small enough that energies in uJ fit 64 bits.
inline constexpr double kMostWatts = 1e5;
inline constexpr double kMostSeconds = 1e6;
inline constexpr double kMostJoules = 1e9;
inline constexpr double kShortest = 1e-5;  // s, of anything that repeats

inline Key number(const Reader& reader, std::string_view name, double& field, double least, double most) {
  return {name, [&reader, name, &field, least, most](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(field, reader.number(node, name, least, most));
            return {};
          }};
}

template <class Tag>
Key quantity(const Reader& reader, std::string_view name, base::Unit<Tag>& field, double least, double most) {
  return number(reader, name, field.value, least, most);
}

template <class Tag>
Key quantity(const Reader& reader, std::string_view name, std::optional<base::Unit<Tag>>& field, double least,
             double most) {
  return {name, [&reader, name, &field, least, most](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const double value, reader.number(node, name, least, most));
            field = base::Unit<Tag>{value};
            return {};
          }};
}

inline Key watts(const Reader& reader, std::string_view name, base::Watts& field) {
  return quantity(reader, name, field, 0.0, kMostWatts);
}

template <class Field>
Key time(const Reader& reader, std::string_view name, Field& field, double least = 0.0) {
  return quantity(reader, name, field, least, kMostSeconds);
}

template <class Integer>
Key integer(const Reader& reader, std::string_view name, Integer& field, std::int64_t least, std::int64_t most) {
  return {name, [&reader, name, &field, least, most](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const std::int64_t value, reader.integer(node, name, least, most));
            field = static_cast<Integer>(value);
            return {};
          }};
}

inline Key optional_integer(const Reader& reader, std::string_view name, std::optional<int>& field, int least,
                            int most) {
  return {name, [&reader, name, &field, least, most](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const std::int64_t value, reader.integer(node, name, least, most));
            field = static_cast<int>(value);
            return {};
          }};
}

inline Key boolean(const Reader& reader, std::string_view name, bool& field) {
  return {name, [&reader, name, &field](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(field, reader.boolean(node, name));
            return {};
          }};
}

inline Key text(const Reader& reader, std::string_view name, std::string& field) {
  return {name, [&reader, name, &field](const toml::node& node) -> Result<void> {
            if (!node.is_string()) return reader.error(node.source(), fmt::format("{}: expected a text", name), "");
            WATTLENS_TRY(field, reader.scalar_text(node));
            return {};
          }};
}

inline Key texts(const Reader& reader, std::string_view name, std::vector<std::string>& field) {
  return {name, [&reader, name, &field](const toml::node& node) -> Result<void> {
            const toml::array* list = node.as_array();
            if (list == nullptr) return reader.error(node.source(), fmt::format("{}: expected a list", name), "");
            for (const toml::node& element : *list) {
              WATTLENS_TRY(std::string one, reader.scalar_text(element));
              field.push_back(std::move(one));
            }
            return {};
          }};
}

// One of a few words, each with its value.
template <class T, std::size_t N>
Key word(const Reader& reader, std::string_view name, T& field, const std::array<std::pair<const char*, T>, N>& words) {
  return {name, [&reader, name, &field, &words](const toml::node& node) -> Result<void> {
            std::vector<std::string> names;
            for (const auto& [known, value] : words) names.emplace_back(known);
            WATTLENS_TRY(const std::string found, reader.word(node, name, names));
            field = words[static_cast<std::size_t>(std::ranges::find(names, found) - names.begin())].second;
            return {};
          }};
}

// A table, through a function that reads it.
template <class Read>
Key table(const Reader& reader, std::string_view name, Read read) {
  return {name, [&reader, name, read = std::move(read)](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const toml::table* inner, reader.as_table(node, name));
            return read(*inner);
          }};
}

// [[name]], one table after the other.
template <class Read>
Key tables(const Reader& reader, std::string_view name, Read read) {
  return {name, [&reader, name, read = std::move(read)](const toml::node& node) -> Result<void> {
            const toml::array* list = node.as_array();
            if (list == nullptr) {
              return reader.error(node.source(), fmt::format("'{}' is no list of tables", name),
                                  fmt::format("write [[{}]]", name));
            }
            for (const toml::node& element : *list) {
              WATTLENS_TRY(const toml::table* inner, reader.as_table(element, name));
              WATTLENS_CHECK(read(*inner));
            }
            return {};
          }};
}

}  // namespace wattlens::simulation::keys
