#include "experiment/plan_file.h"

#include <functional>
#include <limits>

#include "base/toml_reader.h"
#include "experiment/axis.h"

namespace wattlens::experiment {
namespace {

using Key = base::TomlKey;
using Reader = base::TomlReader;

Key word_axis(const Reader& reader, std::string_view name, std::vector<std::string>& values) {
  return {name, [&reader, name, &values](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const std::string text, reader.joined_text(node));
            WATTLENS_TRY(values, reader.at(node, parse_word_axis(text, name)));
            return {};
          }};
}

Key integer_axis(const Reader& reader, std::string_view name, std::vector<std::int64_t>& values, std::int64_t lowest,
                 std::int64_t highest) {
  return {name, [&reader, name, &values, lowest, highest](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(const std::string text, reader.joined_text(node));
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
            WATTLENS_TRY(const std::int64_t value,
                         reader.integer(node, name, 0, std::numeric_limits<std::int64_t>::max()));
            set(value);
            return {};
          }};
}

Key boolean(const Reader& reader, std::string_view name, bool& field) {
  return {name, [&reader, name, &field](const toml::node& node) -> Result<void> {
            WATTLENS_TRY(field, reader.boolean(node, name));
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
      word_axis(reader, "preprocess", axes.preprocess),
      word_axis(reader, "settings", axes.settings),
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
      boolean(reader, "quick", effort.quick),
      boolean(reader, "repeat_disturbed", effort.repeat_disturbed),
      {"target",
       [&](const toml::node& node) -> Result<void> {
         WATTLENS_TRY(const std::string text, reader.scalar_text(node));
         WATTLENS_TRY(effort.target, reader.at(node, parse_share(text, "target")));
         return {};
       }},
  };
  return reader.read_table(table, keys, " in [measure]");
}

Result<void> read_images(const Reader& reader, const toml::node& node, std::optional<PlanImages>& into) {
  WATTLENS_TRY(const toml::table* table, reader.as_table(node, "images"));
  PlanImages& images = into.emplace();
  const std::vector<Key> keys = {
      {"path",
       [&](const toml::node& value) -> Result<void> {
         WATTLENS_TRY(images.path, reader.scalar_text(value));
         return {};
       }},
      {"labels",
       [&](const toml::node& value) -> Result<void> {
         WATTLENS_TRY(images.labels, reader.boolean(value, "labels"));
         return {};
       }},
      boolean(reader, "skip_broken", images.skip_broken),
  };
  WATTLENS_CHECK(reader.read_table(*table, keys, " in [images]"));
  if (!images.path.empty()) return {};
  return reader.error(table->source(), "[images] has no path",
                      "give a folder of images, or an IDX file: path = \"val\"");
}

}  // namespace

Result<Plan> parse_plan(std::string_view text, std::string_view name) {
  const Reader reader(name);
  WATTLENS_TRY(const toml::table table, reader.parse(text));
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
         WATTLENS_TRY(const toml::table* axes, reader.as_table(node, "axes"));
         return read_axes(reader, *axes, plan.axes);
       }},
      {"measure",
       [&](const toml::node& node) -> Result<void> {
         WATTLENS_TRY(const toml::table* measure, reader.as_table(node, "measure"));
         return read_effort(reader, *measure, plan.effort);
       }},
      {"images", [&](const toml::node& node) { return read_images(reader, node, plan.images); }},
  };
  WATTLENS_CHECK(reader.read_table(table, keys, ""));
  return plan;
}

Result<Plan> read_plan(const base::Path& path) {
  WATTLENS_TRY(const std::string text, base::read_text(path));
  return parse_plan(text, path.string());
}

}  // namespace wattlens::experiment
