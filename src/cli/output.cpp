#include "cli/output.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <utility>

namespace wattlens::cli {
namespace {

std::unexpected<Error> write_error(int error_number, const std::optional<base::Path>& file) {
  const std::string where = file ? file->string() : "standard output";
  switch (error_number) {
    case EPIPE:
      return fail(ErrorKind::io, fmt::format("{} was closed before all was written", where),
                  "let the reading program read to the end, or write to a file with -o");
    case ENOSPC:
      return base::fail_errno(error_number, fmt::format("cannot write {}", where), "free some space on that disk");
    case ENOENT: return base::fail_errno(error_number, fmt::format("cannot make {}", where), "make its folder first");
    case EACCES:
    case EPERM:
    case EROFS:
      return base::fail_errno(error_number, fmt::format("cannot write {}", where),
                              "check the permissions of the file and its folder, or give another file with -o");
    default: return base::fail_errno(error_number, fmt::format("cannot write {}", where), "give another file with -o");
  }
}

}  // namespace

Result<Output> Output::open(OutputOptions options) {
  Output output(std::move(options));
  if (!output.options_.file) return output;
  const base::Path& target = *output.options_.file;
  std::error_code error;
  const auto status = std::filesystem::status(target, error);
  if (std::filesystem::is_directory(status)) {
    return fail(ErrorKind::usage, fmt::format("{} is a folder", target.string()), "give the path of a file with -o");
  }
  // A terminal, a pipe or a device is written to; only a file may be replaced.
  const bool special = std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
  base::Path path = target;
  if (!special) {
    if (std::filesystem::exists(status) && ::access(target.c_str(), W_OK) != 0) return write_error(errno, target);
    path += fmt::format(".{}.partial", ::getpid());
  }
  const int flags = O_WRONLY | O_CLOEXEC | (special ? 0 : O_CREAT | O_TRUNC);
  const int fd = ::open(path.c_str(), flags, 0666);
  if (fd < 0) return write_error(errno, target);
  output.file_ = base::FileDescriptor(fd);
  if (!special) output.beside_ = std::move(path);
  return output;
}

Output::Output(Output&& other) noexcept
    : options_(std::move(other.options_)),
      file_(std::move(other.file_)),
      beside_(std::exchange(other.beside_, base::Path())) {}

Output::~Output() {
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

Result<void> Output::write(std::string_view text) {
  const int fd = file_.is_open() ? file_.get() : STDOUT_FILENO;
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return write_error(errno, options_.file);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> Output::finish() {
  if (beside_.empty()) return {};
  if (::fsync(file_.get()) != 0) return write_error(errno, options_.file);
  if (::rename(beside_.c_str(), options_.file->c_str()) != 0) return write_error(errno, options_.file);
  beside_.clear();
  return {};
}

}  // namespace wattlens::cli
