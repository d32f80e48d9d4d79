#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "fake/fake_location.h"
#include "worker/client.h"

namespace wattlens::worker {
namespace {

using testing::AllOf;
using testing::HasSubstr;

CompileRequest small_model(std::int64_t batch = 1, std::int64_t image_size = 2) {
  CompileRequest request;
  request.source.network = "alexnet";
  request.source.classes = 4;
  request.options.batch = batch;
  request.options.image_size = image_size;
  return request;
}

class WorkerFailure : public testing::Test {
 protected:
  Result<std::unique_ptr<Client>> start(std::vector<std::string> arguments) {
    return Client::start(fake::location(std::move(arguments)), options_, clock_, cancellation_);
  }

  // The error of starting a worker of that mode.
  Error start_error(const std::string& mode) {
    const auto client = start({"--mode", mode});
    EXPECT_FALSE(client) << mode;
    return client ? Error{} : client.error();
  }

  // The error of one window of a worker with these arguments.
  Error run_error(std::vector<std::string> arguments) {
    const auto client = start(std::move(arguments));
    EXPECT_TRUE(client) << client.error().message;
    if (!client) return {};
    EXPECT_TRUE((*client)->compile(small_model()));
    EXPECT_TRUE((*client)->set_input(SeededInput{}));
    const auto batches = (*client)->run({base::Seconds{0}, 2});
    EXPECT_FALSE(batches);
    usable_ = (*client)->describe().has_value();
    return batches ? Error{} : batches.error();
  }

  ClientOptions options_;
  base::SystemClock clock_;
  base::Cancellation cancellation_;
  bool usable_ = false;  // after run_error()
};

TEST_F(WorkerFailure, AnExecutableThatIsNotThere) {
  const auto client = Client::start({"fake", "/no/such/worker", {}, {}}, options_, clock_, cancellation_);
  ASSERT_FALSE(client);
  EXPECT_EQ(client.error().kind, ErrorKind::not_measurable);
}

TEST_F(WorkerFailure, AMissingEngineLibrarySaysHowToGetIt) {
  const Error error = start_error("missing_library");
  EXPECT_EQ(error.kind, ErrorKind::not_measurable);
  EXPECT_THAT(error.message, AllOf(HasSubstr("engine not found at"), HasSubstr("libfake.so")));
  EXPECT_EQ(error.hint, "run make setup");
}

TEST_F(WorkerFailure, AnEarlyEndNamesItsStatusAndLastWords) {
  const Error error = start_error("exit");
  EXPECT_EQ(error.kind, ErrorKind::run_failed);
  EXPECT_THAT(error.message, AllOf(HasSubstr("exited with status 3"), HasSubstr("\"hello\""),
                                   HasSubstr("first line | the licence has expired")));
}

TEST_F(WorkerFailure, AnOldProtocolIsOneClearError) {
  const Error error = start_error("old_protocol");
  EXPECT_EQ(error.message, "the worker speaks protocol 0, this wattlens speaks 1");
  EXPECT_THAT(error.hint, HasSubstr("build the worker again"));
}

TEST_F(WorkerFailure, ANewerProtocolIsOneClearError) {
  EXPECT_THAT(start_error("new_protocol").hint, HasSubstr("build wattlens again"));
}

TEST_F(WorkerFailure, Garbage) { EXPECT_THAT(start_error("garbage").message, HasSubstr("not valid JSON")); }

TEST_F(WorkerFailure, ATruncatedMessage) { EXPECT_EQ(start_error("truncated").kind, ErrorKind::run_failed); }

TEST_F(WorkerFailure, AnAnnouncementOfTooManyBytes) {
  EXPECT_THAT(start_error("oversized").message, HasSubstr("announced a message of"));
}

TEST_F(WorkerFailure, AnAnswerToAnotherQuestion) {
  EXPECT_THAT(start_error("wrong_id").message, HasSubstr("is not its answer"));
}

TEST_F(WorkerFailure, AHangAtTheStart) {
  options_.deadlines.hello = base::Seconds{0.05};
  const Error error = start_error("hang_at_start");
  EXPECT_EQ(error.kind, ErrorKind::run_failed);
  EXPECT_THAT(error.message, HasSubstr("did not answer \"hello\" in time and was stopped"));
}

TEST_F(WorkerFailure, AHangInAWindow) {
  options_.deadlines.batch = base::Seconds{0.02};
  EXPECT_THAT(run_error({"--fault", "hang"}).message, HasSubstr("did not answer \"run\" in time"));
  EXPECT_FALSE(usable_);
}

TEST_F(WorkerFailure, ACrashInAWindow) {
  const Error error = run_error({"--fault", "crash"});
  EXPECT_EQ(error.kind, ErrorKind::run_failed);
  EXPECT_THAT(error.message, HasSubstr("\"run\""));
  EXPECT_FALSE(usable_);
}

TEST_F(WorkerFailure, AKillBySomebodyElseIsTakenForWantOfMemory) {
  const auto client = start({});
  ASSERT_TRUE(client);
  ASSERT_EQ(::kill((*client)->pid(), SIGKILL), 0);
  const auto info = (*client)->describe();
  ASSERT_FALSE(info);
  EXPECT_THAT(info.error().message, HasSubstr("was killed by signal 9"));
  EXPECT_THAT(info.error().hint, HasSubstr("smaller batch"));
}

TEST_F(WorkerFailure, AnErrorThatTheEngineReportsLeavesTheWorkerUsable) {
  const Error error = run_error({"--fault", "failure"});
  EXPECT_EQ(error.message, "the device is on fire");
  EXPECT_EQ(error.hint, "call somebody");
  EXPECT_TRUE(usable_);
}

TEST_F(WorkerFailure, WantOfMemoryThatAnEngineDoesNotExplainIsExplained) {
  const Error error = run_error({"--fault", "no_memory"});
  EXPECT_EQ(error.message, "cannot run: can't alloc");
  EXPECT_THAT(error.hint, HasSubstr("smaller batch"));
}

TEST_F(WorkerFailure, StampsOfAnotherClockAreRefused) {
  EXPECT_THAT(run_error({"--mode", "wrong_clock"}).message, HasSubstr("CLOCK_MONOTONIC"));
}

TEST_F(WorkerFailure, FewerBatchesThanAskedAreRefused) {
  EXPECT_THAT(run_error({"--mode", "too_few"}).message, HasSubstr("reported 1 batches, at least 2"));
}

TEST_F(WorkerFailure, ACancelledWindowEndsTheWorkerAtOnce) {
  const auto client = start({"--batch-us", "1000000000"});
  ASSERT_TRUE(client);
  ASSERT_TRUE((*client)->compile(small_model()));
  ASSERT_TRUE((*client)->set_input(SeededInput{}));
  std::jthread user([&] { cancellation_.request(); });
  const auto batches = (*client)->run({base::Seconds{0}, 1});
  ASSERT_FALSE(batches);
  EXPECT_EQ(batches.error().kind, ErrorKind::cancelled);
  EXPECT_NE(::kill((*client)->pid(), 0), 0);
}

TEST_F(WorkerFailure, AMemoryBudgetMakesABatchThatIsTooLargeAnError) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's shadow memory does not fit into a budget";
#endif
  options_.memory_budget = base::mebibytes(64);
  const auto client = start({});
  ASSERT_TRUE(client) << client.error().message;
  ASSERT_TRUE((*client)->compile(small_model(1000, 224)));
  const auto input = (*client)->set_input(SeededInput{});
  ASSERT_FALSE(input);
  EXPECT_EQ(input.error().message, "out of memory");
  EXPECT_THAT(input.error().hint, HasSubstr("smaller batch"));
  EXPECT_TRUE((*client)->compile(small_model(1, 224)));
}

}  // namespace
}  // namespace wattlens::worker
