#include "worker/client.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <utility>

#include "record/json.h"

namespace wattlens::worker {
namespace {

using base::Json;
using base::member;
using base::MonoTime;
using base::Seconds;

constexpr Seconds kQuitLimit{0.5};
// A worker whose batches take so much longer than before, and this besides, hangs.
constexpr double kSlowdown = 20.0;
constexpr Seconds kPatience{10.0};
constexpr int kMissingLibrary = 127;  // exit status of the dynamic loader

struct SocketPair {
  base::FileDescriptor ours;
  base::FileDescriptor theirs;
};

Result<SocketPair> make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return base::fail_errno(errno, "cannot create the socket of a worker");
  }
  SocketPair pair{base::FileDescriptor(ends[0]), base::FileDescriptor(ends[1])};
  ::fcntl(pair.ours.get(), F_SETFL, O_NONBLOCK);
  return pair;
}

std::vector<std::string> environment_of(const EngineLocation& location, const ClientOptions& options) {
  std::vector<std::string> environment;
  if (!location.library_path.empty()) environment.push_back("LD_LIBRARY_PATH=" + location.library_path.string());
  if (options.system_allocator) environment.emplace_back("WATTLENS_ALLOCATOR=system");
  return environment;
}

constexpr auto kMemoryHint = "it probably ran out of memory: use a smaller batch, or close other programs";

// The words in which allocators, thread libraries and engines say so.
bool speaks_of_memory(std::string_view words) {
  static constexpr std::array<std::string_view, 5> kSigns = {"bad_alloc", "ut of memory", "annot allocate",
                                                             "can't alloc", "Resource temporarily unavailable"};
  return std::ranges::any_of(kSigns, [&](std::string_view sign) { return words.find(sign) != words.npos; });
}

}  // namespace

Client::Client(ChildProcess process, base::FileDescriptor socket, SharedMemory memory, const EngineLocation& location,
               const ClientOptions& options, const base::Clock& clock, const base::Cancellation& cancellation)
    : process_(std::move(process)),
      socket_(std::move(socket)),
      memory_(std::move(memory)),
      location_(location),
      options_(options),
      clock_(clock),
      cancellation_(cancellation) {}

Result<std::unique_ptr<Client>> Client::start(const EngineLocation& location, const ClientOptions& options,
                                              const base::Clock& clock, const base::Cancellation& cancellation) {
  const MonoTime begin = clock.now();
  WATTLENS_TRY(auto memory, SharedMemory::create(options.shared_memory));
  WATTLENS_TRY(auto sockets, make_socket_pair());
  const ProcessOptions process_options{location.executable, location.arguments, environment_of(location, options),
                                       options.memory_budget};
  WATTLENS_TRY(auto process, ChildProcess::start(process_options, std::move(sockets.theirs)));
  std::unique_ptr<Client> client(new Client(std::move(process), std::move(sockets.ours), std::move(memory), location,
                                            options, clock, cancellation));
  WATTLENS_TRY(const Json reply, client->ask(hello_request(options.shared_memory), options.deadlines.hello,
                                             client->memory_.descriptor()));
  auto hello = hello_from_json(reply);
  if (!hello) return client->give_up(hello.error().message, hello.error().hint);
  client->hello_ = std::move(*hello);
  client->start_up_ = clock.now() - begin;
  return client;
}

Client::~Client() {
  if (!process_.exit() && socket_.is_open()) {
    const auto said = send_message(socket_.get(), Json{{"type", "quit"}});
    socket_.reset();
    if (said) process_.wait(kQuitLimit);
  }
}

Result<Compiled> Client::compile(const CompileRequest& request) {
  WATTLENS_TRY(const Json reply, ask(to_json(request), options_.deadlines.compile));
  auto compiled = compiled_from_json(reply);
  if (!compiled) return give_up(compiled.error().message);
  return compiled;
}

Result<void> Client::set_input(const SeededInput& input) {
  WATTLENS_CHECK(ask(to_json(input), options_.deadlines.answer));
  return {};
}

Result<void> Client::set_input(const engine::TensorView& images) {
  WATTLENS_TRY(const auto count, element_count(images.shape, memory_.floats().size()));
  if (count != images.values.size()) return fail(ErrorKind::internal, "the shape of the images is not their number");
  std::copy(images.values.begin(), images.values.end(), memory_.floats().begin());
  WATTLENS_CHECK(ask(Json{{"type", "set_input"}, {"shape", images.shape}}, options_.deadlines.answer));
  return {};
}

Result<void> Client::set_input(const FolderInput& input) {
  WATTLENS_CHECK(ask(to_json(input), options_.deadlines.answer));
  return {};
}

Result<TimedBatches> Client::run(const RunRequest& request, std::optional<Seconds> usual_batch) {
  const auto batches = static_cast<double>(request.min_batches + 1);
  Seconds limit = request.duration + batches * options_.deadlines.batch;
  if (usual_batch) limit = std::min(limit, request.duration + batches * kSlowdown * *usual_batch + kPatience);
  const MonoTime asked = clock_.now();
  WATTLENS_TRY(const Json reply, ask(to_json(request), limit));
  const auto ran = ran_from_json(reply);
  if (!ran) return give_up(ran.error().message);
  return checked_stamps(*ran, request, asked);
}

// A worker in any language may be wrong about the clock or the count: a number from it is checked before it is used.
Result<TimedBatches> Client::checked_stamps(const Ran& ran, const RunRequest& request, MonoTime asked) {
  const auto stamps = memory_.stamps();
  if (ran.batches < request.min_batches || std::cmp_greater(ran.batches, stamps.size())) {
    return give_up(fmt::format("the {} worker reported {} batches, at least {} were asked", location_.name, ran.batches,
                               request.min_batches));
  }
  TimedBatches batches{ran.begin, ran.end, {}, ran.peak_memory, ran.left_out};
  batches.completions.reserve(static_cast<std::size_t>(ran.batches));
  for (const std::int64_t stamp : stamps.first(static_cast<std::size_t>(ran.batches))) {
    batches.completions.push_back({stamp});
  }
  const auto& times = batches.completions;
  if (ran.begin < asked || ran.end > clock_.now() || times.front() < ran.begin || times.back() != ran.end ||
      !std::is_sorted(times.begin(), times.end())) {
    return give_up(fmt::format("the stamps of the {} worker are not ascending times of CLOCK_MONOTONIC inside the "
                               "window",
                               location_.name),
                   "docs/worker-protocol.md says what a worker must write");
  }
  return batches;
}

std::span<std::int64_t> Client::clear_records(std::int64_t requests) {
  const auto count = static_cast<std::size_t>(requests);
  if (memory_.stamps().size() / kWordsPerRequest < count) return {};
  const auto records = memory_.stamps().subspan(count, 4 * count);
  std::ranges::fill(records, 0);
  return records;
}

Result<ServedRequests> Client::serve(const ServeRequest& request, std::span<const std::int64_t> arrivals_ns,
                                     Seconds usual_batch) {
  const auto count = static_cast<std::size_t>(request.requests);
  if (memory_.stamps().size() / kWordsPerRequest < count) {
    return fail(ErrorKind::usage,
                fmt::format("{} requests are more than one window can hold: {}", count,
                            memory_.stamps().size() / kWordsPerRequest),
                "serve fewer requests in one window");
  }
  if (request.clients == 0 && arrivals_ns.size() != count) {
    return fail(ErrorKind::internal, "the schedule is not that of the requests");
  }
  std::ranges::copy(arrivals_ns, memory_.stamps().begin());
  const Seconds last{arrivals_ns.empty() ? 0.0 : static_cast<double>(arrivals_ns.back()) * 1e-9};
  // Each request may be a batch of its own, which takes at most as long as the largest.
  const Seconds work = static_cast<double>(request.requests) * kSlowdown * usual_batch;
  const MonoTime asked = clock_.now();
  WATTLENS_TRY(const Json reply, ask(to_json(request), last + work + kPatience));
  const auto ran = ran_from_json(reply);
  if (!ran) return give_up(ran.error().message);
  return checked_batches(*ran, request, asked);
}

// As with stamps: what does not fit together is no result.
Result<ServedRequests> Client::checked_batches(const Ran& ran, const ServeRequest& request, MonoTime asked) {
  const auto count = static_cast<std::size_t>(request.requests);
  const auto words = memory_.stamps();
  ServedRequests served{ran.begin, {words.begin(), words.begin() + static_cast<std::ptrdiff_t>(count)}, {}, {}};
  served.peak_memory = ran.peak_memory;
  served.left_out = ran.left_out;
  bool right = ran.batches >= 1 && ran.batches <= request.requests && ran.begin >= asked && ran.end <= clock_.now();
  std::int64_t images = 0;
  std::int64_t free = 0;
  for (std::int64_t i = 0; right && i < ran.batches; ++i) {
    const auto record = words.subspan(count + 4 * static_cast<std::size_t>(i), 4);
    const auto [due, begin, end, size] = std::array{record[0], record[1], record[2], record[3]};
    right = 0 <= due && due <= begin && begin >= free && begin <= end && end <= ran.end.ns - ran.begin.ns &&
            size >= 1 && size <= std::min(request.policy.most, request.requests - images);
    if (!right) break;
    images += size;
    right = served.arrivals_ns[static_cast<std::size_t>(images - 1)] <= begin;  // nobody is served before he has come
    free = end;
    const auto at = [&](std::int64_t offset) { return MonoTime{ran.begin.ns + offset}; };
    served.batches.push_back({at(due), at(begin), at(end), size});
  }
  if (!right || images != request.requests || free != ran.end.ns - ran.begin.ns ||
      !std::ranges::is_sorted(served.arrivals_ns)) {
    return give_up(
        fmt::format("what the {} worker says of the requests that it served does not fit together", location_.name),
        "docs/worker-protocol.md says what a worker must write");
  }
  return served;
}

Result<Tensor> Client::output(std::int64_t slot) {
  WATTLENS_TRY(const Json reply, ask(Json{{"type", "output"}, {"slot", slot}}, options_.deadlines.answer));
  auto shape = shape_from_json(reply);
  if (!shape) return give_up(shape.error().message);
  const auto count = element_count(*shape, memory_.floats().size());
  if (!count) return give_up(count.error().message);
  const auto values = memory_.floats().first(*count);
  return Tensor{std::move(*shape), {values.begin(), values.end()}};
}

Result<record::WorkloadInfo> Client::describe() {
  WATTLENS_TRY(const Json reply, ask(Json{{"type", "describe"}}, options_.deadlines.answer));
  const auto json = member<Json>(reply, "info");
  if (!json) return give_up(json.error().message);
  auto info = record::workload_info_from_json(*json);
  if (!info) return give_up(info.error().message);
  return info;
}

Result<std::vector<engine::Operator>> Client::operators() {
  WATTLENS_TRY(const Json reply, ask(Json{{"type", "operators"}}, options_.deadlines.answer));
  const auto bytes = member<std::int64_t>(reply, "bytes");
  if (!bytes || *bytes < 0 || std::cmp_greater(*bytes, memory_.text().size())) {
    return give_up("the operators do not lie in the shared memory");
  }
  const auto text = memory_.text().first(static_cast<std::size_t>(*bytes));
  const auto json = base::parse_json({text.data(), text.size()}, "the list of operators");
  if (!json) return give_up(json.error().message);
  auto operators = operators_from_json(*json);
  if (!operators) return give_up(operators.error().message);
  return operators;
}

Result<Json> Client::ask(Json request, Seconds limit, int descriptor) {
  const auto what = request["type"].get<std::string>();
  if (process_.exit() || !socket_.is_open()) {
    return fail(ErrorKind::run_failed, fmt::format("the {} worker has already ended", location_.name));
  }
  request["id"] = ++last_id_;
  if (!send_message(socket_.get(), request, descriptor)) return ended(what);
  WATTLENS_TRY(Json reply, wait_for_reply(what, clock_.now() + limit));
  return checked_reply(std::move(reply), what);
}

Result<Json> Client::wait_for_reply(std::string_view what, MonoTime deadline) {
  while (true) {
    auto message = reader_.next();
    if (!message) return give_up(fmt::format("{} worker: {}", location_.name, message.error().message));
    if (*message) return std::move(**message);
    WATTLENS_TRY(const bool readable, wait_for_input(what, deadline));
    if (!readable) continue;
    const auto status = reader_.read(socket_.get());
    if (!status) return give_up(fmt::format("{} worker: {}", location_.name, status.error().message));
    if (*status == FrameReader::Status::closed) return ended(what);
  }
}

// Sleeps until something happens; true when the socket has something to read.
Result<bool> Client::wait_for_input(std::string_view what, MonoTime deadline) {
  const Seconds left = deadline - clock_.now();
  if (left <= Seconds{0}) {
    return give_up(fmt::format("the {} worker did not answer \"{}\" in time and was stopped", location_.name, what),
                   "is the machine overloaded or out of memory? run again with a smaller batch");
  }
  // A closed descriptor would be ready for ever: -1 takes it out of the wait.
  std::array<pollfd, 4> waits{{{socket_.get(), POLLIN, 0},
                               {cancellation_.fd(), POLLIN, 0},
                               {process_.exit_fd(), POLLIN, 0},
                               {output_open_ ? process_.output_fd() : -1, POLLIN, 0}}};
  const double slice = std::min(std::ceil(left.value * 1e3), 1e6);
  if (::poll(waits.data(), waits.size(), static_cast<int>(slice)) < 0 && errno != EINTR) {
    return give_up("cannot wait for the worker");
  }
  if (waits[1].revents != 0 || cancellation_.requested()) {
    process_.kill();
    return fail(ErrorKind::cancelled, fmt::format("interrupted while the {} worker did \"{}\"", location_.name, what));
  }
  if (waits[3].revents != 0) output_open_ = process_.read_output();
  if (waits[0].revents != 0) return true;
  if (waits[2].revents != 0) return ended(what);
  return false;
}

Result<Json> Client::checked_reply(Json reply, std::string_view what) {
  const auto type = member<std::string>(reply, "type");
  const auto id = member<std::int64_t>(reply, "id");
  if (!type || !id || *id != last_id_) {
    return give_up(
        fmt::format("the {} worker answered \"{}\" with something that is not its answer", location_.name, what));
  }
  if (*type == "error") {
    Error error = error_from_json(reply);
    if (error.hint.empty() && speaks_of_memory(error.message)) error.hint = kMemoryHint;
    return std::unexpected(std::move(error));
  }
  if (*type != what) {
    return give_up(fmt::format("the {} worker answered \"{}\" with \"{}\"", location_.name, what, *type));
  }
  return reply;
}

std::unexpected<Error> Client::give_up(std::string message, std::string hint) {
  process_.kill();
  if (const auto words = process_.last_words(); !words.empty()) message += "; it last said: " + words;
  return fail(ErrorKind::run_failed, std::move(message), std::move(hint));
}

// The worker has closed its socket or ended: says how, and what that means.
std::unexpected<Error> Client::ended(std::string_view what) {
  process_.wait(Seconds{2.0});
  const std::optional<Exit> exit = process_.exit();
  if (!exit) return give_up(fmt::format("the {} worker closed its connection", location_.name));
  const std::string words = process_.last_words();
  if (exit->status == kMissingLibrary && what == "hello") {
    const auto where = location_.library_path.empty() ? location_.executable : location_.library_path;
    return fail(ErrorKind::not_measurable,
                fmt::format("engine not found at {}{}{}", where.string(), words.empty() ? "" : ": ", words),
                "run make setup");
  }
  std::string message = fmt::format("the {} worker {} during \"{}\"", location_.name, exit->describe(), what);
  if (!words.empty()) message += "; it last said: " + words;
  if (exit->signal == SIGKILL || speaks_of_memory(words)) {
    return fail(ErrorKind::run_failed, std::move(message), kMemoryHint);
  }
  return fail(ErrorKind::run_failed, std::move(message), "the other points are not affected; please report it");
}

}  // namespace wattlens::worker
