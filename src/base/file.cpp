#include "base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace wattlens::base {
namespace {

std::string hint_for(int error_number) {
  switch (error_number) {
    case ENOENT: return "check the path";
    case EACCES:
    case EPERM: return "check the permissions of the file and its folders";
    case ENOSPC: return "free some space on that disk";
    case EROFS: return "choose a folder on a writable disk";
    default: return {};
  }
}

Result<FileDescriptor> open_file(const Path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0666);
  if (fd < 0) return fail_errno(errno, fmt::format("cannot open {}", path.string()), hint_for(errno));
  return FileDescriptor(fd);
}

Path user_folder(const char* variable, const char* below_home) {
  if (const char* folder = std::getenv(variable); folder != nullptr && folder[0] == '/')
    return Path(folder) / "wattlens";
  const char* home = std::getenv("HOME");
  return Path(home != nullptr ? home : "/") / below_home / "wattlens";
}

Result<void> write_all(int fd, std::string_view text, const Path& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail_errno(errno, fmt::format("cannot write {}", path.string()), hint_for(errno));
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void FileDescriptor::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<MappedFile> MappedFile::open(const Path& path) {
  WATTLENS_TRY(const FileDescriptor file, open_file(path, O_RDONLY));
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return fail_errno(errno, fmt::format("cannot read {}", path.string()));
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::usage, fmt::format("{} is not a regular file", path.string()), "give the path of a file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return MappedFile(nullptr, 0);
  void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (data == MAP_FAILED) return fail_errno(errno, fmt::format("cannot map {}", path.string()));
  return MappedFile(static_cast<const std::byte*>(data), size);
}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

Result<std::string> read_text(const Path& path) {
  WATTLENS_TRY(const FileDescriptor file, open_file(path, O_RDONLY));
  std::string text;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count == 0) return text;
    if (count < 0) {
      if (errno == EINTR) continue;
      return fail_errno(errno, fmt::format("cannot read {}", path.string()), hint_for(errno));
    }
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

Result<void> write_text(const Path& path, std::string_view text) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    // A terminal, a pipe or a device is written to; only a file may be replaced.
    WATTLENS_TRY(const FileDescriptor special, open_file(path, O_WRONLY));
    return write_all(special.get(), text, path);
  }
  Path beside = path;
  beside += fmt::format(".{}.partial", ::getpid());
  WATTLENS_TRY(FileDescriptor file, open_file(beside, O_WRONLY | O_CREAT | O_TRUNC));
  auto written = write_all(file.get(), text, path);
  if (written && ::fsync(file.get()) != 0 && errno != EINVAL && errno != EROFS) {
    written = fail_errno(errno, fmt::format("cannot write {}", path.string()), hint_for(errno));
  }
  if (written && ::rename(beside.c_str(), path.c_str()) != 0) {
    written = fail_errno(errno, fmt::format("cannot write {}", path.string()), hint_for(errno));
  }
  if (!written) ::unlink(beside.c_str());
  return written;
}

Path user_data_folder() { return user_folder("XDG_DATA_HOME", ".local/share"); }
Path user_cache_folder() { return user_folder("XDG_CACHE_HOME", ".cache"); }

}  // namespace wattlens::base
