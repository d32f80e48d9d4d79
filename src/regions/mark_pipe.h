// The pipe through which a command and its descendants name their regions: a FIFO in a folder that only this user may
// enter. Whoever writes must open it non-blocking, for reading too: then nothing here can block or end a program.
// Not thread-safe.
#pragma once

#include <functional>
#include <string_view>

#include "base/file.h"
#include "base/result.h"

namespace wattlens::regions {

// The variable of the environment that tells the path of the pipe.
inline constexpr const char* kVariable = "WATTLENS_REGIONS";

class MarkPipe {
 public:
  // A new folder below `parent`. Errors are of kind io.
  static Result<MarkPipe> create(const base::Path& parent);
  MarkPipe(MarkPipe&& other) noexcept;
  MarkPipe& operator=(MarkPipe&&) = delete;
  ~MarkPipe();  // removes the pipe and its folder; programs that still have it open go on

  const base::Path& path() const { return path_; }
  int descriptor() const { return pipe_.get(); }  // readable when there are marks

  // All that lies in the pipe, never waiting, at most kMostAtOnce. False when it was empty.
  bool read(const std::function<void(std::string_view)>& take);
  bool was_full() const { return was_full_; }  // at some reading: marks may be lost that nothing tells of

  static constexpr std::size_t kMostAtOnce = std::size_t{1} << 20;

 private:
  MarkPipe(base::Path path, base::FileDescriptor pipe);

  base::Path path_;  // empty when moved from
  base::FileDescriptor pipe_;
  std::size_t room_ = 0;  // bytes
  bool was_full_ = false;
};

}  // namespace wattlens::regions
