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
    case ENOENT: return "check the path; folders are not made";
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

std::unexpected<Error> fail_write(int error_number, std::string_view where) {
  if (error_number == EPIPE) {
    return fail(ErrorKind::io, fmt::format("{} was closed before all was written", where),
                "let the reading program read to the end, or write to a file");
  }
  return fail_errno(error_number, fmt::format("cannot write {}", where), hint_for(error_number));
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

Result<void> write_all(int fd, std::string_view bytes, std::string_view where) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail_write(errno, where);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<OutputFile> OutputFile::create(const Path& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::is_directory(status)) {
    return fail(ErrorKind::usage, fmt::format("{} is a folder", path.string()), "give the path of a file");
  }
  const bool special = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  if (std::filesystem::exists(status) && ::access(path.c_str(), W_OK) != 0) return fail_write(errno, path.string());
  Path beside;
  if (!special) beside = fmt::format("{}.{}.partial", path.string(), ::getpid());
  const int flags = O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT | O_TRUNC);
  const int fd = ::open(special ? path.c_str() : beside.c_str(), flags, 0666);
  if (fd < 0) return fail_write(errno, path.string());
  return OutputFile(FileDescriptor(fd), path, std::move(beside));
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : file_(std::move(other.file_)), path_(std::move(other.path_)), beside_(std::move(other.beside_)) {
  other.beside_.clear();
}

OutputFile::~OutputFile() {
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

Result<void> OutputFile::write(std::string_view bytes) { return write_all(file_.get(), bytes, path_.string()); }

Result<void> OutputFile::commit() {
  if (beside_.empty()) return {};
  // A file system without fsync (EINVAL, EROFS) is written all the same.
  if (::fsync(file_.get()) != 0 && errno != EINVAL && errno != EROFS) return fail_write(errno, path_.string());
  if (::rename(beside_.c_str(), path_.c_str()) != 0) return fail_write(errno, path_.string());
  beside_.clear();
  return {};
}

Result<void> write_text(const Path& path, std::string_view text) {
  WATTLENS_TRY(OutputFile file, OutputFile::create(path));
  WATTLENS_CHECK(file.write(text));
  return file.commit();
}

Path user_data_folder() {
  if (const char* folder = std::getenv("XDG_DATA_HOME"); folder != nullptr && folder[0] == '/')
    return Path(folder) / "wattlens";
  const char* home = std::getenv("HOME");
  return Path(home != nullptr ? home : "/") / ".local/share/wattlens";
}

}  // namespace wattlens::base
