// Whatever a peer sends, the frame reader and the messages' readers end with a value or an error.
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <cstdlib>

#include "worker/frames.h"
#include "worker/messages.h"

namespace {

using namespace wattlens;

void read_as_everything(const base::Json& message) {
  const auto compiled = worker::compiled_from_json(message);
  const auto hello = worker::hello_from_json(message);
  const auto request = worker::compile_request_from_json(message);
  const auto input = worker::seeded_input_from_json(message);
  const auto folder = worker::folder_input_from_json(message);
  const auto run = worker::run_request_from_json(message);
  const auto ran = worker::ran_from_json(message);
  const auto operators = worker::operators_from_json(message);
  const Error error = worker::error_from_json(message);
  if (error.message.empty() && !message.contains("message")) std::abort();
  if (const auto shape = worker::shape_from_json(message)) {
    constexpr std::size_t kMost = 1000;
    const auto count = worker::element_count(*shape, kMost);
    if (count && *count > kMost) std::abort();
  }
  if (request && to_json(*worker::compile_request_from_json(to_json(*request))) != to_json(*request)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostBytes = 65536;  // fits into the socket's buffer
  if (size > kMostBytes) return 0;
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return 0;
  const base::FileDescriptor reader_end(ends[1]);
  {
    const base::FileDescriptor writer_end(ends[0]);
    if (size > 0 && ::send(writer_end.get(), data, size, MSG_DONTWAIT) != static_cast<ssize_t>(size)) return 0;
  }
  worker::FrameReader reader;
  while (true) {
    const auto message = worker::receive_message(reader_end.get(), reader);
    if (!message || !*message) return 0;
    read_as_everything(**message);
  }
}
