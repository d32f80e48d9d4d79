#include "regions/mark_pipe.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "regions/mark.h"

namespace wattlens::regions {
namespace {

constexpr int kRoom = 1 << 20;  // what an ordinary user may ask for (fs.pipe-max-size)
constexpr std::size_t kPage = 4096;

}  // namespace

MarkPipe::MarkPipe(base::Path path, base::FileDescriptor pipe) : path_(std::move(path)), pipe_(std::move(pipe)) {
  ::fcntl(pipe_.get(), F_SETPIPE_SZ, kRoom);
  const int room = ::fcntl(pipe_.get(), F_GETPIPE_SZ);
  room_ = room > 0 ? static_cast<std::size_t>(room) : kPage;
}

Result<MarkPipe> MarkPipe::create(const base::Path& parent) {
  std::string folder = (parent / "wattlens-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) {
    return base::fail_errno(errno, fmt::format("cannot make a folder in {}", parent.string()), "set TMPDIR");
  }
  base::Path path = base::Path(folder) / "regions";
  int error = ::mkfifo(path.c_str(), S_IRUSR | S_IWUSR) == 0 ? 0 : errno;
  base::FileDescriptor pipe;
  if (error == 0) {
    // For writing too: else it would be at its end whenever no program has it open.
    pipe = base::FileDescriptor(::open(path.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC));
    error = pipe.is_open() ? 0 : errno;
  }
  if (error != 0) {
    ::unlink(path.c_str());
    ::rmdir(folder.c_str());
    return base::fail_errno(error, fmt::format("cannot make the pipe {}", path.string()), "set TMPDIR");
  }
  return MarkPipe(std::move(path), std::move(pipe));
}

MarkPipe::MarkPipe(MarkPipe&& other) noexcept
    : path_(std::exchange(other.path_, {})),
      pipe_(std::move(other.pipe_)),
      room_(other.room_),
      was_full_(other.was_full_) {}

MarkPipe::~MarkPipe() {
  if (path_.empty()) return;
  ::unlink(path_.c_str());
  ::rmdir(path_.parent_path().c_str());
}

bool MarkPipe::read(const std::function<void(std::string_view)>& take) {
  int waiting = 0;
  // The kernel fills pages, and a mark that does not fit into the rest of one begins the next.
  const std::size_t full = room_ - room_ / 8;
  if (::ioctl(pipe_.get(), FIONREAD, &waiting) == 0 && static_cast<std::size_t>(waiting) >= full) {
    was_full_ = true;
  }
  std::array<char, std::size_t{1} << 16> bytes{};
  std::size_t done = 0;
  while (done < kMostAtOnce) {
    const ssize_t count = ::read(pipe_.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    done += static_cast<std::size_t>(count);
    take({bytes.data(), static_cast<std::size_t>(count)});
  }
  return done > 0;
}

}  // namespace wattlens::regions
