// A worker process that serves the fake engine, or breaks the protocol in the way its arguments ask for.
//
// fake_worker [--mode MODE] [--fault FAULT] [--batch-us N] [--image-us N] [--slots N] [--most-images N]
//             [--references FOLDER] [--fault-from N] [--fault-batch N] [--fault-once FILE]
// MODE: serve (default), slow_start, noisy, noisy_crash, exit, hang_at_start, old_protocol, new_protocol, garbage,
// truncated, oversized, wrong_id, wrong_clock, too_few, missing_library, with_child. FAULT: fake_engine.h.
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

#include "base/text.h"
#include "fake/fake_engine.h"
#include "worker/child_process.h"
#include "worker/frames.h"
#include "worker/messages.h"
#include "worker/server.h"
#include "worker/shared_memory.h"

namespace {

using namespace wattlens;
using base::Json;

constexpr int kSocket = worker::ChildProcess::kSocket;

std::map<std::string, std::string> options_of(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 1; i + 1 < argc; i += 2) options[std::string(argv[i]).substr(2)] = argv[i + 1];
  return options;
}

std::int64_t number(const std::map<std::string, std::string>& options, const std::string& name, std::int64_t fallback) {
  const auto found = options.find(name);
  return found == options.end() ? fallback : base::parse_integer(found->second).value_or(fallback);
}

Json next_request(worker::FrameReader& reader) {
  const auto request = worker::receive_message(kSocket, reader);
  if (!request || !*request) std::_Exit(0);
  return **request;
}

void reply(const Json& request, Json answer) {
  answer["id"] = request["id"];
  if (!worker::send_message(kSocket, answer)) std::_Exit(1);
}

void write_raw(const std::string& bytes) { (void)!::send(kSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL); }

void write_much() {
  for (int i = 0; i < 20000; ++i) std::fprintf(stderr, "line %d of a library that talks too much\n", i);
}

// Answers everything as a worker does, but lies about its window.
int lie(const std::string& mode) {
  worker::FrameReader reader;
  worker::SharedMemory memory;
  const base::SystemClock clock;
  while (true) {
    const Json request = next_request(reader);
    const auto type = request["type"].get<std::string>();
    if (type == "quit") return 0;
    if (type == "hello") {
      auto attached = worker::SharedMemory::attach(
          reader.take_descriptor(), base::Bytes{static_cast<double>(request["shared_bytes"].get<std::int64_t>())});
      if (!attached) return 1;
      memory = std::move(*attached);
      Json hello = worker::to_json(worker::Hello{worker::kProtocolVersion, "fake", "1.0", {}});
      reply(mode == "wrong_id" ? Json{{"id", 77}} : request, hello);
    } else if (type == "compile") {
      reply(request, worker::to_json(worker::Compiled{}));
    } else if (type == "run") {
      const auto now = clock.now();
      const base::MonoTime end = mode == "wrong_clock" ? base::MonoTime{1'700'000'000'000'000'000} : now;
      const std::int64_t batches = request["min_batches"].get<std::int64_t>() - (mode == "too_few" ? 1 : 0);
      for (std::int64_t i = 0; i < batches; ++i) memory.stamps()[static_cast<std::size_t>(i)] = end.ns;
      reply(request, worker::to_json(worker::Ran{now, end, batches, {}}));
    } else {
      reply(request, Json{{"type", type}});
    }
  }
}

// The modes that never serve; empty for the others.
std::optional<int> misbehave(const std::string& mode) {
  worker::FrameReader reader;
  if (mode == "missing_library") {
    std::fputs("fake_worker: error while loading shared libraries: libfake.so: cannot open shared object file\n",
               stderr);
    return 127;
  }
  if (mode == "exit") {
    std::fputs("first line\n\nthe licence has expired\n", stderr);
    return 3;
  }
  if (mode == "hang_at_start") return ::pause();
  if (mode == "old_protocol" || mode == "new_protocol") {
    const Json request = next_request(reader);
    reply(request, Json{{"type", "hello"}, {"protocol", mode == "old_protocol" ? 0 : 2}});
    next_request(reader);
    return 0;
  }
  if (mode == "garbage") {
    next_request(reader);
    write_raw(std::string("\x05\0\0\0", 4) + "hello");
    next_request(reader);
    return 0;
  }
  if (mode == "oversized") {
    next_request(reader);
    write_raw("HTTP/1.1 200 OK\r\n");
    next_request(reader);
    return 0;
  }
  if (mode == "truncated") {
    next_request(reader);
    write_raw(std::string("\x50\0\0\0", 4) + R"({"type":"hel)");
    return 0;
  }
  if (mode == "wrong_id" || mode == "wrong_clock" || mode == "too_few") return lie(mode);
  return std::nullopt;
}

}  // namespace

int main(int argc, char** argv) {
  const auto options = options_of(argc, argv);
  const auto mode_option = options.find("mode");
  const std::string mode = mode_option == options.end() ? "serve" : mode_option->second;
  if (const auto status = misbehave(mode)) return *status;
  if (mode == "slow_start") ::usleep(200'000);
  if (mode == "noisy") write_much();
  // A process of its own, as a worker in another language may have, that asks nobody when to end.
  if (mode == "with_child" && ::fork() == 0) {
    for (const int signal : {SIGHUP, SIGTERM, SIGINT}) ::signal(signal, SIG_IGN);
    while (true) ::pause();
  }
  fake::EngineBehaviour behaviour;
  behaviour.batch_time = base::milliseconds(static_cast<double>(number(options, "batch-us", 1000)) * 1e-3);
  behaviour.image_time = base::milliseconds(static_cast<double>(number(options, "image-us", 0)) * 1e-3);
  behaviour.slots = number(options, "slots", 1);
  behaviour.most_images = number(options, "most-images", behaviour.most_images);
  if (const auto fault = options.find("fault"); fault != options.end()) behaviour.fault = fault->second;
  behaviour.fault_from = number(options, "fault-from", 1);
  behaviour.fault_batch = number(options, "fault-batch", 0);
  if (const auto file = options.find("fault-once"); file != options.end()) behaviour.fault_once = file->second;
  if (const auto folder = options.find("references"); folder != options.end()) behaviour.references = folder->second;
  fake::FakeEngine engine(behaviour);
  const auto served = worker::serve(engine, kSocket);
  if (!served) std::fprintf(stderr, "%s\n", served.error().message.c_str());
  return served ? 0 : 1;
}
