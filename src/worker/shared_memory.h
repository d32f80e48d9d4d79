// Memory that wattlens and a worker share (a sealed memfd): batch-completion stamps and tensors.
// The owner seals its size, so that a faulty worker cannot make the owner's reads fail. Not thread-safe.
#pragma once

#include <cstdint>
#include <span>

#include "base/file.h"
#include "base/result.h"
#include "base/units.h"

namespace wattlens::worker {

class SharedMemory {
 public:
  SharedMemory() = default;
  static Result<SharedMemory> create(base::Bytes size);                                   // the client
  static Result<SharedMemory> attach(base::FileDescriptor descriptor, base::Bytes size);  // the worker

  SharedMemory(SharedMemory&& other) noexcept;
  SharedMemory& operator=(SharedMemory&& other) noexcept;
  ~SharedMemory();

  int descriptor() const { return descriptor_.get(); }
  base::Bytes size() const { return {static_cast<double>(size_)}; }
  std::span<std::int64_t> stamps() const { return {static_cast<std::int64_t*>(data_), size_ / sizeof(std::int64_t)}; }
  std::span<float> floats() const { return {static_cast<float*>(data_), size_ / sizeof(float)}; }
  std::span<char> text() const { return {static_cast<char*>(data_), size_}; }

 private:
  SharedMemory(base::FileDescriptor descriptor, void* data, std::size_t size)
      : descriptor_(std::move(descriptor)), data_(data), size_(size) {}
  base::FileDescriptor descriptor_;
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace wattlens::worker
