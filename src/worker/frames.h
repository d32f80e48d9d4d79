// Messages on a stream socket: four bytes of length (little-endian), then so many bytes of JSON (one object).
// A file descriptor may travel with a message (SCM_RIGHTS).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "base/file.h"
#include "base/json.h"
#include "base/result.h"

namespace wattlens::worker {

inline constexpr std::size_t kMaxMessageBytes = std::size_t{1} << 20;

// Blocks while the socket's buffer is full. Fails with run_failed where the peer has gone; never raises SIGPIPE.
Result<void> send_message(int socket, const base::Json& message, int descriptor = -1);

// Cuts what a socket delivers into messages. Not thread-safe.
class FrameReader {
 public:
  enum class Status { open, closed };

  // Reads once: blocks exactly if the socket does and holds nothing.
  Result<Status> read(int socket);

  // The next whole message, if there is one. Too long, empty, no JSON, no object: an error, and the stream is lost.
  Result<std::optional<base::Json>> next();

  // The last descriptor that came with a message.
  base::FileDescriptor take_descriptor() { return std::move(descriptor_); }

  // Whether a part of a message is waiting for its rest.
  bool in_message() const { return !bytes_.empty(); }

 private:
  std::string bytes_;
  base::FileDescriptor descriptor_;
};

// Waits for a message on a blocking socket; empty when the peer has closed it between two messages.
Result<std::optional<base::Json>> receive_message(int socket, FrameReader& reader);

}  // namespace wattlens::worker
