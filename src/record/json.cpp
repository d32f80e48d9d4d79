#include "record/json.h"

#include <fmt/core.h>

#include <type_traits>

#include "record/fields.h"
#include "record/names.h"

namespace wattlens::record {
namespace {

using base::Json;

// Asks whether a type has fields.
struct Nothing {
  void operator()(std::string_view, const auto&) const {}
};

template <class T>
concept Record = requires(Nothing& nothing, T& value) { visit_fields(nothing, value); };
template <class T>
concept Named = std::is_enum_v<T> && !std::same_as<T, ErrorKind>;
template <class T>
inline constexpr bool kIsUnit = false;
template <class Tag>
inline constexpr bool kIsUnit<base::Unit<Tag>> = true;
template <class T>
inline constexpr bool kIsVector = false;
template <class T>
inline constexpr bool kIsVector<std::vector<T>> = true;
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;

template <class T>
Json write(const T& value);

struct Writer {
  Json object = Json::object();

  template <class T>
  void operator()(const char* name, const T& value) {
    if constexpr (kIsOptional<T>) {
      if (value) object[name] = write(*value);
    } else if constexpr (std::same_as<T, std::string>) {
      if (!value.empty()) object[name] = value;
    } else {
      object[name] = write(value);
    }
  }
};

template <class T>
Json write(const T& value) {
  if constexpr (Record<T>) {
    Writer writer;
    visit_fields(writer, value);
    return std::move(writer.object);
  } else if constexpr (kIsVector<T>) {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(write(item));
    return list;
  } else if constexpr (kIsUnit<T>) {
    return value.value;
  } else if constexpr (std::same_as<T, base::MonoTime>) {
    return value.ns;
  } else if constexpr (std::is_enum_v<T>) {
    return std::string(to_string(value));
  } else {
    return value;
  }
}

std::optional<ErrorKind> error_kind_from(std::string_view name) {
  for (const ErrorKind kind : {ErrorKind::internal, ErrorKind::usage, ErrorKind::not_found, ErrorKind::not_measurable,
                               ErrorKind::run_failed, ErrorKind::io, ErrorKind::cancelled}) {
    if (base::to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

// Visits the members of a record and fills them from an object; remembers the first thing that is wrong.
struct Reader {
  const Json& object;
  std::string path;
  std::string& problem;

  template <class T>
  void operator()(const char* name, T& value) {
    if (!problem.empty()) return;
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) {
      if constexpr (std::same_as<T, std::string>) value.clear();  // an empty one is not written
      return;
    }
    read(*found, path.empty() ? std::string(name) : path + "." + name, value);
  }

  void reject(const std::string& where, std::string_view expected, const Json& found) {
    problem = fmt::format("\"{}\" must be {}, not {}", where, expected, found.type_name());
  }

  template <class T>
  void read(const Json& json, const std::string& where, T& value) {
    if constexpr (kIsOptional<T>) {
      read(json, where, value.emplace());
    } else if constexpr (Record<T>) {
      if (!json.is_object()) return reject(where, "an object", json);
      Reader inner{json, where, problem};
      visit_fields(inner, value);
    } else if constexpr (kIsVector<T>) {
      if (!json.is_array()) return reject(where, "an array", json);
      value.clear();
      for (std::size_t i = 0; i < json.size() && problem.empty(); ++i) {
        read(json[i], fmt::format("{}[{}]", where, i), value.emplace_back());
      }
    } else {
      read_scalar(json, where, value);
    }
  }

  template <class T>
  void read_scalar(const Json& json, const std::string& where, T& value) {
    if constexpr (std::same_as<T, Json>) {
      value = json;
    } else if constexpr (std::same_as<T, std::string>) {
      json.is_string() ? void(value = json.get<std::string>()) : reject(where, "a string", json);
    } else if constexpr (std::same_as<T, bool>) {
      json.is_boolean() ? void(value = json.get<bool>()) : reject(where, "true or false", json);
    } else if constexpr (kIsUnit<T>) {
      json.is_number() ? void(value.value = json.get<double>()) : reject(where, "a number", json);
    } else if constexpr (std::same_as<T, double>) {
      json.is_number() ? void(value = json.get<double>()) : reject(where, "a number", json);
    } else if constexpr (std::same_as<T, base::MonoTime>) {
      json.is_number_integer() ? void(value.ns = json.get<std::int64_t>()) : reject(where, "a whole number", json);
    } else if constexpr (std::is_enum_v<T>) {
      read_name(json, where, value);
    } else {
      json.is_number_integer() ? void(value = json.get<T>()) : reject(where, "a whole number", json);
    }
  }

  template <class T>
  void read_name(const Json& json, const std::string& where, T& value) {
    if (!json.is_string()) return reject(where, "a word", json);
    std::optional<T> found;
    if constexpr (Named<T>) {
      found = from_string<T>(json.get<std::string>());
    } else {
      found = error_kind_from(json.get<std::string>());
    }
    if (!found) {
      problem = fmt::format("\"{}\" has the unknown value \"{}\"", where, json.get<std::string>());
      return;
    }
    value = *found;
  }
};

template <class T>
Result<T> read_record(const Json& json, std::string_view what) {
  if (!json.is_object()) return fail(ErrorKind::usage, fmt::format("{} must be a JSON object", what));
  T value{};
  std::string problem;
  Reader reader{json, "", problem};
  visit_fields(reader, value);
  if (!problem.empty()) return fail(ErrorKind::usage, fmt::format("{}: {}", what, problem));
  return value;
}

template <class T>
Json with_schema(std::string_view schema, const T& value) {
  Json json = {{"schema", schema}};
  json.update(write(value));
  return json;
}

Result<void> require_schema(const Json& json, std::string_view schema) {
  WATTLENS_TRY(const std::string found, base::member<std::string>(json, "schema"));
  if (found == schema) return {};
  return fail(ErrorKind::usage, fmt::format("expected schema {}, found {}", schema, found),
              "use the version of wattlens that wrote it");
}

}  // namespace

Json to_json(const Experiment& experiment) { return with_schema(kStoredExperimentSchema, experiment); }
Json to_json(const Run& run) { return with_schema(kRunSchema, run); }
Json to_json(const PlanPoint& point) { return write(point); }
Json to_json(const MachineState& machine) { return write(machine); }
Json to_json(const ChangedSetting& setting) { return write(setting); }
Json to_json(const Channel& channel) { return write(channel); }
Json to_json(const Energy& energy) { return write(energy); }
Json to_json(const Warning& warning) { return write(warning); }
Json to_json(const OutputCheck& check) { return write(check); }
Json to_json(const Accuracy& accuracy) { return write(accuracy); }
Json to_json(const WorkloadInfo& info) { return write(info); }

Result<Experiment> experiment_from_json(const Json& json) {
  WATTLENS_CHECK(require_schema(json, kStoredExperimentSchema));
  return read_record<Experiment>(json, "experiment");
}
Result<Run> run_from_json(const Json& json) {
  WATTLENS_CHECK(require_schema(json, kRunSchema));
  return read_record<Run>(json, "run");
}
Result<OutputCheck> output_check_from_json(const Json& json) { return read_record<OutputCheck>(json, "output check"); }
Result<WorkloadInfo> workload_info_from_json(const Json& json) { return read_record<WorkloadInfo>(json, "workload"); }
Result<PlanPoint> plan_point_from_json(const Json& json) { return read_record<PlanPoint>(json, "plan point"); }

}  // namespace wattlens::record
