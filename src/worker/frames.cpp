#include "worker/frames.h"

#include <fmt/core.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace wattlens::worker {
namespace {

constexpr std::size_t kHeaderBytes = 4;

std::string frame_of(const std::string& text) {
  std::string frame(kHeaderBytes, '\0');
  for (std::size_t i = 0; i < kHeaderBytes; ++i) frame[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  return frame + text;
}

std::size_t length_of(const std::string& frame) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < kHeaderBytes; ++i) length |= std::size_t{static_cast<unsigned char>(frame[i])} << (8 * i);
  return length;
}

void attach(msghdr& header, std::span<std::byte> control, int descriptor) {
  header.msg_control = control.data();
  header.msg_controllen = CMSG_SPACE(sizeof descriptor);
  cmsghdr* first = CMSG_FIRSTHDR(&header);
  first->cmsg_level = SOL_SOCKET;
  first->cmsg_type = SCM_RIGHTS;
  first->cmsg_len = CMSG_LEN(sizeof descriptor);
  std::memcpy(CMSG_DATA(first), &descriptor, sizeof descriptor);
}

// Takes ownership of every descriptor that came, so that a peer which sends too many cannot leak them here.
base::FileDescriptor received_descriptor(msghdr& header) {
  base::FileDescriptor last;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof(int), sizeof(int));
      last = base::FileDescriptor(descriptor);
    }
  }
  return last;
}

}  // namespace

Result<void> send_message(int socket, const base::Json& message, int descriptor) {
  const std::string text = base::to_text(message);
  if (text.size() > kMaxMessageBytes) {
    return fail(ErrorKind::run_failed,
                fmt::format("a message of {} bytes is longer than the protocol's {}", text.size(), kMaxMessageBytes));
  }
  const std::string frame = frame_of(text);
  std::size_t sent = 0;
  while (sent < frame.size()) {
    iovec part{const_cast<char*>(frame.data()) + sent, frame.size() - sent};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(sizeof(int))> control{};
    if (descriptor >= 0 && sent == 0) attach(header, control, descriptor);
    const ssize_t count = ::sendmsg(socket, &header, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return fail(ErrorKind::run_failed, fmt::format("cannot send a message to the peer: {}", std::strerror(errno)));
    }
    sent += static_cast<std::size_t>(count);
  }
  return {};
}

Result<FrameReader::Status> FrameReader::read(int socket) {
  std::array<char, 16384> buffer;
  alignas(cmsghdr) std::array<std::byte, 256> control{};
  iovec part{buffer.data(), buffer.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t count = 0;
  do count = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
  while (count < 0 && errno == EINTR);
  if (count < 0) {
    if (errno == EAGAIN || errno == EWOULDBLOCK) return Status::open;
    if (errno == ECONNRESET) return Status::closed;
    return fail(ErrorKind::run_failed, fmt::format("cannot read a message: {}", std::strerror(errno)));
  }
  if (auto descriptor = received_descriptor(header); descriptor.is_open()) descriptor_ = std::move(descriptor);
  if (count == 0) return Status::closed;
  bytes_.append(buffer.data(), static_cast<std::size_t>(count));
  return Status::open;
}

Result<std::optional<base::Json>> FrameReader::next() {
  if (bytes_.size() < kHeaderBytes) return std::nullopt;
  const std::size_t length = length_of(bytes_);
  if (length == 0 || length > kMaxMessageBytes) {
    return fail(
        ErrorKind::run_failed,
        fmt::format("the peer announced a message of {} bytes; the protocol allows 1 to {}", length, kMaxMessageBytes),
        "is this program a wattlens worker? docs/worker-protocol.md says what it must send");
  }
  if (bytes_.size() < kHeaderBytes + length) return std::nullopt;
  auto message = base::parse_json(std::string_view(bytes_).substr(kHeaderBytes, length), "a message");
  bytes_.erase(0, kHeaderBytes + length);
  if (!message) return fail(ErrorKind::run_failed, std::move(message.error().message));
  if (!message->is_object()) return fail(ErrorKind::run_failed, "a message is not a JSON object");
  return std::move(*message);
}

Result<std::optional<base::Json>> receive_message(int socket, FrameReader& reader) {
  while (true) {
    WATTLENS_TRY(auto message, reader.next());
    if (message) return message;
    WATTLENS_TRY(const auto status, reader.read(socket));
    if (status == FrameReader::Status::closed) {
      if (!reader.in_message()) return std::nullopt;
      return fail(ErrorKind::run_failed, "the peer closed the connection in the middle of a message");
    }
  }
}

}  // namespace wattlens::worker
