#include "machine/measuring_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/text.h"

namespace wattlens::machine {
namespace {

constexpr mode_t kForEverybody = 0666;

// The kernel may refuse O_CREAT on the file of another user in a folder for everybody (fs.protected_regular), and
// someone may have put a link there: so it is opened without either, and made only where nothing is.
base::FileDescriptor open_or_make(const base::Path& file) {
  constexpr int kFlags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  for (int attempt = 0; attempt < 3; ++attempt) {
    base::FileDescriptor opened(::open(file.c_str(), O_RDWR | kFlags));
    if (!opened.is_open() && errno == EACCES) opened = base::FileDescriptor(::open(file.c_str(), O_RDONLY | kFlags));
    if (opened.is_open() || errno != ENOENT) return opened;
    base::FileDescriptor made(::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | kFlags, kForEverybody));
    if (made.is_open()) {
      ::fchmod(made.get(), kForEverybody);  // past the umask
      return made;
    }
    if (errno != EEXIST) return made;
  }
  return {};
}

// "4711 resnet50, mobilenet_v2", as take() writes it.
std::string holder_of(int file) {
  std::array<char, 512> text{};
  const ssize_t length = ::pread(file, text.data(), text.size(), 0);
  if (length <= 0) return "another process is measuring on this machine";
  const std::string_view line = base::trim(std::string_view(text.data(), static_cast<std::size_t>(length)));
  const std::size_t blank = line.find(' ');
  const auto pid = base::parse_integer(line.substr(0, blank));
  if (!pid || blank == line.npos) return "another process is measuring on this machine";
  std::string what(line.substr(blank + 1));
  for (char& c : what) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';  // whoever wrote it: it goes to a terminal
  }
  return fmt::format("process {} is measuring on this machine ({})", *pid, what);
}

}  // namespace

Result<MeasuringLock> MeasuringLock::take(const base::Path& file, std::string_view what) {
  base::FileDescriptor opened = open_or_make(file);
  if (!opened.is_open()) {
    return base::fail_errno(errno, fmt::format("cannot open the lock file {}", file.string()),
                            "nothing keeps another wattlens from measuring at the same time");
  }
  if (::flock(opened.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return base::fail_errno(errno, fmt::format("cannot lock {}", file.string()));
    return fail(ErrorKind::not_measurable, holder_of(opened.get()),
                "wait for it with --wait; or measure beside it with --share-machine, and a warning in every run");
  }
  const std::string text = fmt::format("{} {}\n", ::getpid(), what.substr(0, 400));
  // Only a label: a file of another user, or a full disk, still locks.
  if (::ftruncate(opened.get(), 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(opened.get(), text.data(), text.size(), 0);
  }
  return MeasuringLock(std::move(opened));
}

std::optional<std::int64_t> MeasuringLock::holder(const base::Path& file) {
  const base::FileDescriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  std::array<char, 32> text{};
  const ssize_t length = opened.is_open() ? ::pread(opened.get(), text.data(), text.size(), 0) : -1;
  if (length <= 0) return std::nullopt;
  const std::string_view line(text.data(), static_cast<std::size_t>(length));
  return base::parse_integer(line.substr(0, line.find(' ')));
}

base::Path MeasuringLock::default_file(const base::Path& root) {
  for (const auto* folder : {"run/lock", "tmp"}) {
    struct stat found{};
    const base::Path path = root / folder;
    if (::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode) && (found.st_mode & S_IWOTH) != 0) {
      return path / "wattlens.lock";
    }
  }
  return root / "tmp/wattlens.lock";
}

}  // namespace wattlens::machine
