// Files and file descriptors, with errors that name the path.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace wattlens::base {

using Path = std::filesystem::path;

// Owns a file descriptor and closes it.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;
  ~FileDescriptor() { reset(); }

  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset();

 private:
  int fd_ = -1;
};

// A read-only view of a whole file, mapped, so that large weights are not copied.
class MappedFile {
 public:
  static Result<MappedFile> open(const Path& path);
  MappedFile(MappedFile&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, std::size_t size) : data_(data), size_(size) {}
  const std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

// The whole file as text. Works on /proc and /sys, whose files report no size.
Result<std::string> read_text(const Path& path);

// All of `bytes` to an open descriptor; `where` names it in the error. A closed pipe is an error of kind io, as a full
// disk is, where the program ignores SIGPIPE.
Result<void> write_all(int fd, std::string_view bytes, std::string_view where);

// A file written piece by piece: beside the target, then renamed by commit(), so that a reader sees the old file or the
// new one, never half. Without commit() nothing is left. A terminal, a pipe or a device is written to directly; a file
// that may not be written is not replaced.
class OutputFile {
 public:
  static Result<OutputFile> create(const Path& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  Result<void> write(std::string_view bytes);
  Result<void> commit();  // nothing may be written after it

 private:
  OutputFile(FileDescriptor file, Path path, Path beside)
      : file_(std::move(file)), path_(std::move(path)), beside_(std::move(beside)) {}
  FileDescriptor file_;
  Path path_;
  Path beside_;  // empty once renamed, and where the target is written to directly
};

// All of `text` as an OutputFile.
Result<void> write_text(const Path& path, std::string_view text);

// $XDG_DATA_HOME/wattlens, or its default below the home folder.
Path user_data_folder();

}  // namespace wattlens::base
