#include "experiment/plan_file.h"

#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#include <fmt/format.h>
#include <toml++/toml.h>

#include <cmath>
#include <functional>
#include <span>

#include "base/text.h"
#include "experiment/axis.h"

namespace wattlens::experiment {
namespace {

// One key of the file: where its value goes.
struct Key {
  std::string_view name;
  std::function<Result<void>(const toml::node&)> read;
};

class Reader {
 public:
  explicit Reader(std::string_view name) : name_(name) {}

  std::unexpected<Error> error(const toml::source_region& where, std::string_view message, std::string hint) const {
    return fail(ErrorKind::usage, fmt::format("{}:{}:{}: {}", name_, where.begin.line, where.begin.column, message),
                std::move(hint));
  }

  // Errors of the value itself get the place in front.
  template <class T>
  Result<T> at(const toml::node& node, Result<T> result) const {
    if (result) return result;
    return error(node.source(), result.error().message, result.error().hint);
  }

  Result<void> read_table(const toml::table& table, std::span<const Key> keys, std::string_view where) const {
    for (const auto& [key, node] : table) {
      const auto known = std::ranges::find(keys, key.str(), &Key::name);
      if (known == keys.end()) return unknown_key(key, keys, where);
      WATTLENS_CHECK(known->read(node));
    }
    return {};
  }

  // "a,b" or ["a", "b"] or a single number, joined to the text that the axis parsers read.
  Result<std::string> axis_text(const toml::node& node) const {
    if (const auto* array = node.as_array()) {
      std::vector<std::string> parts;
      for (const toml::node& element : *array) {
        WATTLENS_TRY(std::string part, scalar_text(element));
        parts.push_back(std::move(part));
      }
      return base::join(parts, ",");
    }
    return scalar_text(node);
  }

  // Numbers are turned to text, so that 120 and "120s" go through one parser.
  Result<std::string> scalar_text(const toml::node& node) const {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* integer = node.as_integer()) return std::to_string(integer->get());
    if (const auto* real = node.as_floating_point()) return fmt::format("{}", real->get());
    return error(node.source(), "expected a text or a number", "write \"1,2,4\", [1, 2, 4] or 120");
  }

 private:
  std::unexpected<Error> unknown_key(const toml::key& key, std::span<const Key> keys, std::string_view where) const {
    std::vector<std::string> names;
    for (const Key& known : keys) names.emplace_back(known.name);
    const std::vector<std::string> nearest = base::nearest_names(key.str(), names, 1);
    return error(key.source(), fmt::format("unknown key '{}'{}", key.str(), where),
                 nearest.empty() ? fmt::format("known keys here: {}", base::join(names, ", "))
                                 : fmt::format("did you mean '{}'?", nearest.front()));
  }

  std::string_view name_;
};

Key word_axis(const Reader& reader, std::string_view name, std::vector<std::string>& values) {
  return {name, [&reader, name, &values](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const std::string text, reader.axis_text(node));
            WATTLENS_TRY(values, reader.at(node, parse_word_axis(text, name)));
            return {};
          }};
}

Key integer_axis(const Reader& reader, std::string_view name, std::vector<std::int64_t>& values, std::int64_t lowest,
                 std::int64_t highest) {
  return {name, [&reader, name, &values, lowest, highest](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const std::string text, reader.axis_text(node));
            WATTLENS_TRY(values, reader.at(node, parse_integer_axis(text, name, lowest, highest)));
            return {};
          }};
}

template <class Field>
Key duration(const Reader& reader, std::string_view name, Field& field) {
  return {name, [&reader, name, &field](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const std::string text, reader.scalar_text(node));
            WATTLENS_TRY(field, reader.at(node, parse_duration(text, name)));
            return {};
          }};
}

Key integer(const Reader& reader, std::string_view name, std::function<void(std::int64_t)> set) {
  return {name, [&reader, name, set = std::move(set)](const toml::node& node) -> Result<void> {
            const auto* value = node.as_integer();
            if (!value) return reader.error(node.source(), fmt::format("{}: expected an integer", name), "");
            if (value->get() < 0) return reader.error(node.source(), fmt::format("{}: below 0", name), "");
            set(value->get());
            return {};
          }};
}

Result<void> read_axes(const Reader& reader, const toml::table& table, Axes& axes) {
  const std::vector<Key> keys = {
      word_axis(reader, "model", axes.models),
      word_axis(reader, "engine", axes.engines),
      word_axis(reader, "device", axes.devices),
      word_axis(reader, "precision", axes.precisions),
      word_axis(reader, "hint", axes.hints),
      integer_axis(reader, "batch", axes.batches, kLowestBatch, kHighestBatch),
      integer_axis(reader, "image_size", axes.image_sizes, kLowestImageSize, kHighestImageSize),
      integer_axis(reader, "threads", axes.threads, 0, kHighestThreads),
  };
  return reader.read_table(table, keys, " in [axes]");
}

Result<void> read_effort(const Reader& reader, const toml::table& table, Effort& effort) {
  const std::vector<Key> keys = {
      duration(reader, "budget", effort.budget),
      duration(reader, "window", effort.window),
      duration(reader, "warm_up_limit", effort.warm_up_limit),
      duration(reader, "idle", effort.idle),
      duration(reader, "point_limit", effort.point_limit),
      integer(reader, "repetitions", [&](std::int64_t value) { effort.repetitions = value; }),
      integer(reader, "rate_hz", [&](std::int64_t value) { effort.rate = {static_cast<double>(value)}; }),
      {"quick",
       [&](const toml::node& node) -> Result<void> {
         const auto* value = node.as_boolean();
         if (!value) return reader.error(node.source(), "quick: expected true or false", "");
         effort.quick = value->get();
         return {};
       }},
      {"target",
       [&](const toml::node& node) -> Result<void> {
         WATTLENS_TRY(const std::string text, reader.scalar_text(node));
         WATTLENS_TRY(effort.target, reader.at(node, parse_share(text, "target")));
         return {};
       }},
  };
  return reader.read_table(table, keys, " in [measure]");
}

Result<const toml::table*> as_table(const Reader& reader, const toml::node& node, std::string_view name) {
  if (const toml::table* table = node.as_table()) return table;
  return reader.error(node.source(), fmt::format("'{}' is no table", name), fmt::format("write [{}]", name));
}

}  // namespace

Result<Plan> parse_plan(std::string_view text, std::string_view name) {
  const Reader reader(name);
  const toml::parse_result parsed = toml::parse(text, name);
  if (!parsed) {
    return reader.error(parsed.error().source(), parsed.error().description(), "the file is not TOML: mend it there");
  }
  Plan plan;
  const std::vector<Key> keys = {
      {"title",
       [&](const toml::node& node) -> Result<void> {
         WATTLENS_TRY(plan.title, reader.scalar_text(node));
         return {};
       }},
      integer(reader, "seed", [&](std::int64_t value) { plan.seed = static_cast<std::uint64_t>(value); }),
      {"axes",
       [&](const toml::node& node) -> Result<void> {
         WATTLENS_TRY(const toml::table* table, as_table(reader, node, "axes"));
         return read_axes(reader, *table, plan.axes);
       }},
      {"measure",
       [&](const toml::node& node) -> Result<void> {
         WATTLENS_TRY(const toml::table* table, as_table(reader, node, "measure"));
         return read_effort(reader, *table, plan.effort);
       }},
  };
  WATTLENS_CHECK(reader.read_table(parsed.table(), keys, ""));
  return plan;
}

Result<Plan> read_plan(const base::Path& path) {
  WATTLENS_TRY(const std::string text, base::read_text(path));
  return parse_plan(text, path.string());
}

}  // namespace wattlens::experiment
