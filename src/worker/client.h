// Runs a worker process and asks it: the client's side of the worker protocol (docs/worker-protocol.md).
//
// Every call blocks without spinning until the worker has answered, a limit has passed or the user has cancelled.
// Errors: run_failed (the worker crashed, hung, ran out of memory, spoke nonsense or another protocol), usage (the
// model or an option cannot be used), not_measurable (the engine is not there), cancelled. A worker that hung, spoke
// nonsense or was cancelled is killed; an error that it reported itself leaves it usable. Not thread-safe, and to be
// started from a thread that outlives it (child_process.h).
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/result.h"
#include "engine/engine.h"
#include "worker/child_process.h"
#include "worker/engine_location.h"
#include "worker/frames.h"
#include "worker/messages.h"
#include "worker/shared_memory.h"

namespace wattlens::worker {

// How long each answer may take. Generous: they end a hang, not a slow machine.
struct Deadlines {
  base::Seconds hello{60.0};
  base::Seconds compile{900.0};
  base::Seconds answer{120.0};  // set_input, output, describe
  base::Seconds batch{120.0};   // added to a window, for each of its least batches
};

struct ClientOptions {
  std::optional<base::Bytes> memory_budget;  // of private memory (RLIMIT_DATA); for engines on the processor
  bool system_allocator = false;             // asks the worker to leave the C library's allocator as it is
  Deadlines deadlines;
  base::Bytes shared_memory = base::mebibytes(64);  // 8 million stamps; pages cost nothing until they are used
};

// A window with its stamps: one per batch, ascending, the last equals `end`.
struct TimedBatches {
  base::MonoTime begin;
  base::MonoTime end;
  std::vector<base::MonoTime> completions;
  base::Bytes peak_memory;              // of the worker; 0: not known
  std::vector<std::string> left_out{};  // broken images
};

struct ServedBatch {
  base::MonoTime due;  // the worker was free and the policy wanted the batch
  base::MonoTime begin;
  base::MonoTime end;
  std::int64_t images = 0;
};

// A window in which requests were served, in the order in which they came; its end is that of the last batch.
struct ServedRequests {
  base::MonoTime begin;
  std::vector<std::int64_t> arrivals_ns;  // of each request, from the begin
  std::vector<ServedBatch> batches;
  base::Bytes peak_memory;              // of the worker; 0: not known
  std::vector<std::string> left_out{};  // broken images
};

struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

class Client {
 public:
  // `clock` and `cancellation` must outlive the client.
  static Result<std::unique_ptr<Client>> start(const EngineLocation& location, const ClientOptions& options,
                                               const base::Clock& clock, const base::Cancellation& cancellation);
  ~Client();  // says quit, waits for a moment, then kills

  const Hello& hello() const { return hello_; }
  base::Seconds start_up() const { return start_up_; }  // from the start of the process to its hello
  pid_t pid() const { return process_.pid(); }
  // Where the worker writes the stamps of a window while run() waits for it: from the front, one per batch.
  std::span<std::int64_t> stamps() const { return memory_.stamps(); }

  Result<Compiled> compile(const CompileRequest& request);
  Result<void> set_input(const SeededInput& input);
  Result<void> set_input(const engine::TensorView& images);
  Result<void> set_input(const FolderInput& input);
  // With the time that a batch took before, a hang is found sooner: `usual_batch` of 1 ms ends it after 10 s.
  Result<TimedBatches> run(const RunRequest& request, std::optional<base::Seconds> usual_batch = std::nullopt);
  // Where the worker writes the records of the batches of a window of so many requests, while serve() waits for it:
  // four words each (worker/serving_loop.h), all 0 until then. Empty where they do not fit.
  std::span<std::int64_t> clear_records(std::int64_t requests);
  // `arrivals_ns`: when each request comes, from the begin of the window; empty in a closed loop. A batch that takes
  // more than many times `usual_batch`, the time of the largest one, is taken for a hang.
  Result<ServedRequests> serve(const ServeRequest& request, std::span<const std::int64_t> arrivals_ns,
                               base::Seconds usual_batch);
  Result<Tensor> output(std::int64_t slot);
  Result<record::WorkloadInfo> describe();
  Result<std::vector<engine::Operator>> operators();

 private:
  Client(ChildProcess process, base::FileDescriptor socket, SharedMemory memory, const EngineLocation& location,
         const ClientOptions& options, const base::Clock& clock, const base::Cancellation& cancellation);
  Result<base::Json> ask(base::Json request, base::Seconds limit, int descriptor = -1);
  Result<base::Json> wait_for_reply(std::string_view what, base::MonoTime deadline);
  Result<bool> wait_for_input(std::string_view what, base::MonoTime deadline);
  Result<base::Json> checked_reply(base::Json reply, std::string_view what);
  Result<TimedBatches> checked_stamps(const Ran& ran, const RunRequest& request, base::MonoTime asked);
  Result<ServedRequests> checked_batches(const Ran& ran, const ServeRequest& request, base::MonoTime asked);
  std::unexpected<Error> give_up(std::string message, std::string hint = {});
  std::unexpected<Error> ended(std::string_view what);

  ChildProcess process_;
  base::FileDescriptor socket_;
  SharedMemory memory_;
  EngineLocation location_;
  ClientOptions options_;
  const base::Clock& clock_;
  const base::Cancellation& cancellation_;
  FrameReader reader_;
  Hello hello_;
  base::Seconds start_up_;
  std::int64_t last_id_ = 0;
  bool output_open_ = true;
};

}  // namespace wattlens::worker
