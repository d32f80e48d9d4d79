#include "worker/server.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "base/random.h"
#include "fake/fake_engine.h"
#include "worker/frames.h"
#include "worker/messages.h"
#include "worker/shared_memory.h"

namespace wattlens::worker {
namespace {

using base::Json;
using testing::HasSubstr;

// Serves a fake engine on a thread of its own; the test speaks the protocol with it by hand.
class Server : public testing::Test {
 protected:
  void start(const fake::EngineBehaviour& behaviour) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours_ = base::FileDescriptor(ends[0]);
    theirs_ = base::FileDescriptor(ends[1]);
    server_ = std::jthread([this, behaviour] {
      fake::FakeEngine engine(behaviour);
      served_ = serve(engine, theirs_.get());
      theirs_.reset();
    });
  }

  void TearDown() override { ours_.reset(); }  // ends the server, whose thread is joined next

  Json ask(const Json& request, int descriptor = -1) {
    EXPECT_TRUE(send_message(ours_.get(), request, descriptor));
    const auto reply = receive_message(ours_.get(), reader_);
    return reply && *reply ? **reply : Json{};
  }

  void say_hello(base::Bytes size = base::Bytes{1 << 20}) {
    memory_ = std::move(*SharedMemory::create(size));
    ASSERT_EQ(ask(hello_request(size), memory_.descriptor())["protocol"], kProtocolVersion);
  }

  void prepare(std::int64_t batch, std::int64_t size, std::int64_t distinct = 0) {
    say_hello();
    CompileRequest request;
    request.source.classes = 12;
    request.options.batch = batch;
    request.options.image_size = size;
    ASSERT_EQ(ask(to_json(request))["type"], "compile");
    ASSERT_EQ(ask(to_json(SeededInput{7, distinct}))["type"], "set_input");
  }

  base::FileDescriptor ours_;
  base::FileDescriptor theirs_;
  SharedMemory memory_;
  FrameReader reader_;
  Result<void> served_;
  std::jthread server_;
};

TEST_F(Server, EndsWhenItsClientGoesAway) {
  start({});
  ours_.reset();
  server_.join();
  EXPECT_TRUE(served_);
}

TEST_F(Server, EndsOnQuit) {
  start({});
  say_hello();
  ASSERT_TRUE(send_message(ours_.get(), Json{{"type", "quit"}}));
  server_.join();
  EXPECT_TRUE(served_);
}

TEST_F(Server, HelloWithoutTheSharedMemoryIsAnError) {
  start({});
  EXPECT_THAT(ask(hello_request(base::Bytes{4096}))["message"], HasSubstr("without the descriptor"));
}

TEST_F(Server, EveryReplyCarriesTheIdOfItsRequest) {
  start({});
  say_hello();
  EXPECT_EQ(ask(Json{{"type", "describe"}, {"id", 41}})["id"], 41);
}

TEST_F(Server, RequestsOutOfOrderAreAnsweredWithAnError) {
  start({});
  EXPECT_THAT(ask(Json{{"type", "run"}})["message"], HasSubstr("before \"hello\""));
  say_hello();
  EXPECT_THAT(ask(Json{{"type", "run"}})["message"], HasSubstr("before \"compile\""));
  ASSERT_EQ(ask(to_json(CompileRequest{}))["type"], "compile");
  EXPECT_THAT(ask(Json{{"type", "run"}})["message"], HasSubstr("before \"set_input\""));
  EXPECT_THAT(ask(Json{{"type", "dance"}})["message"], HasSubstr("knows no message \"dance\""));
  EXPECT_THAT(ask(Json{{"n", 1}})["message"], HasSubstr("\"type\" is missing"));
}

TEST_F(Server, AClientThatBreaksTheProtocolEndsIt) {
  start({});
  ASSERT_EQ(::send(ours_.get(), "HTTP", 4, 0), 4);
  server_.join();
  EXPECT_FALSE(served_);
}

TEST_F(Server, AFailedCompilationLeavesItUsable) {
  start({.most_images = 4});
  say_hello();
  CompileRequest request;
  request.options.batch = 5;
  const Json reply = ask(to_json(request));
  EXPECT_EQ(reply["type"], "error");
  EXPECT_EQ(reply["kind"], "run_failed");
  EXPECT_THAT(reply["hint"], HasSubstr("smaller batch"));
  request.options.batch = 4;
  EXPECT_EQ(ask(to_json(request))["type"], "compile");
}

TEST_F(Server, InputsAreThePortableRandomNumbersOfTheirSeed) {
  start({});
  prepare(3, 2);
  const Json reply = ask(Json{{"type", "output"}, {"slot", 0}});
  ASSERT_EQ(reply["shape"], Json::array({3, 12}));
  std::vector<float> expected(36);
  base::Random(base::derive_seed(7, "input")).fill_normal(expected);
  EXPECT_TRUE(std::ranges::equal(memory_.floats().first(36), expected));
}

TEST_F(Server, ImagesBeyondTheDistinctOnesAreCopies) {
  start({});
  prepare(5, 2, 2);
  ask(Json{{"type", "output"}, {"slot", 0}});
  std::vector<float> expected(24);
  base::Random(base::derive_seed(7, "input")).fill_normal(expected);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(memory_.floats()[i], expected[i % 24]) << i;
}

TEST_F(Server, ATensorFromTheSharedMemoryIsTheInput) {
  start({});
  prepare(1, 2);
  for (std::size_t i = 0; i < 12; ++i) memory_.floats()[i] = static_cast<float>(i);
  ASSERT_EQ(ask(Json{{"type", "set_input"}, {"shape", {1, 3, 2, 2}}})["type"], "set_input");
  std::ranges::fill(memory_.floats(), -1.0F);
  ask(Json{{"type", "output"}, {"slot", 0}});
  EXPECT_EQ(memory_.floats()[11], 11.0F);
  EXPECT_EQ(ask(Json{{"type", "set_input"}, {"shape", {1, 3, 4, 4}}})["type"], "error");
  EXPECT_EQ(ask(Json{{"type", "set_input"}, {"shape", {1 << 20, 1 << 20}}})["type"], "error");
}

TEST_F(Server, AWindowHoldsAtLeastTheBatchesThatWereAsked) {
  start({.batch_time = base::Seconds{0}});
  prepare(1, 2);
  const auto ran = ran_from_json(ask(to_json(RunRequest{base::Seconds{0}, 9})));
  ASSERT_TRUE(ran) << ran.error().message;
  EXPECT_EQ(ran->batches, 9);
  EXPECT_GT(ran->peak_memory, base::mebibytes(0.1));
}

TEST_F(Server, AWindowLastsAtLeastItsDuration) {
  start({});
  prepare(1, 2);
  const auto ran = ran_from_json(ask(to_json(RunRequest{base::Seconds{0.02}, 1})));
  ASSERT_TRUE(ran) << ran.error().message;
  EXPECT_GE(ran->end - ran->begin, base::Seconds{0.02});
  EXPECT_LE(ran->batches, 21);  // each takes a millisecond or more
  EXPECT_GE(ran->batches, 1);
  const auto stamps = memory_.stamps().first(static_cast<std::size_t>(ran->batches));
  EXPECT_TRUE(std::ranges::is_sorted(stamps));
  EXPECT_EQ(stamps.back(), ran->end.ns);
  EXPECT_GE(stamps.front() - ran->begin.ns, 1'000'000);
}

TEST_F(Server, AllSlotsRunEquallyOften) {
  start({.slots = 3});
  prepare(1, 2);
  for (const std::int64_t asked : {1, 3, 4}) {
    const auto ran = ran_from_json(ask(to_json(RunRequest{base::Seconds{0}, asked})));
    ASSERT_TRUE(ran) << ran.error().message;
    EXPECT_EQ(ran->batches, asked <= 3 ? 3 : 6);
  }
}

TEST_F(Server, AllSlotsAreKeptBusy) {
  start({.slots = 4});
  prepare(1, 2);
  ask(to_json(RunRequest{base::Seconds{0}, 12}));
  EXPECT_EQ(ask(Json{{"type", "describe"}})["info"]["conditions"], Json::array({"most in flight: 4"}));
}

TEST_F(Server, MoreBatchesThanCanBeStampedAreAnErrorNotALoss) {
  start({.batch_time = base::Seconds{0}, .slots = 3});
  say_hello(base::Bytes{8 * 100});
  CompileRequest request;
  request.source.classes = 12;
  request.options.image_size = 2;
  ask(to_json(request));
  ask(to_json(SeededInput{}));
  const Json reply = ask(to_json(RunRequest{base::Seconds{0}, 100}));
  EXPECT_EQ(reply["type"], "error");
  EXPECT_THAT(reply["message"], HasSubstr("more batches than the 99"));
  EXPECT_EQ(ask(to_json(RunRequest{base::Seconds{0}, 99}))["batches"], 99);
}

TEST_F(Server, AnExceptionOfTheEngineIsAnAnswer) {
  start({.fault = "exception"});
  prepare(1, 2);
  const Json reply = ask(to_json(RunRequest{base::Seconds{0}, 1}));
  EXPECT_EQ(reply["message"], "out of memory");
}

TEST_F(Server, AnEngineThatCannotBeOpenedIsRefusedWithItsReason) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
  ours_ = base::FileDescriptor(ends[0]);
  theirs_ = base::FileDescriptor(ends[1]);
  ASSERT_TRUE(send_message(ours_.get(), hello_request(base::Bytes{4096})));
  EXPECT_TRUE(refuse({ErrorKind::run_failed, "no plugin", "install one"}, theirs_.get()));
  const auto reply = receive_message(ours_.get(), reader_);
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ((**reply)["message"], "no plugin");
}

}  // namespace
}  // namespace wattlens::worker
