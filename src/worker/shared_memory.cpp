#include "worker/shared_memory.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <utility>

namespace wattlens::worker {
namespace {

Result<void*> map(int descriptor, std::size_t size) {
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (data == MAP_FAILED) return base::fail_errno(errno, "cannot map the memory shared with a worker");
  return data;
}

}  // namespace

Result<SharedMemory> SharedMemory::create(base::Bytes size) {
  const auto bytes = static_cast<std::size_t>(size.value);
  base::FileDescriptor descriptor(::memfd_create("wattlens", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!descriptor.is_open()) return base::fail_errno(errno, "cannot create the memory shared with a worker");
  if (::ftruncate(descriptor.get(), static_cast<off_t>(bytes)) != 0 ||
      ::fcntl(descriptor.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return base::fail_errno(errno, "cannot size the memory shared with a worker");
  }
  WATTLENS_TRY(void* data, map(descriptor.get(), bytes));
  return SharedMemory(std::move(descriptor), data, bytes);
}

Result<SharedMemory> SharedMemory::attach(base::FileDescriptor descriptor, base::Bytes size) {
  const auto bytes = static_cast<std::size_t>(size.value);
  struct stat status{};
  if (!descriptor.is_open() || ::fstat(descriptor.get(), &status) != 0) {
    return fail(ErrorKind::run_failed, "\"hello\" came without the descriptor of the shared memory");
  }
  if (bytes == 0 || std::cmp_less(status.st_size, bytes)) {
    return fail(ErrorKind::run_failed,
                fmt::format("the shared memory has {} bytes, \"hello\" announced {}", status.st_size, bytes));
  }
  WATTLENS_TRY(void* data, map(descriptor.get(), bytes));
  return SharedMemory(std::move(descriptor), data, bytes);
}

SharedMemory::SharedMemory(SharedMemory&& other) noexcept
    : descriptor_(std::move(other.descriptor_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SharedMemory& SharedMemory::operator=(SharedMemory&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace wattlens::worker
