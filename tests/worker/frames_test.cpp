#include "worker/frames.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace wattlens::worker {
namespace {

using base::Json;
using testing::HasSubstr;

struct Sockets {
  Sockets() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    left = base::FileDescriptor(ends[0]);
    right = base::FileDescriptor(ends[1]);
  }
  void write(std::string_view bytes) const {
    ASSERT_EQ(::send(left.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  base::FileDescriptor left;
  base::FileDescriptor right;
};

TEST(Frames, AClosedConnectionIsTheEndOfTheMessages) {
  Sockets sockets;
  sockets.left.reset();
  FrameReader reader;
  const auto message = receive_message(sockets.right.get(), reader);
  ASSERT_TRUE(message);
  EXPECT_FALSE(*message);
}

TEST(Frames, AMessageArrivesAsItWasSent) {
  Sockets sockets;
  const Json sent{{"type", "run"}, {"text", "µ\n\"quoted\""}};
  ASSERT_TRUE(send_message(sockets.left.get(), sent));
  FrameReader reader;
  const auto message = receive_message(sockets.right.get(), reader);
  ASSERT_TRUE(message && *message);
  EXPECT_EQ(**message, sent);
  EXPECT_FALSE(reader.in_message());
}

TEST(Frames, TwoMessagesInOnePieceAreTwoMessages) {
  Sockets sockets;
  ASSERT_TRUE(send_message(sockets.left.get(), Json{{"n", 1}}));
  ASSERT_TRUE(send_message(sockets.left.get(), Json{{"n", 2}}));
  FrameReader reader;
  ASSERT_TRUE(reader.read(sockets.right.get()));
  EXPECT_EQ((**reader.next())["n"], 1);
  EXPECT_EQ((**reader.next())["n"], 2);
  EXPECT_FALSE(*reader.next());
}

TEST(Frames, AMessageInManyPiecesIsOneMessage) {
  Sockets sockets;
  FrameReader reader;
  const std::string frame = std::string("\x09\0\0\0", 4) + "{\"n\":123}";
  for (std::size_t i = 0; i < frame.size(); ++i) {
    EXPECT_FALSE(*reader.next());
    sockets.write(frame.substr(i, 1));
    ASSERT_TRUE(reader.read(sockets.right.get()));
  }
  const auto message = reader.next();
  ASSERT_TRUE(message && *message);
  EXPECT_EQ((**message)["n"], 123);
}

TEST(Frames, AMessageLargerThanTheSocketsBufferArrivesWhole) {
  Sockets sockets;
  const Json sent{{"text", std::string(900'000, 'x')}};
  std::jthread sender([&] { EXPECT_TRUE(send_message(sockets.left.get(), sent)); });
  FrameReader reader;
  const auto message = receive_message(sockets.right.get(), reader);
  ASSERT_TRUE(message && *message);
  EXPECT_EQ(**message, sent);
}

TEST(Frames, AMessageOverTheLimitIsNotSent) {
  const Sockets sockets;
  const auto sent = send_message(sockets.left.get(), Json{{"text", std::string(kMaxMessageBytes, 'x')}});
  ASSERT_FALSE(sent);
  EXPECT_THAT(sent.error().message, HasSubstr("longer than the protocol's 1048576"));
}

TEST(Frames, AnImpossibleLengthIsAnErrorBeforeItsBytesAreAwaited) {
  for (const std::string& header :
       std::vector{std::string("\0\0\0\0", 4), std::string("HTTP"), std::string("\1\0\x10\0", 4)}) {
    const Sockets sockets;
    sockets.write(header);
    FrameReader reader;
    const auto message = receive_message(sockets.right.get(), reader);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().kind, ErrorKind::run_failed);
    EXPECT_THAT(message.error().message, HasSubstr("announced a message of"));
  }
}

TEST(Frames, WhatIsNotAJsonObjectIsAnError) {
  for (const std::string& text : std::vector<std::string>{"hello", "[1]", "3", "{\"a\":", "\xff\xfe"}) {
    const Sockets sockets;
    sockets.write(std::string(1, static_cast<char>(text.size())) + std::string("\0\0\0", 3) + text);
    FrameReader reader;
    const auto message = receive_message(sockets.right.get(), reader);
    ASSERT_FALSE(message) << text;
    EXPECT_EQ(message.error().kind, ErrorKind::run_failed);
  }
}

TEST(Frames, AConnectionThatClosesInsideAMessageIsAnError) {
  Sockets sockets;
  sockets.write(std::string("\x09\0\0\0", 4) + "{\"n\"");
  sockets.left.reset();
  FrameReader reader;
  const auto message = receive_message(sockets.right.get(), reader);
  ASSERT_FALSE(message);
  EXPECT_THAT(message.error().message, HasSubstr("in the middle of a message"));
}

TEST(Frames, ADescriptorTravelsWithItsMessageAndIsClosedOnExec) {
  const Sockets sockets;
  ASSERT_TRUE(send_message(sockets.left.get(), Json{{"n", 1}}, STDERR_FILENO));
  FrameReader reader;
  ASSERT_TRUE(receive_message(sockets.right.get(), reader));
  const auto descriptor = reader.take_descriptor();
  ASSERT_TRUE(descriptor.is_open());
  EXPECT_NE(descriptor.get(), STDERR_FILENO);
  EXPECT_FALSE(reader.take_descriptor().is_open());
}

TEST(Frames, SendingToAPeerThatHasGoneFailsWithoutASignal) {
  Sockets sockets;
  sockets.right.reset();
  const auto sent = send_message(sockets.left.get(), Json{{"n", 1}});
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().kind, ErrorKind::run_failed);
}

}  // namespace
}  // namespace wattlens::worker
