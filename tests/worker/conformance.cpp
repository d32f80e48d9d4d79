// Whether a worker keeps to docs/worker-protocol.md: any executable, in any language.
//
// conformance --worker=PROGRAM [--argument=ARGUMENT]... [--library-path=FOLDER] [--model=NETWORK] [--image-size=N]
//             [--device=ID] [any flag of GoogleTest]
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <limits>

#include "base/random.h"
#include "base/text.h"
#include "worker/child_process.h"
#include "worker/client.h"

namespace wattlens::worker {
namespace {

using base::Json;
using base::Seconds;

constexpr Seconds kLimit{60.0};

struct Subject {
  EngineLocation location;
  std::string model = "shufflenet_v2_x0_5";
  std::int64_t image_size = 64;
  std::string device = "cpu";
};
Subject subject;

// The protocol by hand, for what the client would never send.
class Wire {
 public:
  Wire() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    socket_ = base::FileDescriptor(ends[0]);
    ProcessOptions options{subject.location.executable, subject.location.arguments, {}, {}};
    if (!subject.location.library_path.empty()) {
      options.environment.push_back("LD_LIBRARY_PATH=" + subject.location.library_path.string());
    }
    auto started = ChildProcess::start(options, base::FileDescriptor(ends[1]));
    EXPECT_TRUE(started) << started.error().message;
    if (started) process_.emplace(std::move(*started));
    memory_ = std::move(*SharedMemory::create(base::Bytes{4096}));
  }

  Json ask(const Json& request, bool with_memory = false) {
    EXPECT_TRUE(send_message(socket_.get(), request, with_memory ? memory_.descriptor() : -1));
    const auto reply = receive_message(socket_.get(), reader_);
    EXPECT_TRUE(reply && *reply) << process_->last_words();
    return reply && *reply ? **reply : Json{};
  }

  Json say_hello() {
    Json request = hello_request(memory_.size());
    request["id"] = 1;
    request["a_member_of_a_later_version"] = {1, 2, 3};
    return ask(request, true);
  }

  void write_raw(std::string_view bytes) {
    EXPECT_EQ(::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  void close() { socket_.reset(); }
  ChildProcess& process() { return *process_; }

 private:
  base::FileDescriptor socket_;
  std::optional<ChildProcess> process_;
  SharedMemory memory_;
  FrameReader reader_;
};

CompileRequest model(std::int64_t batch = 2) {
  CompileRequest request;
  request.source.network = subject.model;
  request.options.device = subject.device;
  request.options.batch = batch;
  request.options.image_size = subject.image_size;
  return request;
}

std::size_t image_values() { return static_cast<std::size_t>(3 * subject.image_size * subject.image_size); }

class Conformance : public testing::Test {
 protected:
  std::unique_ptr<Client> start() {
    auto client = Client::start(subject.location, {}, clock_, cancellation_);
    EXPECT_TRUE(client) << client.error().message;
    return client ? std::move(*client) : nullptr;
  }

  std::unique_ptr<Client> start_ready(const CompileRequest& request = model(), std::int64_t distinct = 0) {
    auto client = start();
    const auto compiled = client->compile(request);
    EXPECT_TRUE(compiled) << compiled.error().message;
    slots_ = compiled ? compiled->slots : 1;
    EXPECT_TRUE(client->set_input(SeededInput{0, distinct}));
    return client;
  }

  static std::vector<float> output_of(Client& client) {
    const auto ran = client.run({Seconds{0}, 1});
    EXPECT_TRUE(ran) << ran.error().message;
    auto output = client.output(0);
    EXPECT_TRUE(output) << output.error().message;
    return output ? output->values : std::vector<float>{};
  }

  base::SystemClock clock_;
  base::Cancellation cancellation_;
  std::int64_t slots_ = 1;
};

void expect_near(std::span<const float> found, std::span<const float> expected) {
  ASSERT_EQ(found.size(), expected.size());
  float largest = 0.0F;
  float difference = 0.0F;
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_TRUE(std::isfinite(found[i]));
    largest = std::max(largest, std::abs(expected[i]));
    difference = std::max(difference, std::abs(found[i] - expected[i]));
  }
  EXPECT_LE(difference, 1e-4F * largest);
}

TEST_F(Conformance, HelloTellsProtocolEngineAndDevices) {
  Wire wire;
  const Json reply = wire.say_hello();
  EXPECT_EQ(reply["id"], 1);
  EXPECT_EQ(reply["type"], "hello");
  const auto hello = hello_from_json(reply);
  ASSERT_TRUE(hello) << hello.error().message;
  EXPECT_FALSE(hello->engine.empty());
  EXPECT_FALSE(hello->engine_version.empty());
  const auto device = std::ranges::find(hello->devices, subject.device, &engine::DeviceInfo::id);
  ASSERT_NE(device, hello->devices.end());
  EXPECT_FALSE(device->name.empty());
  EXPECT_THAT(device->precisions, testing::Contains("f32"));
}

TEST_F(Conformance, AnUnknownRequestIsAnsweredWithAnError) {
  Wire wire;
  wire.say_hello();
  for (const auto* type : {"dance", "run", "output", "set_input", "describe"}) {  // nothing is compiled yet
    const Json reply = wire.ask({{"id", 2}, {"type", type}});
    EXPECT_EQ(reply["id"], 2) << type;
    EXPECT_EQ(reply["type"], "error") << type;
    EXPECT_TRUE(reply["message"].is_string());
  }
}

TEST_F(Conformance, QuitEndsItWithSuccess) {
  Wire wire;
  wire.say_hello();
  wire.write_raw(std::string("\x0f\0\0\0", 4) + R"({"type":"quit"})");
  ASSERT_TRUE(wire.process().wait(kLimit));
  EXPECT_EQ(wire.process().exit()->status, 0);
}

TEST_F(Conformance, AClosedConnectionEndsIt) {
  Wire wire;
  wire.say_hello();
  wire.close();
  EXPECT_TRUE(wire.process().wait(kLimit));
}

TEST_F(Conformance, ABrokenFrameEndsIt) {
  Wire wire;
  wire.say_hello();
  wire.write_raw("HTTP/1.1 200 OK");
  EXPECT_TRUE(wire.process().wait(kLimit));
}

TEST_F(Conformance, AnUnknownModelIsAUsersMistakeAndLeavesItUsable) {
  const auto client = start();
  auto request = model();
  request.source.network = "no_such_network";
  const auto compiled = client->compile(request);
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().kind, ErrorKind::usage) << compiled.error().message;
  EXPECT_TRUE(client->compile(model()));
}

TEST_F(Conformance, ACompiledModelIsDescribed) {
  const auto client = start();
  const auto compiled = client->compile(model());
  ASSERT_TRUE(compiled) << compiled.error().message;
  EXPECT_EQ(compiled->info.execution_precision, "f32");
  EXPECT_FALSE(compiled->info.device_name.empty());
  EXPECT_GE(compiled->info.threads, 1);
  EXPECT_TRUE(compiled->info.compile);
  EXPECT_TRUE(client->describe());
  const auto operators = client->operators();
  EXPECT_TRUE(operators) << operators.error().message;
}

TEST_F(Conformance, AWindowLastsAndCountsAsAsked) {
  const auto client = start_ready();
  for (const RunRequest request :
       {RunRequest{Seconds{0}, 1}, RunRequest{Seconds{0}, 7}, RunRequest{Seconds{0.05}, 1}}) {
    const auto ran = client->run(request);  // the client checks the stamps
    ASSERT_TRUE(ran) << ran.error().message;
    EXPECT_GE(std::ssize(ran->completions), request.min_batches);
    EXPECT_GE(ran->end - ran->begin, request.duration);
    if (request.duration == Seconds{0}) {
      EXPECT_LT(std::ssize(ran->completions), request.min_batches + slots_);
    }
  }
}

TEST_F(Conformance, TheThroughputHintRunsToo) {
  auto request = model();
  request.options.hint = "throughput";
  const auto client = start_ready(request);
  const auto ran = client->run({Seconds{0}, 5});
  ASSERT_TRUE(ran) << ran.error().message;
  for (std::int64_t slot = 0; slot < slots_; ++slot) EXPECT_TRUE(client->output(slot));
  EXPECT_FALSE(client->output(slots_));
}

TEST_F(Conformance, SeededImagesAreThoseOfTheDocument) {
  const auto client = start_ready();
  const std::vector<float> seeded = output_of(*client);
  const auto size = subject.image_size;
  std::vector<float> images(2 * image_values());
  base::Random(base::derive_seed(0, "input")).fill_normal(images);
  ASSERT_TRUE(client->set_input(engine::TensorView{{2, 3, size, size}, images}));
  expect_near(output_of(*client), seeded);
}

TEST_F(Conformance, AnImageGivesTheSameOutputAtAnyBatch) {
  const std::vector<float> two = output_of(*start_ready(model(2)));
  const std::vector<float> one = output_of(*start_ready(model(1)));
  ASSERT_EQ(two.size(), 2 * one.size());
  expect_near(one, std::span(two).first(one.size()));
  EXPECT_FALSE(std::ranges::equal(one, std::span(two).last(one.size())));
}

TEST_F(Conformance, ImagesBeyondTheDistinctOnesAreCopies) {
  const std::vector<float> five = output_of(*start_ready(model(5), 2));
  const std::size_t row = five.size() / 5;
  for (std::size_t i = 2; i < 5; ++i) {
    expect_near(std::span(five).subspan(i * row, row), std::span(five).subspan(i % 2 * row, row));
  }
}

TEST_F(Conformance, ATensorOfAnotherShapeIsRefused) {
  const auto client = start_ready();
  const std::vector<float> values(12);
  EXPECT_FALSE(client->set_input(engine::TensorView{{1, 3, 2, 2}, values}));
}

TEST_F(Conformance, CompilingAgainReplacesTheModel) {
  const auto client = start_ready(model(2));
  ASSERT_TRUE(client->compile(model(1)));
  EXPECT_FALSE(client->run({Seconds{0}, 1}));  // it has no input yet
  ASSERT_TRUE(client->set_input(SeededInput{}));
  ASSERT_TRUE(client->run({Seconds{0}, 1}));
  EXPECT_EQ(client->output(0)->shape.front(), 1);
}

// The least of many batch times: what else runs on the machine only adds to it.
Seconds shortest_batch(Client& client, const engine::TensorView& images) {
  EXPECT_TRUE(client.set_input(images));
  const auto ran = client.run({Seconds{0}, 10});
  EXPECT_TRUE(ran);
  Seconds shortest{std::numeric_limits<double>::infinity()};
  for (std::size_t i = 1; ran && i < ran->completions.size(); ++i) {
    shortest = std::min(shortest, ran->completions[i] - ran->completions[i - 1]);
  }
  return shortest;
}

// Without flush-to-zero, denormal numbers take a hundred times as long.
TEST_F(Conformance, DenormalImagesTakeNoLongerThanOthers) {
  const auto client = start_ready(model(1));
  const auto size = subject.image_size;
  std::vector<float> normal(image_values());
  base::Random(1).fill_normal(normal);
  std::vector<float> denormal = normal;
  for (float& value : denormal) value = std::copysign(std::numeric_limits<float>::denorm_min() * 1000.0F, value);
  Seconds of_normal{std::numeric_limits<double>::infinity()};
  Seconds of_denormal = of_normal;
  for (int round = 0; round < 5; ++round) {
    of_normal = std::min(of_normal, shortest_batch(*client, {{1, 3, size, size}, normal}));
    of_denormal = std::min(of_denormal, shortest_batch(*client, {{1, 3, size, size}, denormal}));
  }
  EXPECT_LT(of_denormal, 1.5 * of_normal);
}

Seconds cpu_time(pid_t pid) {
  clockid_t clock = 0;
  timespec time{};
  EXPECT_EQ(::clock_getcpuclockid(pid, &clock), 0);
  EXPECT_EQ(::clock_gettime(clock, &time), 0);
  return Seconds{static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9};
}

TEST_F(Conformance, IdleItUsesLessThanAThousandthOfACore) {
  const auto client = start_ready();
  ASSERT_TRUE(client->run({Seconds{0}, 10}));
  clock_.sleep_until(clock_.now() + Seconds{0.3});  // thread pools may spin for a moment after their work
  const auto cpu = cpu_time(client->pid());
  const auto begin = clock_.now();
  clock_.sleep_until(begin + Seconds{1.0});
  EXPECT_LT(cpu_time(client->pid()) - cpu, 1e-3 * (clock_.now() - begin));
}

// The part of `text` behind `name`, where it begins so.
std::optional<std::string> value_of(std::string_view text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  return std::string(text.substr(name.size()));
}

}  // namespace

bool read_arguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (auto value = value_of(argv[i], "--worker=")) {
      subject.location.executable = *value;
      subject.location.name = subject.location.executable.filename();
    } else if (auto argument = value_of(argv[i], "--argument=")) {
      subject.location.arguments.push_back(*argument);
    } else if (auto folder = value_of(argv[i], "--library-path=")) {
      subject.location.library_path = *folder;
    } else if (auto network = value_of(argv[i], "--model=")) {
      subject.model = *network;
    } else if (auto device = value_of(argv[i], "--device=")) {
      subject.device = *device;
    } else if (auto size = value_of(argv[i], "--image-size=")) {
      subject.image_size = base::parse_integer(*size).value_or(0);
    } else {
      return false;
    }
  }
  return !subject.location.executable.empty() && subject.image_size > 0;
}

}  // namespace wattlens::worker

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (!wattlens::worker::read_arguments(argc, argv)) {
    std::fputs(
        "conformance --worker=PROGRAM [--argument=ARGUMENT]... [--library-path=FOLDER] [--model=NETWORK]\n"
        "            [--image-size=N] [--device=ID]; see docs/worker-protocol.md\n",
        stderr);
    return 2;
  }
  return RUN_ALL_TESTS();
}
