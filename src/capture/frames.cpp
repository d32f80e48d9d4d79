#include "capture/frames.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>

#include "base/json.h"
#include "base/text.h"

namespace wattlens::capture {
namespace {

using base::Json;
using base::Path;

constexpr std::string_view kSchema = "wattlens.frames/1";
constexpr base::Seconds kPeriod{0.01};
constexpr std::int64_t kSlowTicks = 10;  // the processors' times are long and move a hundred times a second at most
constexpr std::uintmax_t kMostBytes = std::uintmax_t{16} << 20U;
constexpr std::size_t kMostFiles = 100'000;

struct Frame {
  std::int64_t time_us = 0;
  std::size_t file = 0;
  std::string text;
};

struct Frames {
  std::vector<std::string> files;
  std::vector<Frame> frames;
};

std::unexpected<Error> bad(const Path& file, std::string_view what) {
  return fail(ErrorKind::usage, fmt::format("{}: {}", file.string(), what),
              "give the folder as `wattlens record` made it, or one without that file");
}

// A path that stays below the folder: of frames that somebody else sent.
bool stays_below(const std::string& path) {
  const Path parsed(path);
  return !path.empty() && parsed.is_relative() &&
         std::ranges::none_of(parsed, [](const Path& part) { return part == ".." || part == "wattlens"; });
}

Result<Frames> read_frames(const Path& file) {
  WATTLENS_TRY(const std::string text, base::read_text(file));
  Frames frames;
  bool first = true;
  for (const std::string_view line : base::split(text, '\n')) {
    if (line.empty()) continue;
    WATTLENS_TRY(const Json json, base::parse_json(line, file.string()));
    if (std::exchange(first, false)) {
      const auto schema = base::member<std::string>(json, "schema");
      if (!schema || *schema != kSchema) return bad(file, fmt::format("is not of {}", kSchema));
      WATTLENS_TRY(const Json files, base::member<Json>(json, "files"));
      for (const Json& path : files) {
        if (!path.is_string() || !stays_below(path.get<std::string>())) return bad(file, "names a file elsewhere");
        frames.files.push_back(path.get<std::string>());
      }
      continue;
    }
    const bool right = json.is_array() && json.size() == 3 && json[0].is_number_integer() &&
                       json[1].is_number_unsigned() && json[2].is_string();
    if (!right || json[1].get<std::size_t>() >= frames.files.size()) return bad(file, "has a line that is no frame");
    frames.frames.push_back({json[0].get<std::int64_t>(), json[1].get<std::size_t>(), json[2].get<std::string>()});
    if (frames.frames.size() > 1 && frames.frames.back().time_us < frames.frames.end()[-2].time_us) {
      return bad(file, "goes back in time");
    }
  }
  return frames;
}

// Plain files, and links as record makes them; nothing else is taken from a folder that somebody else sent.
Result<void> copy_tree(const Path& from, const Path& to) {
  std::error_code error;
  std::size_t count = 0;
  std::filesystem::recursive_directory_iterator walk(from, error);
  for (; !error && walk != std::filesystem::recursive_directory_iterator(); walk.increment(error)) {
    if (++count > kMostFiles) return bad(from, "holds too many files");
    const Path relative = walk->path().lexically_relative(from);
    const Path path = to / relative;
    std::error_code failed;
    if (relative == "wattlens") {
      walk.disable_recursion_pending();
    } else if (walk->is_symlink(failed)) {
      const Path target = std::filesystem::read_symlink(walk->path(), failed);
      if (target.is_relative() && path.filename() == "device") std::filesystem::create_symlink(target, path, failed);
    } else if (walk->is_directory(failed)) {
      std::filesystem::create_directory(path, failed);
    } else if (walk->is_regular_file(failed)) {
      if (walk->file_size(failed) > kMostBytes) return bad(walk->path(), "is too large for a file of /proc or /sys");
      const auto mode = walk->status(failed).permissions();
      WATTLENS_CHECK(base::write_text(path, base::read_text(walk->path()).value_or("")));
      std::filesystem::permissions(path, mode, failed);
    }
    if (failed) return fail(ErrorKind::io, fmt::format("cannot copy {}: {}", walk->path().string(), failed.message()));
  }
  if (error) return fail(ErrorKind::io, fmt::format("cannot read {}: {}", from.string(), error.message()));
  return {};
}

// As the kernel changes it: a reader that holds the file open sees the new text.
void rewrite(const base::FileDescriptor& file, std::string_view text) {
  if (!file.is_open()) return;
  if (::pwrite(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size())) {
    (void)::ftruncate(file.get(), static_cast<off_t>(text.size()));
  }
}

}  // namespace

std::string record_frames(const base::Path& root, const std::vector<CapturedFile>& files, base::Seconds duration,
                          const base::Clock& clock, const base::Cancellation& cancel) {
  std::vector<std::string> paths;
  std::vector<std::string> last;
  for (const CapturedFile& file : files) {
    if (!is_moving(file)) continue;
    paths.push_back(file.path);
    last.push_back(*file.text);
  }
  std::string out = base::to_text(Json{{"schema", kSchema}, {"files", paths}}) + '\n';
  const base::MonoTime begin = clock.now();
  for (std::int64_t tick = 0;; ++tick) {
    const base::Seconds since = clock.now() - begin;
    if (since > duration) return out;
    for (std::size_t i = 0; i < paths.size(); ++i) {
      if (paths[i] == "proc/stat" && tick % kSlowTicks != 0) continue;
      const base::Seconds now = clock.now() - begin;
      auto text = base::read_text(root / paths[i]);
      if (!text) continue;
      std::string passed = passed_on(paths[i], *std::move(text));
      if (passed == last[i]) continue;
      last[i] = std::move(passed);
      out += base::to_text(Json::array({static_cast<std::int64_t>(now.value * 1e6), i, last[i]})) + '\n';
    }
    if (cancel.sleep_until(clock, begin + static_cast<double>(tick + 1) * kPeriod)) return out;
  }
}

struct Replay::State {
  Path root;
  Path copy;  // empty: nothing is played
  std::jthread player;

  ~State() {
    if (player.joinable()) {
      player.request_stop();
      player.join();
    }
    std::error_code ignored;
    if (!copy.empty()) std::filesystem::remove_all(copy, ignored);
  }

  void play(Frames frames) {
    std::vector<base::FileDescriptor> files;
    for (const std::string& path : frames.files) {
      files.emplace_back(::open((copy / path).c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    }
    player = std::jthread([frames = std::move(frames), files = std::move(files)](const std::stop_token& stop) {
      std::mutex mutex;
      std::condition_variable_any woken;
      std::unique_lock lock(mutex);
      const auto begin = std::chrono::steady_clock::now();
      for (const Frame& frame : frames.frames) {
        woken.wait_until(lock, stop, begin + std::chrono::microseconds(frame.time_us), [] { return false; });
        if (stop.stop_requested()) return;
        rewrite(files[frame.file], frame.text);
      }
    });
  }
};

Replay::Replay(std::unique_ptr<State> state) : state_(std::move(state)) {}
Replay::~Replay() = default;

Result<std::unique_ptr<Replay>> Replay::open(const base::Path& folder) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder / "proc", error) && !std::filesystem::is_directory(folder / "sys", error)) {
    return fail(ErrorKind::usage, fmt::format("{} holds no machine: neither proc nor sys is in it", folder.string()),
                "give a folder that `wattlens record` made");
  }
  auto state = std::make_unique<State>();
  state->root = folder;
  if (const Path file = folder / kFramesFile; std::filesystem::exists(file, error)) {
    WATTLENS_TRY(Frames frames, read_frames(file));
    std::string name = (std::filesystem::temp_directory_path(error) / "wattlens-replay-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) return base::fail_errno(errno, fmt::format("cannot make {}", name));
    state->root = state->copy = name;
    WATTLENS_CHECK(copy_tree(folder, state->copy));
    state->play(std::move(frames));
  }
  return std::unique_ptr<Replay>(new Replay(std::move(state)));
}

const base::Path& Replay::root() const { return state_->root; }

}  // namespace wattlens::capture
