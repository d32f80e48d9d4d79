#include "worker/messages.h"

#include <fmt/ranges.h>

#include <utility>

#include "record/json.h"

namespace wattlens::worker {
namespace {

using base::Json;
using base::member;
using base::member_or;

// A seed uses all 64 bits, a JSON number of many languages only 53: it travels as text.
Result<std::uint64_t> seed_member(const Json& json) {
  WATTLENS_TRY(const auto text, member<std::string>(json, "seed"));
  std::uint64_t seed = 0;
  if (text.empty()) return fail(ErrorKind::usage, "\"seed\" must be a decimal number in quotes");
  for (const char c : text) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (c < '0' || c > '9' || seed > (UINT64_MAX - digit) / 10) {
      return fail(ErrorKind::usage, fmt::format("\"seed\" must be a decimal number below 2^64, not \"{}\"", text));
    }
    seed = seed * 10 + digit;
  }
  return seed;
}

Result<base::Bytes> bytes_member_or_none(const Json& json, std::string_view name) {
  WATTLENS_TRY(const auto bytes, member_or<std::int64_t>(json, name, 0));
  return base::Bytes{static_cast<double>(bytes)};
}

Result<std::vector<std::int64_t>> shape_from_list(const Json& list) {
  std::vector<std::int64_t> shape;
  for (const Json& size : list) {
    if (!size.is_number_integer()) return fail(ErrorKind::run_failed, "a shape must be a list of whole numbers");
    shape.push_back(size.get<std::int64_t>());
  }
  return shape;
}

Result<std::vector<std::vector<std::int64_t>>> shapes_member(const Json& json, std::string_view name) {
  WATTLENS_TRY(const Json list, member<Json>(json, name));
  std::vector<std::vector<std::int64_t>> shapes;
  for (const Json& item : list) {
    WATTLENS_TRY(auto shape, shape_from_list(item));
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

std::unexpected<Error> other_protocol(std::int64_t version) {
  return fail(ErrorKind::run_failed,
              fmt::format("the worker speaks protocol {}, this wattlens speaks {}", version, kProtocolVersion),
              version < kProtocolVersion ? "build the worker again from the same source as wattlens: make build"
                                         : "build wattlens again from the same source as the worker: make build");
}

}  // namespace

Json hello_request(base::Bytes shared_memory) {
  return {{"type", "hello"},
          {"protocol", kProtocolVersion},
          {"shared_bytes", static_cast<std::int64_t>(shared_memory.value)}};
}

Json to_json(const Hello& hello) {
  Json devices = Json::array();
  for (const auto& device : hello.devices) {
    devices.push_back({{"id", device.id}, {"name", device.name}, {"precisions", device.precisions}});
  }
  return {{"type", "hello"},
          {"protocol", hello.protocol},
          {"engine", hello.engine},
          {"engine_version", hello.engine_version},
          {"devices", std::move(devices)}};
}

Result<Hello> hello_from_json(const Json& json) {
  Hello hello;
  WATTLENS_TRY(hello.protocol, member<std::int64_t>(json, "protocol"));
  if (hello.protocol != kProtocolVersion) return other_protocol(hello.protocol);
  WATTLENS_TRY(hello.engine, member<std::string>(json, "engine"));
  WATTLENS_TRY(hello.engine_version, member<std::string>(json, "engine_version"));
  WATTLENS_TRY(const Json devices, member<Json>(json, "devices"));
  for (const Json& item : devices) {
    engine::DeviceInfo device;
    WATTLENS_TRY(device.id, member<std::string>(item, "id"));
    WATTLENS_TRY(device.name, member<std::string>(item, "name"));
    WATTLENS_TRY(const Json precisions, member<Json>(item, "precisions"));
    for (const Json& precision : precisions) {
      if (!precision.is_string()) return fail(ErrorKind::run_failed, "\"precisions\" must be a list of strings");
      device.precisions.push_back(precision.get<std::string>());
    }
    hello.devices.push_back(std::move(device));
  }
  return hello;
}

Json to_json(const CompileRequest& request) {
  const auto& [source, options] = request;
  Json json = {{"type", "compile"},
               {"source",
                {{"network", source.network},
                 {"file", source.file.string()},
                 {"seed", std::to_string(source.seed)},
                 {"classes", source.classes}}},
               {"options",
                {{"device", options.device},
                 {"precision", options.precision},
                 {"hint", options.hint},
                 {"batch", options.batch},
                 {"image_size", options.image_size},
                 {"threads", options.threads},
                 {"model_cache", options.model_cache.string()}}}};
  if (options.any_batch) json["options"]["any_batch"] = true;
  return json;
}

Result<CompileRequest> compile_request_from_json(const Json& json) {
  CompileRequest request;
  auto& [source, options] = request;
  WATTLENS_TRY(const Json from, member<Json>(json, "source"));
  WATTLENS_TRY(source.network, member<std::string>(from, "network"));
  WATTLENS_TRY(source.file, member<std::string>(from, "file"));
  WATTLENS_TRY(source.seed, seed_member(from));
  WATTLENS_TRY(source.classes, member<std::int64_t>(from, "classes"));
  WATTLENS_TRY(const Json with, member<Json>(json, "options"));
  WATTLENS_TRY(options.device, member<std::string>(with, "device"));
  WATTLENS_TRY(options.precision, member<std::string>(with, "precision"));
  WATTLENS_TRY(options.hint, member<std::string>(with, "hint"));
  WATTLENS_TRY(options.batch, member<std::int64_t>(with, "batch"));
  WATTLENS_TRY(options.any_batch, member_or<bool>(with, "any_batch", false));
  WATTLENS_TRY(options.image_size, member<std::int64_t>(with, "image_size"));
  WATTLENS_TRY(options.threads, member<std::int64_t>(with, "threads"));
  WATTLENS_TRY(options.model_cache, member<std::string>(with, "model_cache"));
  if (options.batch < 1 || options.image_size < 1 || options.threads < 0 || source.classes < 1) {
    return fail(ErrorKind::usage,
                fmt::format("cannot compile for batch {}, image size {}, {} threads, {} classes", options.batch,
                            options.image_size, options.threads, source.classes),
                "batch, image size and classes must be at least 1, threads at least 0");
  }
  return request;
}

Json to_json(const Compiled& compiled) {
  return {{"type", "compile"}, {"slots", compiled.slots}, {"info", record::to_json(compiled.info)}};
}

Result<Compiled> compiled_from_json(const Json& json) {
  Compiled compiled;
  WATTLENS_TRY(compiled.slots, member<std::int64_t>(json, "slots"));
  if (compiled.slots < 1) return fail(ErrorKind::run_failed, fmt::format("\"slots\" is {}", compiled.slots));
  WATTLENS_TRY(const Json info, member<Json>(json, "info"));
  WATTLENS_TRY(compiled.info, record::workload_info_from_json(info));
  return compiled;
}

Json to_json(const SeededInput& input) {
  return {{"type", "set_input"}, {"seed", std::to_string(input.seed)}, {"distinct", input.distinct}};
}

Result<SeededInput> seeded_input_from_json(const Json& json) {
  SeededInput input;
  WATTLENS_TRY(input.seed, seed_member(json));
  WATTLENS_TRY(input.distinct, member_or<std::int64_t>(json, "distinct", 0));
  if (input.distinct < 0) return fail(ErrorKind::usage, fmt::format("\"distinct\" is {}", input.distinct));
  return input;
}

Json to_json(const FolderInput& input) {
  return {{"type", "set_input"},
          {"images", input.path.string()},
          {"skip_broken", input.skip_broken},
          {"alone", input.alone}};
}

Result<FolderInput> folder_input_from_json(const Json& json) {
  FolderInput input;
  WATTLENS_TRY(const auto path, member<std::string>(json, "images"));
  input.path = path;
  WATTLENS_TRY(input.skip_broken, member_or<bool>(json, "skip_broken", false));
  WATTLENS_TRY(input.alone, member_or<bool>(json, "alone", false));
  return input;
}

Json to_json(const RunRequest& request) {
  Json json = {{"type", "run"}, {"duration_s", request.duration.value}, {"min_batches", request.min_batches}};
  if (request.images) json["images"] = *request.images;
  return json;
}

Result<RunRequest> run_request_from_json(const Json& json) {
  RunRequest request;
  WATTLENS_TRY(request.duration.value, member<double>(json, "duration_s"));
  WATTLENS_TRY(request.min_batches, member<std::int64_t>(json, "min_batches"));
  if (json.contains("images")) {
    WATTLENS_TRY(request.images, member<std::int64_t>(json, "images"));
  }
  if (!(request.duration.value >= 0.0 && request.duration.value <= 1e6) || request.min_batches < 1 ||
      request.images.value_or(1) < 1) {
    return fail(ErrorKind::usage,
                fmt::format("cannot run for {} s and {} batches of {} images", request.duration.value,
                            request.min_batches, request.images.value_or(0)),
                "duration_s must lie in 0 ... 1e6, min_batches and images be at least 1");
  }
  return request;
}

Json to_json(const ServeRequest& request) {
  return {{"type", "serve"},
          {"policy", serving::to_text(request.policy)},
          {"requests", request.requests},
          {"clients", request.clients}};
}

Result<ServeRequest> serve_request_from_json(const Json& json) {
  ServeRequest request;
  WATTLENS_TRY(const auto policy, member<std::string>(json, "policy"));
  WATTLENS_TRY(request.policy, serving::parse_policy(policy));
  WATTLENS_TRY(request.requests, member<std::int64_t>(json, "requests"));
  WATTLENS_TRY(request.clients, member_or<std::int64_t>(json, "clients", 0));
  if (request.requests < 1 || request.clients < 0) {
    return fail(ErrorKind::usage,
                fmt::format("cannot serve {} requests of {} clients", request.requests, request.clients),
                "requests must be at least 1, clients at least 0");
  }
  return request;
}

Json to_json(const Ran& ran, std::string_view type) {
  Json json = {{"type", type},
               {"begin_mono_ns", ran.begin.ns},
               {"end_mono_ns", ran.end.ns},
               {"batches", ran.batches},
               {"peak_memory_bytes", static_cast<std::int64_t>(ran.peak_memory.value)}};
  if (!ran.left_out.empty()) json["left_out"] = ran.left_out;
  return json;
}

Result<Ran> ran_from_json(const Json& json) {
  Ran ran;
  WATTLENS_TRY(ran.begin.ns, member<std::int64_t>(json, "begin_mono_ns"));
  WATTLENS_TRY(ran.end.ns, member<std::int64_t>(json, "end_mono_ns"));
  WATTLENS_TRY(ran.batches, member<std::int64_t>(json, "batches"));
  WATTLENS_TRY(ran.peak_memory, bytes_member_or_none(json, "peak_memory_bytes"));
  WATTLENS_TRY(const Json left_out, member_or<Json>(json, "left_out", Json::array()));
  for (const Json& text : left_out) {
    if (!text.is_string()) return fail(ErrorKind::run_failed, "\"left_out\" holds other things than texts");
    ran.left_out.push_back(text.get<std::string>());
  }
  return ran;
}

Json to_json(std::span<const engine::Operator> operators) {
  Json list = Json::array();
  for (const auto& item : operators) {
    Json weights = Json::array();
    for (const auto& weight : item.weights) weights.push_back({{"name", weight.name}, {"shape", weight.shape}});
    list.push_back({{"type", item.type},
                    {"name", item.name},
                    {"inputs", item.inputs},
                    {"outputs", item.outputs},
                    {"weights", std::move(weights)}});
  }
  return list;
}

Result<std::vector<engine::Operator>> operators_from_json(const Json& json) {
  std::vector<engine::Operator> operators;
  for (const Json& item : json) {
    engine::Operator found;
    WATTLENS_TRY(found.type, member<std::string>(item, "type"));
    WATTLENS_TRY(found.name, member<std::string>(item, "name"));
    WATTLENS_TRY(found.inputs, shapes_member(item, "inputs"));
    WATTLENS_TRY(found.outputs, shapes_member(item, "outputs"));
    WATTLENS_TRY(const Json weights, member_or<Json>(item, "weights", Json::array()));
    for (const Json& weight : weights) {
      WATTLENS_TRY(auto name, member<std::string>(weight, "name"));
      WATTLENS_TRY(auto shape, shape_from_json(weight));
      found.weights.push_back({std::move(name), std::move(shape)});
    }
    operators.push_back(std::move(found));
  }
  return operators;
}

Json error_reply(const Error& error) {
  return {{"type", "error"}, {"kind", base::to_string(error.kind)}, {"message", error.message}, {"hint", error.hint}};
}

Error error_from_json(const Json& json) {
  Error error{ErrorKind::run_failed, member<std::string>(json, "message").value_or("the worker reported an error"),
              member<std::string>(json, "hint").value_or("")};
  // Only what the user can mend keeps its kind; whatever else went wrong in a worker is a failed run here.
  if (member<std::string>(json, "kind").value_or("") == base::to_string(ErrorKind::usage)) {
    error.kind = ErrorKind::usage;
  }
  return error;
}

Result<std::vector<std::int64_t>> shape_from_json(const Json& message) {
  WATTLENS_TRY(const Json list, member<Json>(message, "shape"));
  return shape_from_list(list);
}

Result<std::size_t> element_count(std::span<const std::int64_t> shape, std::size_t most) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 1 || std::cmp_greater(size, most / count)) {
      return fail(ErrorKind::run_failed,
                  fmt::format("a tensor of shape [{}] does not fit into the shared memory", fmt::join(shape, ", ")));
    }
    count *= static_cast<std::size_t>(size);
  }
  return count;
}

}  // namespace wattlens::worker
