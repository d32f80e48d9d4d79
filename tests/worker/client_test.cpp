#include "worker/client.h"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <ctime>
#include <thread>

#include "base/random.h"
#include "fake/fake_location.h"

namespace wattlens::worker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class WorkerClient : public testing::Test {
 protected:
  std::unique_ptr<Client> start(std::vector<std::string> arguments) {
    auto client = Client::start(fake::location(std::move(arguments)), {}, clock_, cancellation_);
    EXPECT_TRUE(client) << client.error().message;
    return client ? std::move(*client) : nullptr;
  }

  std::unique_ptr<Client> start_prepared(std::vector<std::string> arguments) {
    auto client = start(std::move(arguments));
    EXPECT_TRUE(client->compile(request_));
    EXPECT_TRUE(client->set_input(SeededInput{}));
    return client;
  }

  base::SystemClock clock_;
  base::Cancellation cancellation_;
  CompileRequest request_ = [] {
    CompileRequest request;
    request.source.network = "alexnet";
    request.source.classes = 6;
    request.options.batch = 2;
    request.options.image_size = 4;
    return request;
  }();
};

TEST_F(WorkerClient, LearnsWhatTheEngineIsAndHas) {
  const auto client = start({});
  EXPECT_EQ(client->hello().engine, "fake");
  EXPECT_EQ(client->hello().engine_version, "1.0");
  ASSERT_EQ(client->hello().devices.size(), 1U);
  EXPECT_THAT(client->hello().devices[0].precisions, ElementsAre("f32", "bf16", "f16"));
  EXPECT_GT(client->start_up(), base::Seconds{0});
}

TEST_F(WorkerClient, WaitsForAWorkerThatStartsSlowly) {
  const auto client = start({"--mode", "slow_start"});
  EXPECT_GE(client->start_up(), base::Seconds{0.2});
}

TEST_F(WorkerClient, ACompiledModelIsDescribed) {
  const auto client = start({"--slots", "3"});
  const auto compiled = client->compile(request_);
  ASSERT_TRUE(compiled) << compiled.error().message;
  EXPECT_EQ(compiled->slots, 3);
  EXPECT_EQ(compiled->info.device_name, "fake device");
  EXPECT_TRUE(compiled->info.compile);
  EXPECT_TRUE(compiled->info.peak_memory);
  EXPECT_EQ(client->describe()->streams, 3);
}

TEST_F(WorkerClient, TheOperatorsOfTheModelComeWithTheirShapes) {
  const auto client = start_prepared({});
  const auto operators = client->operators();
  ASSERT_TRUE(operators) << operators.error().message;
  ASSERT_EQ(operators->size(), 1U);
  EXPECT_EQ((*operators)[0].type, "MatMul");
  EXPECT_THAT((*operators)[0].inputs, ElementsAre(ElementsAre(2, 48), ElementsAre(48, 6)));
  ASSERT_EQ((*operators)[0].weights.size(), 1U);
  EXPECT_EQ((*operators)[0].weights[0].name, "mix");
  EXPECT_THAT((*operators)[0].weights[0].shape, ElementsAre(48, 6));
}

TEST_F(WorkerClient, AWindowHasAStampPerBatch) {
  const auto client = start_prepared({"--batch-us", "500"});
  const auto before = clock_.now();
  const auto batches = client->run({base::Seconds{0.01}, 5});
  ASSERT_TRUE(batches) << batches.error().message;
  EXPECT_GE(batches->begin, before);
  EXPECT_GE(batches->completions.size(), 5U);
  EXPECT_EQ(batches->completions.back(), batches->end);
  EXPECT_GE(batches->end - batches->begin, base::Seconds{0.01});
  EXPECT_GT(batches->peak_memory, base::Bytes{0});
}

TEST_F(WorkerClient, ManyBatchesFitIntoAWindow) {
  const auto client = start_prepared({"--batch-us", "0"});
  const auto batches = client->run({base::Seconds{0}, 100'000});
  ASSERT_TRUE(batches) << batches.error().message;
  EXPECT_EQ(batches->completions.size(), 100'000U);
}

TEST_F(WorkerClient, TheOutputIsThatOfTheInput) {
  const auto client = start_prepared({});
  ASSERT_TRUE(client->run({base::Seconds{0}, 1}));
  const auto output = client->output(0);
  ASSERT_TRUE(output) << output.error().message;
  EXPECT_THAT(output->shape, ElementsAre(2, 6));
  std::vector<float> images(96);
  base::Random(base::derive_seed(0, "input")).fill_normal(images);
  EXPECT_EQ(output->values[5], images[5]);
  EXPECT_EQ(output->values[6], images[48]);
}

TEST_F(WorkerClient, ImagesOfTheClientReachTheModel) {
  const auto client = start_prepared({});
  std::vector<float> images(96, 0.25F);
  ASSERT_TRUE(client->set_input(engine::TensorView{{2, 3, 4, 4}, images}));
  EXPECT_EQ(client->output(0)->values[7], 0.25F);
}

TEST_F(WorkerClient, AnErrorOfTheEngineLeavesTheWorkerUsable) {
  const auto client = start({"--most-images", "2"});
  request_.options.batch = 3;
  const auto compiled = client->compile(request_);
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().kind, ErrorKind::run_failed);
  EXPECT_EQ(compiled.error().message, "out of memory");
  request_.options.batch = 2;
  EXPECT_TRUE(client->compile(request_));
}

TEST_F(WorkerClient, AUsersMistakeKeepsItsKindAndHint) {
  const auto client = start({});
  request_.source.network = "no_such_network";
  const auto compiled = client->compile(request_);
  ASSERT_FALSE(compiled);
  EXPECT_EQ(compiled.error().kind, ErrorKind::usage);
  EXPECT_EQ(compiled.error().hint, "wattlens network list");
}

TEST_F(WorkerClient, AWorkerThatTalksTooMuchStillWorks) {
  const auto client = start_prepared({"--mode", "noisy"});
  EXPECT_TRUE(client->run({base::Seconds{0}, 3}));
}

TEST_F(WorkerClient, TheLibraryPathIsSetForTheWorkerOnly) {
  auto location = fake::location();
  location.library_path = "/no/such/libraries";
  const auto client = Client::start(location, {}, clock_, cancellation_);
  ASSERT_TRUE(client);
  const auto environment = base::read_text(fmt::format("/proc/{}/environ", (*client)->pid()));
  ASSERT_TRUE(environment);
  EXPECT_THAT(*environment, HasSubstr("LD_LIBRARY_PATH=/no/such/libraries"));
  const char* ours = std::getenv("LD_LIBRARY_PATH");
  EXPECT_FALSE(ours != nullptr && std::string_view(ours) == "/no/such/libraries");
}

TEST_F(WorkerClient, AWorkerIsToldToLeaveTheAllocatorAloneOnlyOnRequest) {
  for (const bool wanted : {false, true}) {
    ClientOptions options;
    options.system_allocator = wanted;
    const auto client = Client::start(fake::location(), options, clock_, cancellation_);
    ASSERT_TRUE(client);
    const auto environment = base::read_text(fmt::format("/proc/{}/environ", (*client)->pid()));
    ASSERT_TRUE(environment);
    EXPECT_EQ(environment->contains("WATTLENS_ALLOCATOR=system"), wanted);
  }
}

// CPU time of all threads of a process.
base::Seconds cpu_time(pid_t pid) {
  clockid_t clock = 0;
  timespec time{};
  EXPECT_EQ(::clock_getcpuclockid(pid, &clock), 0);
  EXPECT_EQ(::clock_gettime(clock, &time), 0);
  return base::Seconds{static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9};
}

TEST_F(WorkerClient, AnIdleWorkerUsesLessThanAThousandthOfACore) {
  const auto client = start_prepared({});
  ASSERT_TRUE(client->run({base::Seconds{0}, 10}));
  const auto cpu = cpu_time(client->pid());
  const auto begin = clock_.now();
  clock_.sleep_until(begin + base::Seconds{0.3});
  EXPECT_LT(cpu_time(client->pid()) - cpu, 1e-3 * (clock_.now() - begin));
}

TEST_F(WorkerClient, WaitingForAWindowUsesAlmostNoCpuTime) {
  const auto client = start_prepared({});
  const auto cpu = base::thread_cpu_time();
  ASSERT_TRUE(client->run({base::Seconds{0.3}, 1}));
  EXPECT_LT(base::thread_cpu_time() - cpu, base::milliseconds(1.5));  // 0.5 % of a core
}

}  // namespace
}  // namespace wattlens::worker
