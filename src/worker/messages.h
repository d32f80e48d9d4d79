// The messages between wattlens and a worker, protocol version 1, as plain data and as JSON (docs/worker-protocol.md).
// Plain values; every function is thread-safe. What a peer sends wrong comes back as ErrorKind::run_failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "engine/engine.h"
#include "record/run.h"
#include "serving/policy.h"

namespace wattlens::worker {

inline constexpr std::int64_t kProtocolVersion = 1;

// Worker to client: the answer to "hello".
struct Hello {
  std::int64_t protocol = 0;
  std::string engine;
  std::string engine_version;
  std::vector<engine::DeviceInfo> devices;
};

struct CompileRequest {
  engine::ModelSource source;
  engine::SessionOptions options;
};

struct Compiled {
  std::int64_t slots = 1;
  record::WorkloadInfo info;
};

// Seeded N(0, 1) images for every slot: number i of the stream is number i of the tensor [batch, 3, size, size].
struct SeededInput {
  std::uint64_t seed = 0;
  std::int64_t distinct = 0;  // image i is a copy of image i mod `distinct`; 0: all images differ
};

// Images that the worker reads itself, for every batch anew: what that costs is a part of its windows (docs/images.md).
struct FolderInput {
  base::Path path;           // a folder or an IDX file, absolute
  bool skip_broken = false;  // else a broken image ends the window
  bool alone = false;        // images are read and preprocessed, and no model runs
};

struct RunRequest {
  base::Seconds duration;                // start batches for about so long ...
  std::int64_t min_batches = 1;          // ... and at least so many
  std::optional<std::int64_t> images{};  // in each, where the model takes any batch; else the compiled batch
};

// Requests to be served, in a window that ends with the last of them. When they come lies in the shared memory, or is
// decided by the answers where `clients` > 0: each sends its next request when its last one is answered.
struct ServeRequest {
  serving::Policy policy;
  std::int64_t requests = 1;
  std::int64_t clients = 0;
};

// Words (int64) of the shared memory: one for when a request comes, and four for each of as many batches at most.
inline constexpr std::size_t kWordsPerRequest = 5;

// What was done, without the stamps: these lie in the shared memory.
struct Ran {
  base::MonoTime begin;
  base::MonoTime end;
  std::int64_t batches = 0;
  base::Bytes peak_memory;              // of the worker until now; 0: not known
  std::vector<std::string> left_out{};  // broken images that were stepped over, in words; the first of them
};

// The request of that type, without its id; and the reply to it.
base::Json hello_request(base::Bytes shared_memory);
base::Json to_json(const Hello& hello);
base::Json to_json(const CompileRequest& request);
base::Json to_json(const Compiled& compiled);
base::Json to_json(const SeededInput& input);
base::Json to_json(const FolderInput& input);
base::Json to_json(const RunRequest& request);
base::Json to_json(const ServeRequest& request);
base::Json to_json(const Ran& ran, std::string_view type = "run");
base::Json to_json(std::span<const engine::Operator> operators);  // an array: too long for a message
base::Json error_reply(const Error& error);

// Fails with a clear hint where the worker speaks another protocol.
Result<Hello> hello_from_json(const base::Json& json);
Result<CompileRequest> compile_request_from_json(const base::Json& json);
Result<Compiled> compiled_from_json(const base::Json& json);
Result<SeededInput> seeded_input_from_json(const base::Json& json);
Result<FolderInput> folder_input_from_json(const base::Json& json);
Result<RunRequest> run_request_from_json(const base::Json& json);
Result<ServeRequest> serve_request_from_json(const base::Json& json);
Result<Ran> ran_from_json(const base::Json& json);
Result<std::vector<engine::Operator>> operators_from_json(const base::Json& json);
Error error_from_json(const base::Json& json);  // of an error reply, however incomplete

// "shape" of a tensor in the shared memory, and its number of elements: an error above `most`.
Result<std::vector<std::int64_t>> shape_from_json(const base::Json& message);
Result<std::size_t> element_count(std::span<const std::int64_t> shape, std::size_t most);

}  // namespace wattlens::worker
