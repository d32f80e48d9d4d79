#include "worker/server.h"

#include <fmt/core.h>

#include <algorithm>
#include <exception>
#include <new>
#include <vector>

#include "base/file.h"
#include "base/random.h"
#include "base/text.h"
#include "record/json.h"
#include "worker/frames.h"
#include "worker/messages.h"
#include "worker/preprocessing_session.h"
#include "worker/serving_loop.h"
#include "worker/shared_memory.h"

namespace wattlens::worker {
namespace {

using base::Json;
using base::member;
using base::MonoTime;

// The largest resident size of this process until now.
base::Bytes peak_memory() {
  const auto status = base::read_text("/proc/self/status");
  if (!status) return {};
  for (const auto line : base::split(*status, '\n')) {
    if (!line.starts_with("VmHWM:")) continue;
    const auto words = base::trim(line.substr(6));
    const auto kibibytes = base::parse_integer(words.substr(0, words.find(' ')));
    return {static_cast<double>(kibibytes.value_or(0)) * 1024.0};
  }
  return {};
}

// Images i with i < distinct are the next numbers of the stream, the others copies of them.
std::vector<float> seeded_images(const SeededInput& input, std::span<const std::int64_t> shape) {
  const auto image = static_cast<std::size_t>(shape[1] * shape[2] * shape[3]);
  const auto batch = static_cast<std::size_t>(shape[0]);
  const auto distinct = input.distinct == 0 ? batch : std::min(batch, static_cast<std::size_t>(input.distinct));
  std::vector<float> values(batch * image);
  base::Random random(base::derive_seed(input.seed, "input"));
  random.fill_normal(std::span(values).first(distinct * image));
  for (std::size_t i = distinct; i < batch; ++i) {
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(i % distinct * image), image,
                values.begin() + static_cast<std::ptrdiff_t>(i * image));
  }
  return values;
}

// One window: every slot runs, and runs again until the time is over and the count reached; then all are waited for.
// Every slot runs equally often, so that the last batches overlap as all others did. Allocates nothing.
Result<Ran> run_window(engine::Session& session, const RunRequest& request, std::int64_t images,
                       std::span<std::int64_t> stamps) {
  const base::SystemClock clock;
  const std::int64_t slots = session.slots();
  const auto capacity = static_cast<std::int64_t>(stamps.size()) / slots * slots;
  std::int64_t started = 0;
  std::int64_t done = 0;
  const MonoTime begin = clock.now();
  const MonoTime stop = begin + request.duration;
  for (; started < slots; ++started) WATTLENS_CHECK(session.enqueue(started, images));
  while (done < started) {
    WATTLENS_TRY(const engine::Completion completion, session.next_completion());
    stamps[static_cast<std::size_t>(done++)] = completion.time.ns;
    const bool wanted = completion.time < stop || started < request.min_batches || started % slots != 0;
    if (wanted && started < capacity) {
      WATTLENS_CHECK(session.enqueue(completion.slot, images));
      ++started;
    }
  }
  const auto used = stamps.first(static_cast<std::size_t>(done));
  if (!std::is_sorted(used.begin(), used.end())) std::sort(used.begin(), used.end());
  const MonoTime end{used.back()};
  if (end < stop || done < request.min_batches) {
    return fail(ErrorKind::run_failed,
                fmt::format("a window of {} s holds more batches than the {} that can be stamped",
                            request.duration.value, capacity),
                "use a larger batch or shorter windows");
  }
  return Ran{begin, end, done, peak_memory()};
}

class Service {
 public:
  Service(engine::Engine& engine, FrameReader& reader) : engine_(engine), reader_(reader) {}

  Result<Json> answer(const Json& request) {
    WATTLENS_TRY(const auto type, member<std::string>(request, "type"));
    if (type == "hello") return hello(request);
    if (memory_.size() == base::Bytes{0})
      return fail(ErrorKind::run_failed, fmt::format("\"{}\" before \"hello\"", type));
    if (type == "compile") return compile(request);
    if (type != "set_input" && type != "run" && type != "serve" && type != "output" && type != "describe" &&
        type != "operators") {
      return fail(ErrorKind::run_failed, fmt::format("this worker knows no message \"{}\"", type));
    }
    if (!session_) return fail(ErrorKind::run_failed, fmt::format("\"{}\" before \"compile\"", type));
    if (type == "describe") return Json{{"type", "describe"}, {"info", record::to_json(info())}};
    if (type == "operators") return operators();
    if (type == "set_input") return set_input(request);
    if (!has_input_) return fail(ErrorKind::run_failed, fmt::format("\"{}\" before \"set_input\"", type));
    if (type == "serve") return serve(request);
    return type == "run" ? run(request) : output(request);
  }

 private:
  Result<Json> hello(const Json& request) {
    WATTLENS_TRY(const auto bytes, member<std::int64_t>(request, "shared_bytes"));
    WATTLENS_TRY(memory_, SharedMemory::attach(reader_.take_descriptor(), base::Bytes{static_cast<double>(bytes)}));
    return to_json(
        Hello{kProtocolVersion, std::string(engine_.name()), std::string(engine_.version()), engine_.devices()});
  }

  Result<Json> compile(const Json& request) {
    WATTLENS_TRY(auto asked, compile_request_from_json(request));
    reading_.reset();
    session_.reset();
    has_input_ = false;
    const MonoTime begin = clock_.now();
    WATTLENS_TRY(session_, engine_.compile(asked.source, asked.options));
    compile_time_ = clock_.now() - begin;
    options_ = std::move(asked.options);
    return to_json(Compiled{session_->slots(), info()});
  }

  Result<Json> set_input(const Json& request) {
    has_input_ = false;
    reading_.reset();
    if (request.contains("images")) {
      WATTLENS_TRY(const auto input, folder_input_from_json(request));
      WATTLENS_TRY(reading_, PreprocessingSession::make(*session_, input, input_shape()));
    } else if (request.contains("shape")) {
      WATTLENS_CHECK(set_shared_input(request));
    } else {
      WATTLENS_TRY(const auto input, seeded_input_from_json(request));
      const std::vector<std::int64_t> shape = input_shape();
      const std::vector<float> values = seeded_images(input, shape);
      WATTLENS_CHECK(session_->set_input({shape, values}));
    }
    has_input_ = true;
    return Json{{"type", "set_input"}};
  }

  std::vector<std::int64_t> input_shape() const {
    auto shape = session_->describe().input_shape;
    if (shape.size() == 4) return shape;
    return {options_.batch, 3, options_.image_size, options_.image_size};
  }

  Result<void> set_shared_input(const Json& request) {
    WATTLENS_TRY(const auto shape, shape_from_json(request));
    WATTLENS_TRY(const auto count, element_count(shape, memory_.floats().size()));
    return session_->set_input({shape, memory_.floats().first(count)});
  }

  Result<Json> run(const Json& request) {
    WATTLENS_TRY(const auto asked, run_request_from_json(request));
    WATTLENS_TRY(const auto images, images_of(asked));
    WATTLENS_TRY(auto ran, run_window(begin_window(), asked, images, memory_.stamps()));
    ran.left_out = left_out();
    return to_json(ran);
  }

  Result<Json> serve(const Json& request) {
    WATTLENS_TRY(const auto asked, serve_request_from_json(request));
    if (!options_.any_batch || asked.policy.most > options_.batch) {
      return fail(ErrorKind::run_failed,
                  fmt::format("batches of 1 to {} images asked of a model compiled for {}{}", asked.policy.most,
                              options_.any_batch ? "up to " : "", options_.batch));
    }
    WATTLENS_TRY(auto ran, serve_requests(begin_window(), asked, clock_, memory_.stamps()));
    ran.peak_memory = peak_memory();
    ran.left_out = left_out();
    return to_json(ran, "serve");
  }

  // What a window runs. Every window begins with the first image, so that windows differ in nothing else.
  engine::Session& begin_window() {
    if (!reading_) return *session_;
    reading_->restart();
    return *reading_;
  }

  // No more than a reader of the reply wants to be told.
  std::vector<std::string> left_out() const {
    constexpr std::size_t kTold = 100;
    if (!reading_) return {};
    const auto& all = reading_->left_out();
    return {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(std::min(all.size(), kTold))};
  }

  Result<std::int64_t> images_of(const RunRequest& request) const {
    const std::int64_t images = request.images.value_or(options_.batch);
    if (images == options_.batch || (options_.any_batch && images < options_.batch)) return images;
    return fail(ErrorKind::run_failed, fmt::format("batches of {} images asked of a model compiled for {}{}", images,
                                                   options_.any_batch ? "up to " : "", options_.batch));
  }

  Result<Json> output(const Json& request) {
    WATTLENS_TRY(const auto slot, member<std::int64_t>(request, "slot"));
    if (slot < 0 || slot >= session_->slots()) {
      return fail(ErrorKind::run_failed, fmt::format("slot {} of {}", slot, session_->slots()));
    }
    WATTLENS_TRY(const auto tensor, session_->output(slot));
    if (tensor.values.size() > memory_.floats().size()) {
      return fail(ErrorKind::run_failed,
                  fmt::format("an output of {} numbers does not fit into the shared memory", tensor.values.size()));
    }
    std::copy(tensor.values.begin(), tensor.values.end(), memory_.floats().begin());
    return Json{{"type", "output"}, {"shape", tensor.shape}};
  }

  Result<Json> operators() {
    const std::string text = base::to_text(to_json(session_->operators()));
    if (text.size() > memory_.text().size()) {
      return fail(ErrorKind::run_failed, "the list of operators does not fit into the shared memory");
    }
    std::copy(text.begin(), text.end(), memory_.text().begin());
    return Json{{"type", "operators"}, {"bytes", text.size()}};
  }

  record::WorkloadInfo info() const {
    record::WorkloadInfo info = session_->describe();
    if (info.engine_version.empty()) info.engine_version = engine_.version();
    if (!info.compile) info.compile = compile_time_;
    if (const auto peak = peak_memory(); peak.value > 0) info.peak_memory = peak;
    return info;
  }

  engine::Engine& engine_;
  FrameReader& reader_;
  base::SystemClock clock_;
  SharedMemory memory_;
  std::unique_ptr<engine::Session> session_;
  std::unique_ptr<PreprocessingSession> reading_;  // in front of it, where windows read their images
  engine::SessionOptions options_;
  base::Seconds compile_time_;
  bool has_input_ = false;
};

// Memory that cannot be had is an everyday answer under a budget, not a reason to end.
Result<Json> guarded_answer(Service& service, const Json& request) {
  try {
    return service.answer(request);
  } catch (const std::bad_alloc&) {
    return fail(ErrorKind::run_failed, "out of memory", "use a smaller batch, or allow the worker more memory");
  } catch (const std::exception& error) {
    return fail(ErrorKind::run_failed, fmt::format("the engine failed: {}", error.what()));
  }
}

Result<void> send_reply(int socket, const Json& request, Result<Json> reply) {
  Json message = reply ? std::move(*reply) : error_reply(reply.error());
  if (const auto id = request.find("id"); id != request.end()) message["id"] = *id;
  return send_message(socket, message);
}

}  // namespace

Result<void> serve(engine::Engine& engine, int socket) {
  FrameReader reader;
  Service service(engine, reader);
  while (true) {
    WATTLENS_TRY(const auto request, receive_message(socket, reader));
    if (!request) return {};
    if (member<std::string>(*request, "type").value_or("") == "quit") return {};
    WATTLENS_CHECK(send_reply(socket, *request, guarded_answer(service, *request)));
  }
}

Result<void> refuse(const Error& error, int socket) {
  FrameReader reader;
  WATTLENS_TRY(const auto request, receive_message(socket, reader));
  if (!request) return {};
  return send_reply(socket, *request, std::unexpected(error));
}

}  // namespace wattlens::worker
